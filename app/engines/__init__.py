"""Engines: child processes that run vLLM, and the HTTP that talks to them. No database.

`EnginePool.lease(variant)` gives a `Target`; `generate` and `stream` ask it.
"""

from app.engines.client import Generation, generate, stream
from app.engines.connections import Target
from app.engines.formats import PromptInput
from app.engines.pool import EnginePool
from app.engines.scoring import ALL, Candidates, Scoring, no_room, score, tokenize
from app.engines.status import EngineState, EngineStatus
from app.engines.vocabulary import vocabulary_size

__all__ = [
    "ALL",
    "Candidates",
    "EnginePool",
    "EngineState",
    "EngineStatus",
    "Generation",
    "PromptInput",
    "Scoring",
    "Target",
    "generate",
    "no_room",
    "score",
    "stream",
    "tokenize",
    "vocabulary_size",
]

"""Engines: child processes that run vLLM, and the HTTP that talks to them. No database.

`EnginePool.lease(variant)` gives a `Target`; `generate` and `stream` ask it.
"""

from app.engines.client import Generation, generate, stream
from app.engines.connections import Target
from app.engines.formats import PromptInput
from app.engines.pool import EnginePool
from app.engines.status import EngineState, EngineStatus

__all__ = [
    "EnginePool",
    "EngineState",
    "EngineStatus",
    "Generation",
    "PromptInput",
    "Target",
    "generate",
    "stream",
]

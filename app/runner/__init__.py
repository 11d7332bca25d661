"""Keeps engines full: work in the background, in batches, resumable at any moment.

`Background`, `Job`, `Flight`, `Ledger` and `Writer` are for work of every kind; `Runner` is for
runs, with `Lane`, `Backlog`, `Plan` and `RunLedger`.
"""

from app.runner.background import Background
from app.runner.flight import STRIKES, Effort, Flight
from app.runner.job import Claimed, Works
from app.runner.lane import Ask
from app.runner.ledger import Ledger, unexpected
from app.runner.rate import RateResult, RunRate
from app.runner.runner import Runner
from app.runner.writer import Batching, Writer

__all__ = [
    "STRIKES",
    "Ask",
    "Background",
    "Batching",
    "Claimed",
    "Effort",
    "Flight",
    "Ledger",
    "RateResult",
    "RunRate",
    "Runner",
    "Works",
    "Writer",
    "unexpected",
]

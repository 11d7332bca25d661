"""Keeps engines full: work in the background, in batches, resumable at any moment.

`Background`, `Job`, `Lane`, `Flight`, `Ledger` and `Writer` are for work of every kind; `Runner` is
for runs, with `AnswerLane`, `Plan` and `RunLedger`.
"""

from app.runner.answering import Ask
from app.runner.background import Background
from app.runner.flight import STRIKES, Effort, Flight
from app.runner.job import Claimed, Works
from app.runner.lane import Lane, LaneMember
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
    "Lane",
    "LaneMember",
    "Ledger",
    "RateResult",
    "RunRate",
    "Runner",
    "Works",
    "Writer",
    "unexpected",
]

"""Keeps engines full: runs in the background, in batches, resumable at any moment."""

from app.runner.job import Job
from app.runner.lane import Ask, Effort
from app.runner.ledger import Ledger, unexpected
from app.runner.rate import RateResult, RunRate
from app.runner.runner import Runner
from app.runner.writer import Batching, Writer

__all__ = [
    "Ask",
    "Batching",
    "Effort",
    "Job",
    "Ledger",
    "RateResult",
    "RunRate",
    "Runner",
    "Writer",
    "unexpected",
]

"""Keeps engines full: runs in the background, in batches, resumable at any moment."""

from app.runner.lane import Ask, Effort
from app.runner.rate import RateResult, RunRate
from app.runner.runner import Runner
from app.runner.writer import Batching

__all__ = ["Ask", "Batching", "Effort", "RateResult", "RunRate", "Runner"]

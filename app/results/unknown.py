"""Estimates that would resample raters, where nobody knows who judged."""

from dataclasses import replace

from app.analysis.intervals import Estimate
from app.results.sentences import UNKNOWN_RATERS


def without_raters(estimate: Estimate) -> Estimate:
    """The same value; its interval would be one over raters that do not exist."""
    return replace(estimate, low=None, high=None, clusters=0, reason=UNKNOWN_RATERS)

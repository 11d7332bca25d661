"""How an estimate stands in the table behind a figure."""

from app.analysis.intervals import Estimate
from app.figures.figure import Row
from app.figures.words import bounds, value_of

COLUMNS = ("low", "high", "n", "clusters", "no interval because")


def cells(estimate: Estimate) -> Row:
    """The value, then what `COLUMNS` name."""
    low, high = bounds(estimate) or (None, None)
    return (value_of(estimate), low, high, estimate.n, estimate.clusters, estimate.reason)

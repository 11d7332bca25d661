"""Intervals of shares of independent trials, many at once."""

from statistics import NormalDist

import numpy as np

from app.analysis.intervals import LEVEL
from app.analysis.votes import Floats


def wilson(hits: Floats, trials: Floats, *, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Intervals of many shares at once, each of independent trials (Wilson, Journal of the American
    Statistical Association 22, 1927). From 0 to 1 where there is no trial."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    counted = np.where(trials > 0, trials, 1.0)
    found = hits / counted
    middle = (found + z * z / (2 * counted)) / (1 + z * z / counted)
    half = np.sqrt(found * (1 - found) / counted + (z / (2 * counted)) ** 2)
    half = half * z / (1 + z * z / counted)
    low = np.where(trials > 0, np.maximum(middle - half, 0), 0.0)
    return low, np.where(trials > 0, np.minimum(middle + half, 1), 1.0)

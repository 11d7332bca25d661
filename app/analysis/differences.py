"""The difference between two estimates of which only the intervals are known."""

from math import hypot

from app.analysis.intervals import Estimate


def difference(later: Estimate, earlier: Estimate) -> Estimate:
    """`later` less `earlier`, of data that were gathered apart.

    The interval is recovered from the two intervals (MOVER: Zou and Donner, Statistics in Medicine
    27, 2008, section 2), which keeps them asymmetric. It takes the two as independent; where both
    rest on the same prompts they move together, and the interval is rather too wide than too
    narrow. `n` is of both, `clusters` of the one with fewer.
    """
    n, clusters = later.n + earlier.n, min(later.clusters, earlier.clusters)
    if later.value is None or earlier.value is None:
        return Estimate(None, None, None, n, clusters, later.reason or earlier.reason or "no data")
    value = later.value - earlier.value
    if later.low is None or later.high is None or earlier.low is None or earlier.high is None:
        return Estimate(value, None, None, n, clusters, later.reason or earlier.reason)
    below = hypot(later.value - later.low, earlier.high - earlier.value)
    above = hypot(later.high - later.value, earlier.value - earlier.low)
    return Estimate(value, value - below, value + above, n, clusters)

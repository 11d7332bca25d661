"""Shares of many rows with their intervals, at a cost that hardly grows with the number of rows."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from app.analysis.intervals import FEWEST_CLUSTERS, LEVEL, Estimate
from app.analysis.resampling import RESAMPLES, SEED, Kinds, resampled
from app.analysis.votes import Booleans, Floats, Integers

# More clusters than this are put together at random before they are resampled. The spread of so
# many groups says as much of the spread of their clusters as 1,000 resamples can show.
MOST_GROUPS = 2000


def share(
    hits: Booleans,
    cluster: Integers,
    *,
    by: str = "prompt",
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Estimate:
    """How many of the rows, shape (rows,), are true; whole clusters are resampled.

    `by` names a cluster in reasons. The rules of `clustered_share` hold: an exact interval where
    all rows say the same, and none below the fewest clusters that could show anything.
    """
    group, clusters = groups_of(cluster)
    kinds = kinds_of_sums(_sums(group, [hits, np.ones(len(hits))]))
    drawn = resampled(kinds, seed=seed, resamples=resamples)
    totals = kinds.totals
    return share_of(totals, drawn, clusters, by=by, level=level)


def groups_of(cluster: Integers) -> tuple[Integers, int]:
    """The group of each row, and how many clusters there are. Groups are clusters where those are
    no more than `MOST_GROUPS`."""
    there = np.bincount(cluster) > 0
    place = np.cumsum(there) - 1
    scattered = np.random.default_rng(SEED).permutation(int(there.sum())) % MOST_GROUPS
    numbers = scattered if there.sum() > MOST_GROUPS else np.arange(there.sum())
    return numbers[place[cluster]], int(there.sum())


def kinds_of_sums(table: Floats) -> Kinds:
    """Of a table, shape (groups, columns), whose rows are what is resampled."""
    if not len(table):
        return Kinds(table, np.zeros(0, dtype=np.int64))
    rows, frequency = np.unique(table, axis=0, return_counts=True)
    return Kinds(rows, frequency)


def share_of(
    totals: Floats, drawn: Floats, clusters: int, *, by: str = "prompt", level: float = LEVEL
) -> Estimate:
    """`totals`: hits and rows; `drawn`: the same in every resample, shape (resamples, 2)."""
    hits, rows = totals
    if not rows:
        return Estimate(None, None, None, 0, 0, "no data")
    value, n = float(hits / rows), int(rows)
    if clusters < 2:
        return Estimate(value, None, None, n, clusters, f"only one {by}")
    edge = ((1 - level) / 2) ** (1 / clusters)
    if hits in (0, rows):
        low, high = (edge, 1.0) if hits else (0.0, 1 - edge)
        return Estimate(value, low, high, n, clusters, exact=True)
    if clusters < FEWEST_CLUSTERS:
        return Estimate(value, None, None, n, clusters, f"fewer than {FEWEST_CLUSTERS} {by}s")
    shares = drawn[:, 0][drawn[:, 1] > 0] / drawn[:, 1][drawn[:, 1] > 0]
    if np.ptp(shares) <= 1e-12:
        reason = f"every {by} has the same share, so their spread is not known"
        return Estimate(value, None, None, n, clusters, reason)
    low, high = interval(shares, level)
    return Estimate(value, min(low, edge), max(high, 1 - edge), n, clusters)


def interval(draws: Floats, level: float = LEVEL) -> tuple[float, float]:
    """The percentiles of a bootstrap."""
    tail = (1 - level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return float(low), float(high)


def wilson(hits: Floats, trials: Floats, level: Floats | float = LEVEL) -> tuple[Floats, Floats]:
    """Intervals of many shares at once, each of independent trials (Wilson, Journal of the American
    Statistical Association 22, 1927). From 0 to 1 where there is no trial."""
    z = NormalDist().inv_cdf(float(1 + level) / 2)
    counted = np.maximum(trials, 1e-300)
    found = hits / counted
    middle = (found + z * z / (2 * counted)) / (1 + z * z / counted)
    half = np.sqrt(found * (1 - found) / counted + (z / (2 * counted)) ** 2)
    half = half * z / (1 + z * z / counted)
    low = np.where(trials > 0, np.maximum(middle - half, 0), 0.0)
    return low, np.where(trials > 0, np.minimum(middle + half, 1), 1.0)


def _sums(group: Integers, columns: Sequence[Floats | Booleans]) -> Floats:
    """Shape (groups, columns)."""
    return np.column_stack([np.bincount(group, weights=one) for one in columns])

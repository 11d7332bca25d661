"""Means and proportions with prompt-clustered bootstrap intervals.

Judgements of one prompt resemble each other, so resampling rows gives intervals that are too
narrow. Whole clusters (prompts) are resampled instead.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

SEED = 0
RESAMPLES = 2000
LEVEL = 0.95
METHOD = "prompt-clustered percentile bootstrap, 95 %"
EXACT_METHOD = "exact (Clopper-Pearson) over prompts, 95 %"
# Below, even prompts that all agree are within chance (two-sided sign test), and resampling them
# gives intervals that are much too narrow.
FEWEST_CLUSTERS = 6

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A mean of `n` values in `clusters` prompts. Without an interval, `reason` says why.

    `value` is None when there are no data; `low` and `high` are both given or both None. `exact`
    tells an exact interval from a bootstrap.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    clusters: int
    reason: str | None = None
    exact: bool = False


def clustered_share(
    points: ArrayLike, clusters: Sequence[Hashable], *, level: float = LEVEL
) -> Estimate:
    """The mean of points between 0 and 1, such as wins with ties as half.

    Where every point is 0, or every point is 1, a bootstrap has nothing to resample. Then the
    interval is exact over prompts (Clopper and Pearson, Biometrika 26, 1934), each counted once.
    A bootstrap is never narrower at the edge than that: 25 of 26 cannot prove more than 26 of 26.
    Raises ValueError like `clustered_mean`, and for points outside of 0 to 1.
    """
    estimate = clustered_mean(points, clusters, level=level)
    numbers = np.asarray(points, dtype=np.float64)
    if ((numbers < 0) | (numbers > 1)).any():
        raise ValueError("points must be between 0 and 1")
    if estimate.clusters < 2:
        return estimate
    edge = ((1 - level) / 2) ** (1 / estimate.clusters)
    if estimate.value in (0.0, 1.0):
        low, high = (edge, 1.0) if estimate.value else (0.0, 1 - edge)
        return replace(estimate, low=low, high=high, reason=None, exact=True)
    if estimate.low is None or estimate.high is None:
        return estimate
    return replace(estimate, low=min(estimate.low, edge), high=max(estimate.high, 1 - edge))


def clustered_mean(
    values: ArrayLike,
    clusters: Sequence[Hashable],
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Estimate:
    """The mean of `values`, with a percentile interval from resampling whole clusters.

    `clusters[i]` names the prompt of `values[i]`. The interval is None, with a reason, where a
    bootstrap would only pretend to know.
    Raises ValueError when lengths differ or a value is not finite.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != (len(clusters),):
        raise ValueError(f"{numbers.shape} values do not match {len(clusters)} clusters")
    if not np.isfinite(numbers).all():
        raise ValueError("values must be finite numbers")
    sums, counts = _per_cluster(numbers, clusters)
    n, groups = len(numbers), len(sums)
    if n == 0:
        return Estimate(None, None, None, 0, 0, "no data")
    value = float(numbers.mean())
    reason = _why_no_interval(sums, counts)
    if reason:
        return Estimate(value, None, None, n, groups, reason)
    means = _resampled_means(sums, counts, seed, resamples)
    tail = (1 - level) / 2
    low, high = (float(edge) for edge in np.quantile(means, [tail, 1 - tail]))
    return Estimate(value, low, high, n, groups)


def _per_cluster(values: Floats, clusters: Sequence[Hashable]) -> tuple[Floats, Floats]:
    """The sum and the count of each cluster: all that a resampled mean depends on."""
    numbers: dict[Hashable, int] = {}
    index = np.array([numbers.setdefault(c, len(numbers)) for c in clusters], dtype=np.intp)
    sums = np.bincount(index, weights=values, minlength=len(numbers))
    counts = np.bincount(index, minlength=len(numbers))
    return sums.astype(np.float64), counts.astype(np.float64)


def _why_no_interval(sums: Floats, counts: Floats) -> str | None:
    if len(sums) < 2:
        return "only one prompt"
    if np.ptp(sums / counts) <= 1e-12:
        return "every prompt has the same mean, so their spread is not known"
    if len(sums) < FEWEST_CLUSTERS:
        return f"fewer than {FEWEST_CLUSTERS} prompts"
    return None


def _resampled_means(sums: Floats, counts: Floats, seed: int, resamples: int) -> Floats:
    # Clusters of equal sum and count are interchangeable: drawing how often each kind occurs is
    # the same bootstrap, at a cost that does not grow with the number of prompts.
    kinds, frequency = np.unique(np.column_stack([sums, counts]), axis=0, return_counts=True)
    total = int(frequency.sum())
    weights = np.random.default_rng(seed).multinomial(total, frequency / total, size=resamples)
    drawn: Floats = weights @ kinds
    means: Floats = drawn[:, 0] / drawn[:, 1]
    return means

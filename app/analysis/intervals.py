"""Means and shares with intervals that resample whole clusters.

Judgements of one prompt resemble each other, and so do those of one rater; resampling rows gives
intervals that are too narrow. Whole clusters (prompts or raters) are resampled instead.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from app.analysis.percentiles import expanded
from app.analysis.resampling import SEED, resampled_sums, units_of
from app.analysis.votes import Floats, Integers, numbered

RESAMPLES = 2000
LEVEL = 0.95
METHOD = "prompt-clustered bootstrap, expanded percentiles, 95 %"
EXACT_METHOD = "exact (Clopper-Pearson) over prompts, 95 %"
# Below, even prompts that all agree are within chance (two-sided sign test), and resampling them
# gives intervals that are much too narrow.
FEWEST_CLUSTERS = 6

_SAME = 1e-12


@dataclass(frozen=True)
class Estimate:
    """A mean of `n` values in `clusters` prompts or raters. Without an interval, `reason` says why.

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


@dataclass(frozen=True)
class Means:
    """Of several things over the same resampled clusters; shape of each array but `draws`:
    (things,). `draws`, shape (resamples, things), is not a number where a resample has no data.
    """

    value: Floats
    n: Integers
    clusters: Integers
    draws: Floats

    def estimate(self, thing: int, *, level: float = LEVEL, of: str = "prompt") -> Estimate:
        """`of` is what one cluster is called: prompt or rater."""
        n, clusters = int(self.n[thing]), int(self.clusters[thing])
        if n == 0:
            return Estimate(None, None, None, 0, 0, "no data")
        return estimate_from(
            float(self.value[thing]), self.draws[:, thing], n, clusters, level=level, of=of
        )

    def share(self, thing: int, *, level: float = LEVEL, of: str = "prompt") -> Estimate:
        """The estimate of a mean of points from 0 to 1, see `clustered_share`."""
        return _with_exact_edges(self.estimate(thing, level=level, of=of), level)

    def difference(
        self, first: int, second: int, *, level: float = LEVEL, of: str = "prompt"
    ) -> Estimate:
        """The mean of the first thing less that of the second."""
        both = [first, second]
        n, clusters = int(self.n[both].sum()), int(self.clusters[both].min())
        if not self.n[both].all():
            return Estimate(None, None, None, n, 0, "no data")
        return estimate_from(
            float(self.value[first] - self.value[second]),
            self.draws[:, first] - self.draws[:, second],
            n,
            clusters,
            level=level,
            of=of,
            what="difference",
        )


def means_of(
    values: Floats,
    thing: Integers,
    things: int,
    cluster: Integers,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> Means:
    """The mean of the values of each thing; clusters are drawn for all things together.

    `values`, `thing` (from 0) and `cluster`, shape (rows,): each value and what it belongs to.
    """
    units = units_of(cluster)
    return means_from(
        units.sums(values, thing, things),
        units.sums(None, thing, things),
        units.clusters_with(thing, things=things),
        seed=seed,
        resamples=resamples,
    )


def means_from(
    sums: Floats,
    counts: Floats,
    clusters: Integers,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> Means:
    """From the sums and the counts of each unit, shape (units, things); `clusters`, shape
    (things,): how many have a value of the thing."""
    things = sums.shape[1]
    drawn = resampled_sums(np.hstack([sums, counts]), seed=seed, resamples=resamples)
    n = counts.sum(axis=0)
    return Means(
        value=_ratio(sums.sum(axis=0), n),
        n=n.astype(np.int64),
        clusters=clusters,
        draws=_ratio(drawn[:, :things], drawn[:, things:]),
    )


def estimate_from(
    value: float,
    draws: Floats,
    n: int,
    clusters: int,
    *,
    level: float,
    of: str,
    what: str = "mean",
) -> Estimate:
    """An estimate from its resampled values, shape (resamples,), or why it has no interval: `of`
    is what a cluster is called, `what` is estimated."""
    reason = _why_no_interval(draws, clusters, of, what)
    if reason:
        return Estimate(value, None, None, n, clusters, reason)
    low, high = expanded(draws, clusters, level=level)
    return Estimate(value, low, high, n, clusters)


def clustered_share(
    points: ArrayLike,
    clusters: Sequence[Hashable] | Integers,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    of: str = "prompt",
) -> Estimate:
    """The mean of points between 0 and 1, such as wins with ties as half.

    Where every point is 0, or every point is 1, a bootstrap has nothing to resample. Then the
    interval is exact over prompts (Clopper and Pearson, Biometrika 26, 1934), each counted once.
    A bootstrap is never narrower at the edge than that: 25 of 26 cannot prove more than 26 of 26.
    Raises ValueError like `clustered_mean`, and for points outside of 0 to 1.
    """
    numbers = np.asarray(points, dtype=np.float64)
    estimate = clustered_mean(numbers, clusters, seed=seed, resamples=resamples, level=level, of=of)
    if len(numbers) and not (numbers.min() >= 0 and numbers.max() <= 1):
        raise ValueError("points must be between 0 and 1")
    return _with_exact_edges(estimate, level)


def clustered_mean(
    values: ArrayLike,
    clusters: Sequence[Hashable] | Integers,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    of: str = "prompt",
) -> Estimate:
    """The mean of `values`, with an interval from resampling whole clusters.

    `clusters[i]` names the prompt (or whatever `of` says) of `values[i]`; an array of whole numbers
    is taken as it is. The interval is None, with a reason, where a bootstrap would only pretend to
    know. Raises ValueError when lengths differ or a value is not finite.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != (len(clusters),):
        raise ValueError(f"{numbers.shape} values do not match {len(clusters)} clusters")
    if not np.isfinite(numbers).all():
        raise ValueError("values must be finite numbers")
    only = np.zeros(len(numbers), dtype=np.intp)
    means = means_of(numbers, only, 1, _numbers(clusters), seed=seed, resamples=resamples)
    return means.estimate(0, level=level, of=of)


def _numbers(clusters: Sequence[Hashable] | Integers) -> Integers:
    if isinstance(clusters, np.ndarray) and clusters.dtype.kind in "iu":
        return clusters
    return numbered(list(clusters))


def _ratio(sums: Floats, counts: Floats) -> Floats:
    blank = np.full(sums.shape, np.nan)
    return np.asarray(np.divide(sums, counts, out=blank, where=counts > 0))


def _why_no_interval(draws: Floats, clusters: int, of: str, what: str) -> str | None:
    if clusters < 2:
        return f"only one {of}"
    if np.nanmax(draws) - np.nanmin(draws) <= _SAME:
        return f"every {of} has the same {what}, so their spread is not known"
    if clusters < FEWEST_CLUSTERS:
        return f"fewer than {FEWEST_CLUSTERS} {of}s"
    return None


def _with_exact_edges(estimate: Estimate, level: float) -> Estimate:
    if estimate.value is None or estimate.clusters < 2:
        return estimate
    edge = ((1 - level) / 2) ** (1 / estimate.clusters)
    if estimate.value in (0.0, 1.0):
        low, high = (edge, 1.0) if estimate.value else (0.0, 1 - edge)
        return replace(estimate, low=low, high=high, reason=None, exact=True)
    if estimate.low is None or estimate.high is None:
        return estimate
    return replace(estimate, low=min(estimate.low, edge), high=max(estimate.high, 1 - edge))

"""Scores of variants: means, how the values are spread, and the difference to the base."""

from dataclasses import dataclass

import numpy as np

from app.analysis.intervals import LEVEL, RESAMPLES, Estimate, Means, estimate_from, means_of
from app.analysis.resampling import SEED
from app.analysis.votes import Integers


@dataclass(frozen=True)
class Scores:
    """Of one variant, by its place. `distribution`: value -> how often it was given.

    The intervals of `mean` and `to_base` resample prompts, that of `by_rater` raters. `to_base` is
    this variant's mean less the base's, None of the base itself and where there is no base.
    """

    variant: int
    count: int
    mean: Estimate
    by_rater: Estimate
    to_base: Estimate | None
    distribution: dict[int, int]


def score_table(
    values: Integers,
    variant: Integers,
    prompt: Integers,
    rater: Integers,
    *,
    variants: int,
    base: int | None = None,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> tuple[Scores, ...]:
    """Every variant, also those without a score ("no data").

    The arrays, shape (scores,), say of each score what was given, to which variant, on which
    prompt, by whom.
    """
    points = values.astype(np.float64)
    by_prompt, by_rater = (
        means_of(points, variant, variants, cluster, seed=seed, resamples=resamples)
        for cluster in (prompt, rater)
    )
    return tuple(
        Scores(
            variant=one,
            count=int(by_prompt.n[one]),
            mean=by_prompt.estimate(one, level=level),
            by_rater=by_rater.estimate(one, level=level, of="rater"),
            to_base=_difference(by_prompt, one, base, level),
            distribution=_distribution(values[variant == one]),
        )
        for one in range(variants)
    )


def _difference(means: Means, one: int, base: int | None, level: float) -> Estimate | None:
    """Both are resampled together: what a prompt does to both leaves their difference alone."""
    if base is None or one == base:
        return None
    n = int(means.n[[one, base]].sum())
    if not means.n[one] or not means.n[base]:
        return Estimate(None, None, None, n, 0, "no data")
    return estimate_from(
        float(means.value[one] - means.value[base]),
        means.draws[:, one] - means.draws[:, base],
        n,
        int(means.clusters[[one, base]].min()),
        level=level,
        of="prompt",
        what="difference",
    )


def _distribution(values: Integers) -> dict[int, int]:
    given, counts = np.unique(values, return_counts=True)
    return dict(zip(given.tolist(), counts.tolist(), strict=True))

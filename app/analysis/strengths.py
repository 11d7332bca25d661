"""A strength with its interval: what every ranking is made of."""

from dataclasses import dataclass

import numpy as np

from app.analysis.intervals import FEWEST_CLUSTERS
from app.analysis.percentiles import expanded
from app.analysis.votes import Floats

# Resampled strengths that all lie closer together than this are one and the same.
_SAME = 1e-6


@dataclass(frozen=True)
class Strength:
    """On the scale of log odds; the mean of all is 0. The interval resamples whole clusters."""

    value: float
    low: float
    high: float


def strengths_of(
    values: Floats, draws: Floats, clusters: int, *, level: float
) -> tuple[Strength, ...]:
    """`values`, shape (n,), with intervals from `draws`, shape (resamples, n), of `clusters`."""
    ends = (expanded(column, clusters, level=level) for column in draws.T)
    return tuple(Strength(float(value), *end) for value, end in zip(values, ends, strict=True))


def too_few(clusters: int, by: str) -> str | None:
    """Why there is no interval; the same rule as for a mean."""
    return f"fewer than {FEWEST_CLUSTERS} {by}s" if clusters < FEWEST_CLUSTERS else None


def all_alike(draws: Floats, by: str) -> str | None:
    """Why an interval of no width is none."""
    if np.ptp(draws, axis=0).max(initial=0.0) <= _SAME:
        return f"every {by} says the same, so their spread is not known"
    return None

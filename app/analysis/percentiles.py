"""Ends of a bootstrap interval that allow for few clusters.

Plain percentiles are too narrow when few clusters were drawn from: resampling n of them spreads by
sqrt((n - 1) / n) too little, and takes the spread for known. Hesterberg (The American Statistician
69, 2015, "expanded percentile interval") reads the percentiles further out instead, so that the
interval of a mean is as wide as Student's.
"""

from functools import cache
from math import atan, exp, lgamma, pi, sqrt
from statistics import NormalDist

import numpy as np

from app.analysis.votes import Floats

_NORMAL = NormalDist()
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
_STEPS = 100
_CLOSE = 1e-12


def expanded(draws: Floats, clusters: int, *, level: float) -> tuple[float, float]:
    """The interval of a number whose resampled values are `draws`, shape (resamples,), from
    `clusters` clusters; values that are not finite, of resamples without data, are left out."""
    known = draws[np.isfinite(draws)]
    tail = expanded_tail(clusters, level)
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)


@cache
def expanded_tail(clusters: int, level: float) -> float:
    """The share of resamples beyond either end. Raises ValueError for fewer than two clusters."""
    if clusters < 2:
        raise ValueError("one cluster does not tell how clusters differ")
    reach = student_quantile((1 + level) / 2, clusters - 1)
    return _NORMAL.cdf(-reach * sqrt(clusters / (clusters - 1)))


@cache
def student_quantile(probability: float, freedom: int) -> float:
    """Of Student's t with `freedom` degrees of freedom, for a probability from 1/2 to 1.

    Newton's method from the normal quantile; from there it only ever grows towards the answer.
    """
    value = _NORMAL.inv_cdf(probability)
    for _ in range(_STEPS):
        step = (probability - student_share(value, freedom)) / _density(value, freedom)
        value += step
        if abs(step) <= _CLOSE * (1 + value):
            break
    return value


def student_share(value: float, freedom: int) -> float:
    """The share of Student's distribution below a `value` of 0 or more.

    With value = sqrt(freedom) tan(angle) it is an integral of powers of the cosine, smooth enough
    for Gauss and Legendre's rule.
    """
    end = atan(value / sqrt(freedom))
    angles = (_NODES + 1) * end / 2
    area = float(_WEIGHTS @ np.cos(angles) ** (freedom - 1)) * end / 2
    return 0.5 + _scale(freedom) * area


def _density(value: float, freedom: int) -> float:
    height = _scale(freedom) / sqrt(freedom)
    return height * float((1 + value * value / freedom) ** (-(freedom + 1) / 2))


def _scale(freedom: int) -> float:
    return exp(lgamma((freedom + 1) / 2) - lgamma(freedom / 2)) / sqrt(pi)

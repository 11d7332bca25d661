"""Which features of style can be told apart from the variants, and from each other."""

import numpy as np

from app.analysis.contrasts import Rows, sums_at
from app.analysis.votes import Floats

SAME = "the compared answers do not differ in it"
FOLLOWS = "it follows from the variants, or from the features before it"

# The share of a feature's variance that has to be left once what is known is taken out.
_LEAST_LEFT = 1e-6


def unidentified(rows: Rows, variants: int) -> list[str | None]:
    """Why a feature can have no coefficient, for each; None where it can.

    What differs between two variants in the same way on every prompt is theirs: an effect of style
    is only ever read from how their differences vary.
    """
    within = _within_pairs(rows, variants)
    moments = (within * rows.n[:, None]).T @ within
    used: list[int] = []
    reasons: list[str | None] = []
    for place, column in enumerate(rows.difference.T):
        if not column.any():
            reasons.append(SAME)
        elif _left(moments, place, used) <= _LEAST_LEFT * rows.n.sum():
            reasons.append(FOLLOWS)
        else:
            reasons.append(None)
            used.append(place)
    return reasons


def _within_pairs(rows: Rows, variants: int) -> Floats:
    """Differences less the mean of their pair of variants, all read from the lower variant."""
    lower, upper = np.minimum(rows.first, rows.second), np.maximum(rows.first, rows.second)
    pair = lower * variants + upper
    differences = rows.difference * np.where(rows.first == lower, 1, -1)[:, None]
    votes = np.maximum(sums_at(pair, rows.n, variants**2), 1)
    means = [sums_at(pair, rows.n * column, variants**2) / votes for column in differences.T]
    return np.asarray(differences - np.transpose(means)[pair])


def _left(moments: Floats, place: int, others: list[int]) -> float:
    """Of a feature's variance, once the others are known: the residual of a regression on them."""
    shared = moments[others, place]
    known = shared @ np.linalg.pinv(moments[np.ix_(others, others)]) @ shared
    return float(moments[place, place] - known)

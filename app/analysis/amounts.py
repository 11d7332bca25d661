"""Whether an answer is preferred more often where it has more of something than usual.

Two variants differ in much at once, so that one of them has more of it and wins says nothing. Here
comparisons of one pair are held against each other: where the first answer has more of it, beside
the second, than in the median comparison of the pair, and the others. What differs between the
variants on every prompt alike drops out. It is association: prompts that bring out more of it may
differ in other ways, too.
"""

from dataclasses import dataclass

import numpy as np

from app.analysis.intervals import LEVEL, RESAMPLES, Estimate, Means, estimate_from, means_of
from app.analysis.pairs import pairs_among, turned
from app.analysis.resampling import SEED
from app.analysis.votes import Booleans, Floats, Integers, Votes

_DIGITS = 9  # differences of shares that are the same but for rounding
_LESS, _MORE = 0, 1


@dataclass(frozen=True)
class AmountsOfPair:
    """Shares of `first` < `second`, places of variants, ties as half: where the first answer has
    `more` of it than usual beside the second, where it has `less`, and `gap`, the one less the
    other. `unknown` counts comparisons left out because the amount of an answer is not known.
    Intervals resample prompts.
    """

    first: int
    second: int
    more: Estimate
    less: Estimate
    gap: Estimate
    unknown: int


def amounts_of_pairs(
    votes: Votes,
    first_amount: Floats,
    second_amount: Floats,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> tuple[AmountsOfPair, ...]:
    """Every pair of the variants. Amounts, shape (votes,), of each answer; not a number where not
    known. Comparisons at the median go to whichever half is smaller without them."""
    rows, pairs = turned(votes), pairs_among(len(votes.variants))
    ahead = np.round(first_amount - second_amount, _DIGITS)
    ahead = np.where(votes.first < votes.second, ahead, -ahead)
    known = np.isfinite(ahead)
    pair = rows.pair[known]
    means = means_of(
        rows.points[known],
        2 * pair + _halves(ahead[known], pair, len(pairs)),
        2 * len(pairs),
        votes.prompt[known],
        seed=seed,
        resamples=resamples,
    )
    unknown = np.bincount(rows.pair[~known], minlength=len(pairs)).tolist()
    return tuple(
        AmountsOfPair(
            *places,
            more=means.share(2 * number + _MORE, level=level),
            less=means.share(2 * number + _LESS, level=level),
            gap=_gap(means, 2 * number, level),
            unknown=unknown[number],
        )
        for number, places in enumerate(pairs)
    )


def _halves(ahead: Floats, pair: Integers, pairs: int) -> Integers:
    """`_MORE` or `_LESS`, shape (rows,)."""
    half = np.full(len(ahead), _LESS)
    for one in range(pairs):
        own = pair == one
        if own.any():
            half[own] = _is_more(ahead[own])
    return half


def _is_more(ahead: Floats) -> Booleans:
    middle = np.median(ahead)
    above, below = ahead > middle, ahead < middle
    return ~below if above.sum() < below.sum() else above


def _gap(means: Means, less: int, level: float) -> Estimate:
    both = means.n[[less, less + 1]]
    n, clusters = int(both.sum()), int(means.clusters[[less, less + 1]].min())
    if not both.all():
        reason = "the answers do not differ in it" if n else "no data"
        return Estimate(None, None, None, n, clusters, reason)
    return estimate_from(
        float(means.value[less + 1] - means.value[less]),
        means.draws[:, less + 1] - means.draws[:, less],
        n,
        clusters,
        level=level,
        of="prompt",
        what="difference",
    )

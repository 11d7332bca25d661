"""Wins, ties and losses of every pair of variants, with the share that the first of them won."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from app.analysis.intervals import LEVEL, RESAMPLES, Estimate, means_of
from app.analysis.resampling import SEED
from app.analysis.votes import Floats, Integers, Side, Votes

_FLIPPED = np.arange(len(Side), dtype=np.int8)
_FLIPPED[[Side.WIN, Side.LOSS]] = Side.LOSS, Side.WIN


@dataclass(frozen=True)
class PairCounts:
    """Two places of variants, `first` < `second`; wins and losses are those of the first.

    `comparisons` counts all five outcomes. `share`: of them won by the first, ties as half; its
    interval resamples prompts, that of `by_rater` raters.
    """

    first: int
    second: int
    wins: int
    losses: int
    ties: int
    ties_good: int
    ties_bad: int
    comparisons: int
    share: Estimate
    by_rater: Estimate


@dataclass(frozen=True)
class Turned:
    """Votes seen from the variant with the lower place; shape of each array: (votes,).

    `pair` is a place in `pairs_among`; `side`, a code of `Side`, and `points` are those of the
    lower variant.
    """

    pair: Integers
    side: Integers
    points: Floats


def pairs_among(variants: int) -> list[tuple[int, int]]:
    """(0, 1), (0, 2), ... (1, 2), ..."""
    return list(combinations(range(variants), 2))


def turned(votes: Votes) -> Turned:
    number = np.zeros((len(votes.variants),) * 2, dtype=np.int32)
    for place, (first, second) in enumerate(pairs_among(len(votes.variants))):
        number[first, second] = number[second, first] = place
    was, points = votes.first > votes.second, votes.points
    return Turned(
        pair=number[votes.first, votes.second],
        side=np.where(was, _FLIPPED[votes.side], votes.side),
        points=np.where(was, 1 - points, points),
    )


def pair_table(
    votes: Votes, *, seed: int = SEED, resamples: int = RESAMPLES, level: float = LEVEL
) -> tuple[PairCounts, ...]:
    """Every pair of the variants, also those that were never compared ("no data")."""
    rows, pairs = turned(votes), pairs_among(len(votes.variants))
    sides = np.bincount(rows.pair * len(Side) + rows.side, minlength=len(pairs) * len(Side))
    prompts, raters = (
        means_of(rows.points, rows.pair, len(pairs), cluster, seed=seed, resamples=resamples)
        for cluster in (votes.prompt, votes.rater)
    )
    return tuple(
        _counts(
            pair,
            sides[place * len(Side) : (place + 1) * len(Side)],
            prompts.share(place, level=level),
            raters.share(place, level=level, of="rater"),
        )
        for place, pair in enumerate(pairs)
    )


def _counts(
    pair: tuple[int, int], sides: Integers, share: Estimate, by_rater: Estimate
) -> PairCounts:
    return PairCounts(
        first=pair[0],
        second=pair[1],
        wins=int(sides[Side.WIN]),
        losses=int(sides[Side.LOSS]),
        ties=int(sides[Side.TIE]),
        ties_good=int(sides[Side.TIE_GOOD]),
        ties_bad=int(sides[Side.TIE_BAD]),
        comparisons=int(sides.sum()),
        share=share,
        by_rater=by_rater,
    )

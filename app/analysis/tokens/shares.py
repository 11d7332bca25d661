"""How much of a variant's answers is shifted: over all, at the opening, by kind and by position.

Intervals resample prompts. A share of tokens is that among all tokens together, so that long
answers count for more.
"""

from dataclasses import dataclass

import numpy as np

from app.analysis.intervals import LEVEL, RESAMPLES, Estimate, Means, estimate_from, means_from
from app.analysis.resampling import SEED, Units, units_of
from app.analysis.tokens.classes import Shift
from app.analysis.tokens.kinds import OPENING, Kind, kinds_of
from app.analysis.tokens.table import Tokens
from app.analysis.votes import Booleans, Floats, Integers

POSITIONS = 300  # what is shown of long answers; it bounds time and memory
# Far into answers single positions are noise: from 40 on five are taken together, from 100 ten.
STEPS = (*range(40), *range(40, 100, 5), *range(100, POSITIONS, 10))
# First positions of the buckets that positions are gathered in.
BUCKETS = (0, 1, 5, 10, 20, 30)


@dataclass(frozen=True)
class ClassShares:
    """Shares of tokens by class; they sum to 1. `n` of each is the number of tokens."""

    unshifted: Estimate
    marginal: Estimate
    shifted: Estimate

    @property
    def tokens(self) -> int:
        return self.shifted.n


@dataclass(frozen=True)
class ShiftShares:
    """`opening`: the first `OPENING` tokens of each answer, `rest`: all others. `opening_to_rest`
    is the shifted share of the opening less that of the rest, from the same resamples. `kl` is the
    mean in nats, "no data" without."""

    overall: ClassShares
    opening: ClassShares
    rest: ClassShares
    opening_to_rest: Estimate
    by_kind: dict[Kind, ClassShares]
    kl: Estimate


@dataclass(frozen=True)
class AtPositions:
    """Tokens from position `first` to `last`, both counted; `last` is None of the last bucket."""

    first: int
    last: int | None
    classes: ClassShares
    kl: Estimate


@dataclass(frozen=True)
class AtPosition:
    """`shifted` and `kl` of one position, or of several up to `last`; `n` of each is the number of
    tokens, which for one position is that of the answers that reach it."""

    position: int
    last: int
    shifted: Estimate
    kl: Estimate


def shift_shares(
    tokens: Tokens, *, seed: int = SEED, resamples: int = RESAMPLES, level: float = LEVEL
) -> ShiftShares:
    """Opening and rest go by position alone, kinds by the rules of `kinds_of`."""
    units = units_of(tokens.prompt)
    late = (tokens.position >= OPENING).astype(np.intp)
    halves = _ClassMeans(tokens, units, late, 2, seed, resamples)
    kinds = _ClassMeans(tokens, units, kinds_of(tokens), len(Kind), seed, resamples)
    return ShiftShares(
        overall=_ClassMeans(tokens, units, np.zeros_like(late), 1, seed, resamples).of(0, level),
        opening=halves.of(0, level),
        rest=halves.of(1, level),
        opening_to_rest=_difference(halves.means[Shift.SHIFTED], level),
        by_kind={kind: kinds.of(kind, level) for kind in Kind},
        kl=_kl(tokens, units, np.zeros_like(late), 1, seed, resamples).estimate(0, level=level),
    )


def by_bucket(
    tokens: Tokens, *, seed: int = SEED, resamples: int = RESAMPLES, level: float = LEVEL
) -> tuple[AtPositions, ...]:
    """Of `BUCKETS`, also those that no answer reaches ("no data")."""
    units = units_of(tokens.prompt)
    bucket = np.searchsorted(BUCKETS, tokens.position, side="right") - 1
    classes = _ClassMeans(tokens, units, bucket, len(BUCKETS), seed, resamples)
    kl = _kl(tokens, units, bucket, len(BUCKETS), seed, resamples)
    lasts = [*(following - 1 for following in BUCKETS[1:]), None]
    return tuple(
        AtPositions(first, last, classes.of(place, level), kl.estimate(place, level=level))
        for place, (first, last) in enumerate(zip(BUCKETS, lasts, strict=True))
    )


def by_position(
    tokens: Tokens,
    *,
    positions: int = POSITIONS,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> tuple[AtPosition, ...]:
    """The first `positions`, as far as any answer goes, in `STEPS`. Where few prompts reach,
    estimates have no interval, and say so."""
    near = tokens.take(tokens.position < positions)
    end = int(near.position.max(initial=-1)) + 1
    starts = [start for start in STEPS if start < end]
    step = np.searchsorted(starts, near.position, side="right") - 1
    units = units_of(near.prompt)
    shifted = _means(near.is_shifted, units, step, len(starts), seed, resamples)
    kl = _kl(near, units, step, len(starts), seed, resamples)
    ends = [*starts, end][1:]
    return tuple(
        AtPosition(
            *(first, following - 1),
            shifted.share(place, level=level),
            kl.estimate(place, level=level),
        )
        for place, (first, following) in enumerate(zip(starts, ends, strict=True))
    )


class _ClassMeans:
    """Shares of each class among the tokens of several things."""

    def __init__(
        self, tokens: Tokens, units: Units, thing: Integers, things: int, seed: int, resamples: int
    ) -> None:
        shift = tokens.shift
        self.means = [
            _means((shift == one).astype(np.float64), units, thing, things, seed, resamples)
            for one in Shift
        ]

    def of(self, thing: int, level: float) -> ClassShares:
        return ClassShares(*(_share(means, thing, level) for means in self.means))


def _share(means: Means, thing: int, level: float) -> Estimate:
    """A prompt gives many tokens, seldom all of one class. Only where all of them are, resampling
    says nothing, and the interval is the exact one over prompts."""
    estimate = means.estimate(thing, level=level)
    return means.share(thing, level=level) if estimate.value in (0.0, 1.0) else estimate


def _means(
    values: Floats, units: Units, thing: Integers, things: int, seed: int, resamples: int
) -> Means:
    return means_from(
        units.sums(values, thing, things),
        units.sums(None, thing, things),
        units.clusters_with(thing, things=things),
        seed=seed,
        resamples=resamples,
    )


def _kl(
    tokens: Tokens, units: Units, thing: Integers, things: int, seed: int, resamples: int
) -> Means:
    """Of tokens whose KL is had."""
    had = np.isfinite(tokens.kl)
    return _means(tokens.kl[had], _only(units, had), thing[had], things, seed, resamples)


def _only(units: Units, kept: Booleans) -> Units:
    return Units(units.of_row[kept], units.count, units.cluster[kept], units.clusters)


def _difference(means: Means, level: float) -> Estimate:
    """Of the first thing less the second."""
    n = int(means.n.sum())
    if not means.n.all():
        return Estimate(None, None, None, n, 0, "no data")
    return estimate_from(
        float(means.value[0] - means.value[1]),
        means.draws[:, 0] - means.draws[:, 1],
        n,
        int(means.clusters.min()),
        level=level,
        of="prompt",
        what="difference",
    )

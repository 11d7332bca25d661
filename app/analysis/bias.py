"""What could have moved raters besides the answers: slots, length, haste, and introductions."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from app.analysis.intervals import LEVEL, Estimate, clustered_share, estimate_from, means_of
from app.analysis.resampling import RESAMPLES, SEED, resampled_sums, units_of
from app.analysis.votes import Booleans, Floats, Integers, Side, Votes

NO_SLOTS = "the slots of the answers are not known"

# Ranks of the durations that a resampled median can take: dense in the middle, where medians are.
_RANKS = 0.5 + np.linspace(-1, 1, 401) ** 3 / 2


def left_share(votes: Votes, *, by: str = "prompt", seed: int = SEED) -> Estimate:
    """Of the decided votes, how many the answer in the earlier slot won; 0.5 is no bias."""
    if votes.first_is_left is None:
        return Estimate(None, None, None, 0, 0, NO_SLOTS)
    decided = is_decided(votes)
    won = (votes.side == Side.WIN) == votes.first_is_left
    return _share(won, decided, votes, by, seed)


def longer_share(
    votes: Votes,
    length_first: Floats,
    length_second: Floats,
    *,
    by: str = "prompt",
    seed: int = SEED,
) -> Estimate:
    """Of the decided votes on answers of different lengths, shape (votes,), how many the longer
    one won. Longer answers may be better ones: this alone is no bias."""
    used = is_decided(votes) & (length_first != length_second)
    won = (votes.side == Side.WIN) == (length_first > length_second)
    return _share(won, used, votes, by, seed)


def is_decided(votes: Votes) -> Booleans:
    """Shape (votes,): no tie of any kind."""
    return np.asarray((votes.side == Side.WIN) | (votes.side == Side.LOSS))


def _share(won: Booleans, used: Booleans, votes: Votes, by: str, seed: int) -> Estimate:
    clusters = votes.clusters(by)[used]
    return clustered_share(won[used], clusters, of=by, seed=seed, resamples=RESAMPLES)


@dataclass(frozen=True)
class SlotBalance:
    """`counts` and `expected`, shape (variants, slots): how often a variant stood in a slot, and
    how often it would have, had each judgement put its answers in any order.

    `largest`: the largest relative deviation, None without judgements. `is_surprising`: some cell
    is further off than chance explains (95 %, Bonferroni over the cells).
    """

    counts: Integers
    expected: Floats
    largest: float | None
    is_surprising: bool


def slot_balance(shown: Integers, variants: int) -> SlotBalance:
    """`shown`, shape (judgements, slots): the variant in each slot, negative where it is empty."""
    filled = shown >= 0
    chance = filled / np.maximum(filled.sum(axis=1, keepdims=True), 1)
    who = shown[filled]
    slots = range(shown.shape[1])
    counts = [np.bincount(shown[filled[:, s], s], minlength=variants) for s in slots]
    chances = [np.broadcast_to(chance[:, [s]], shown.shape)[filled] for s in slots]
    expected = [np.bincount(who, weights=one, minlength=variants) for one in chances]
    spread = [np.bincount(who, weights=one * (1 - one), minlength=variants) for one in chances]
    return _balance(*(_by_variant(one, variants) for one in (counts, expected, spread)))


def _by_variant(slots: Sequence[Integers | Floats], variants: int) -> Any:
    """Shape (variants, slots), also of no slots, as drafts have none."""
    return np.reshape(slots, (len(slots), variants)).T


def _balance(counts: Integers, expected: Floats, variance: Floats) -> SlotBalance:
    used = expected > 0
    if not used.any():
        return SlotBalance(counts, expected, None, False)
    off = np.abs(counts - expected)
    limit = NormalDist().inv_cdf(1 - (1 - LEVEL) / 2 / int(used.sum()))
    surprising = bool((off[used] > limit * np.sqrt(variance[used])).any())
    return SlotBalance(counts, expected, float((off[used] / expected[used]).max()), surprising)


@dataclass(frozen=True)
class Times:
    """Seconds per judgement; the interval of the median resamples whole raters."""

    median: Estimate
    lower_quartile: float | None
    upper_quartile: float | None


def times(
    duration_ms: Integers, rater: Integers, *, seed: int = SEED, resamples: int = RESAMPLES
) -> Times:
    """Shape of each array: (judgements,); negative durations are not known and left out."""
    known = duration_ms >= 0
    seconds, of_rater = duration_ms[known] / 1000, rater[known]
    if not len(seconds):
        return Times(Estimate(None, None, None, 0, 0, "no durations are known"), None, None)
    lower, middle, upper = (float(one) for one in np.quantile(seconds, [0.25, 0.5, 0.75]))
    draws, raters = _medians(seconds, of_rater, seed, resamples)
    median = estimate_from(middle, draws, len(seconds), raters, level=LEVEL, of="rater")
    return Times(median, lower, upper)


def _medians(seconds: Floats, rater: Integers, seed: int, resamples: int) -> tuple[Floats, int]:
    """Of every resample: the value that half of its judgements do not exceed; and how many raters
    there are."""
    steps = np.unique(np.quantile(seconds, _RANKS, method="higher"))
    units = units_of(rater)
    table = units.sums(None, np.searchsorted(steps, seconds), len(steps))
    below = np.cumsum(resampled_sums(table, seed=seed, resamples=resamples), axis=1)
    return np.asarray(steps[(below < below[:, -1:] / 2).sum(axis=1)]), units.clusters


def self_identification(
    introduces: Booleans, variant: Integers, prompt: Integers, variants: int
) -> tuple[Estimate, ...]:
    """For each variant how many of its answers introduce themselves; arrays of shape (responses,),
    whole prompts are resampled."""
    shares = means_of(introduces.astype(np.float64), variant, variants, prompt, resamples=RESAMPLES)
    return tuple(shares.share(place) for place in range(variants))

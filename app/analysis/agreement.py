"""Do raters agree? Krippendorff's alpha and the share of pairs of raters who said the same.

Krippendorff, Computing Krippendorff's Alpha-Reliability (2011): alpha is 1 - observed / expected
disagreement of the values that one unit was given; 1 is perfect, 0 is what chance would give.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.analysis.intervals import LEVEL, Estimate, Means, estimate_from
from app.analysis.resampling import RESAMPLES, SEED, Units, resampled_sums, units_of
from app.analysis.verdicts import TIE, pairs_of, preferences
from app.analysis.votes import Booleans, Floats, Integers, Votes

SAME_ANSWER = "undefined: all raters gave the same answer"
NOT_TWICE = "no unit was judged by two raters"


class Measurement(enum.StrEnum):
    """What a difference between two values means: none, an order, or a distance."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


@dataclass(frozen=True)
class Agreement:
    """Of the `ratings` on the `units` that two raters or more judged.

    `raw`: the share of pairs of raters on one unit who said the same; `raw_without_ties`: of the
    pairs in which neither said tie, None where the values know no ties.
    """

    alpha: Estimate
    raw: Estimate
    raw_without_ties: Estimate | None
    units: int
    ratings: int
    raters: int


def alpha(
    values: Integers,
    unit: Integers,
    rater: Integers,
    *,
    level: Measurement,
    prompt: Integers,
    tie: int | None = None,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    once: bool = False,
) -> Agreement:
    """Shape of each array: (ratings,); `rater` and `prompt` number from 0. Whole prompts are
    resampled, and resamples in which all gave the same answer are left out of the interval. The
    distances of an order, which depend on how often values were given, are kept as observed, as in
    Krippendorff's own bootstrap.

    Raises ValueError where a rater judged a unit twice, unless `once` says that it is known.
    """
    if not once:
        _check_once(unit, rater)
    unit = units_of(unit).cluster  # without gaps, which may be of billions
    kept = np.bincount(unit)[unit] > 1 if len(unit) else np.zeros(0, dtype=np.bool_)
    if not kept.any():
        return _nothing(tie)
    scale, code = np.unique(values[kept], return_inverse=True)
    counts, of_unit = _counts(code, unit[kept], prompt[kept], len(scale))
    units = units_of(of_unit)
    distance = _distance(counts.sum(axis=0), scale, level)
    columns = _columns(counts, distance, scale == tie)
    table = _per_prompt(columns, units)
    sums = np.vstack([table.sum(axis=0), resampled_sums(table, seed=seed, resamples=resamples)])
    found = int(kept.sum())
    raw = _shares(sums[:, :4], [_prompts(units, columns[:, place]) for place in (1, 3)])
    return Agreement(
        alpha=_estimate(_alphas(sums[:, 4], sums[:, 5:], distance), found, units.clusters),
        raw=raw.share(0),
        raw_without_ties=None if tie is None else raw.share(1),
        units=len(counts),
        ratings=found,
        raters=int(np.count_nonzero(np.bincount(rater[kept]))),
    )


def preference_alpha(
    votes: Votes,
    item: Integers,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    once: bool = False,
) -> Agreement:
    """A unit is a pair of variants on an item, shape (votes,); its values are win, tie and loss."""
    return alpha(
        preferences(votes),
        pairs_of(votes, item),
        votes.rater,
        level=Measurement.NOMINAL,
        prompt=votes.prompt,
        tie=TIE,
        seed=seed,
        resamples=resamples,
        once=once,
    )


def _check_once(unit: Integers, rater: Integers) -> None:
    both = np.sort(unit.astype(np.int64) * (int(rater.max(initial=0)) + 1) + rater)
    if (both[1:] == both[:-1]).any():
        raise ValueError("a rater judged a unit twice: keep the judgement that counts")


def _nothing(tie: int | None) -> Agreement:
    none = Estimate(None, None, None, 0, 0, NOT_TWICE)
    return Agreement(none, none, None if tie is None else none, 0, 0, 0)


def _counts(
    code: Integers, unit: Integers, prompt: Integers, values: int
) -> tuple[Floats, Integers]:
    """How often each unit was given each value, shape (units, values), and the unit's prompt."""
    units = units_of(unit)
    counts = np.bincount(units.cluster * values + code, minlength=units.clusters * values)
    of_unit = np.zeros(units.clusters, dtype=np.intp)
    of_unit[units.cluster] = prompt
    return counts.reshape(-1, values).astype(np.float64), of_unit


def _distance(margins: Floats, scale: Integers, level: Measurement) -> Floats:
    """Shape (values, values): squared distances; `margins` is how often each value was given."""
    if level is Measurement.NOMINAL:
        return 1 - np.eye(len(scale))
    ordinal = level is Measurement.ORDINAL
    places = np.cumsum(margins) - margins / 2 if ordinal else scale.astype(np.float64)
    return np.asarray((places[:, None] - places[None, :]) ** 2)


def _columns(counts: Floats, distance: Floats, is_tie: Booleans) -> Floats:
    """Shape (units, 5 + values): agreeing pairs of ratings and all pairs, then both without ties,
    the observed disagreement, and the counts."""
    ratings = counts.sum(axis=1)
    observed = ((counts @ distance) * counts).sum(axis=1) / (ratings - 1)
    return np.column_stack([*_pairs(counts), *_pairs(counts[:, ~is_tie]), observed, counts])


def _pairs(counts: Floats) -> tuple[Floats, Floats]:
    ratings = counts.sum(axis=1)
    return (counts * (counts - 1)).sum(axis=1) / 2, ratings * (ratings - 1) / 2


def _per_prompt(columns: Floats, units: Units) -> Floats:
    sums = [np.bincount(units.of_row, weights=one, minlength=units.count) for one in columns.T]
    return np.column_stack(sums)


def _prompts(units: Units, pairs: Floats) -> int:
    """How many have a pair of ratings."""
    return int(np.count_nonzero(np.bincount(units.cluster[pairs > 0])))


def _alphas(observed: Floats, margins: Floats, distance: Floats) -> Floats:
    """Shape (rows,), not a number where all ratings of a row are the same."""
    expected = ((margins @ distance) * margins).sum(axis=1)
    disagreement = observed * (margins.sum(axis=1) - 1)
    ratio = np.full(len(observed), np.nan)
    return np.asarray(1 - np.divide(disagreement, expected, out=ratio, where=expected > 0))


def _estimate(found: Floats, ratings: int, prompts: int) -> Estimate:
    """`found`: alpha as observed, and behind it those of the resamples."""
    value, draws = float(found[0]), found[1:]
    if np.isnan(value):
        return Estimate(None, None, None, ratings, prompts, SAME_ANSWER)
    return estimate_from(value, draws, ratings, prompts, level=LEVEL, of="prompt")


def _shares(sums: Floats, prompts: Sequence[int]) -> Means:
    """Of pairs as `_pairs` counts them, as observed and behind it in the resamples."""
    agreeing, pairs = sums[:, ::2], sums[:, 1::2]
    share = np.divide(agreeing, pairs, out=np.full(pairs.shape, np.nan), where=pairs > 0)
    return Means(share[0], pairs[0].astype(np.int64), np.array(prompts), share[1:])

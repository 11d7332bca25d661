"""Do raters agree? Krippendorff's alpha and the share of pairs of raters who said the same.

Krippendorff, Computing Krippendorff's Alpha-Reliability (2011): alpha is 1 - observed / expected
disagreement of the values that one unit was given; 1 is perfect, 0 is what chance would give.
"""

import enum
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from app.analysis.intervals import FEWEST_CLUSTERS, LEVEL, Estimate
from app.analysis.resampling import RESAMPLES, SEED, resampled
from app.analysis.shares import groups_of, interval, kinds_of_sums, share_of
from app.analysis.votes import Floats, Integers, Side, Votes

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
) -> Agreement:
    """Shape of each array: (ratings,); `unit` and `prompt` number from 0. Whole prompts are
    resampled, and resamples in which all gave the same answer are left out of the interval.

    Raises ValueError where a rater judged a unit twice.
    """
    _check_once(unit, rater)
    kept = np.bincount(unit)[unit] > 1 if len(unit) else np.zeros(0, dtype=np.bool_)
    if not kept.any():
        return _nothing(tie)
    scale, code = np.unique(values[kept], return_inverse=True)
    counts, of_unit = _counts(code, unit[kept], prompt[kept], len(scale))
    group, prompts = groups_of(of_unit)
    kinds = kinds_of_sums(
        np.hstack([_coincidences(counts, group), _pairs(counts, group, scale == tie)])
    )
    drawn, totals = resampled(kinds, seed=seed, resamples=resamples), kinds.totals
    cells = kinds.table.shape[1] - 4
    found = _alphas(np.vstack([totals, drawn])[:, :cells], scale, level)
    return Agreement(
        alpha=_estimate(found, int(kept.sum()), prompts),
        raw=share_of(totals[cells : cells + 2], drawn[:, cells : cells + 2], prompts),
        raw_without_ties=None
        if tie is None
        else share_of(totals[cells + 2 :], drawn[:, cells + 2 :], prompts),
        units=len(counts),
        ratings=int(kept.sum()),
        raters=len(np.unique(rater[kept])),
    )


def preference_alpha(
    votes: Votes, item: Integers, *, seed: int = SEED, resamples: int = RESAMPLES
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
    )


TIE = 0
"""Of `preferences`."""


def preferences(votes: Votes) -> Integers:
    """1 where the pair's earlier variant won, -1 where it lost, `TIE` for a tie of any kind."""
    sign = (votes.side == Side.WIN).astype(np.int8) - (votes.side == Side.LOSS)
    return np.asarray(np.where(votes.first < votes.second, sign, -sign), dtype=np.int8)


def pairs_of(votes: Votes, item: Integers) -> Integers:
    """A number from 0 for each pair of variants on each item, whichever of the two came first."""
    count = len(votes.variants)
    low, high = np.minimum(votes.first, votes.second), np.maximum(votes.first, votes.second)
    cell = (item.astype(np.int64) * count + low) * count + high
    return np.asarray(np.unique(cell, return_inverse=True)[1], dtype=np.intp)


def _check_once(unit: Integers, rater: Integers) -> None:
    both = unit.astype(np.int64) * (int(rater.max(initial=0)) + 1) + rater
    if len(np.unique(both)) < len(both):
        raise ValueError("a rater judged a unit twice: keep the judgement that counts")


def _nothing(tie: int | None) -> Agreement:
    none = Estimate(None, None, None, 0, 0, NOT_TWICE)
    return Agreement(none, none, None if tie is None else none, 0, 0, 0)


def _counts(
    code: Integers, unit: Integers, prompt: Integers, values: int
) -> tuple[Floats, Integers]:
    """How often each unit was given each value, shape (units, values), and the unit's prompt."""
    _, first, place = np.unique(unit, return_index=True, return_inverse=True)
    counts = np.bincount(place * values + code, minlength=len(first) * values)
    return counts.reshape(-1, values).astype(np.float64), prompt[first]


def _coincidences(counts: Floats, group: Integers) -> Floats:
    """Shape (groups, cells): of every group the upper triangle of its matrix of coincidences, each
    pair of ratings weighted by 1 / (ratings of the unit - 1)."""
    upper = np.triu_indices(counts.shape[1])
    order = np.argsort(group, kind="stable")
    rows, weights = counts[order], 1 / (counts[order].sum(axis=1) - 1)
    bounds = np.searchsorted(group[order], np.arange(group.max() + 2))
    table = np.empty((len(bounds) - 1, len(upper[0])))
    for place, (begin, end) in enumerate(pairwise(bounds)):
        mine, weight = rows[begin:end], weights[begin:end]
        table[place] = (mine.T @ (mine * weight[:, None]) - np.diag(weight @ mine))[upper]
    return table


def _pairs(counts: Floats, group: Integers, is_tie: Integers) -> Floats:
    """Shape (groups, 4): agreeing pairs of ratings and all pairs, then both without ties."""
    columns = []
    for some in (counts, counts[:, ~is_tie]):
        ratings = some.sum(axis=1)
        agreeing = (some * (some - 1)).sum(axis=1) / 2
        columns += [agreeing, ratings * (ratings - 1) / 2]
    return np.column_stack([np.bincount(group, weights=one) for one in columns])


def _alphas(coincidences: Floats, scale: Integers, level: Measurement) -> Floats:
    """Shape (rows, cells) -> (rows,); not a number where all ratings of a row are the same."""
    first, second = np.triu_indices(len(scale))
    ends = np.zeros((len(first), len(scale)))
    np.add.at(ends, (np.arange(len(first)), first), 1)
    np.add.at(ends, (np.arange(len(first)), second), first != second)
    margins = coincidences @ ends
    apart = _distances(margins, scale, level, first, second)
    observed = (coincidences * apart).sum(axis=1)
    expected = (margins[:, first] * margins[:, second] * apart).sum(axis=1)
    ratings = margins.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 1 - observed * (ratings - 1) / expected
    return np.asarray(np.where(expected > 0, found, np.nan))


def _distances(
    margins: Floats, scale: Integers, level: Measurement, first: Integers, second: Integers
) -> Floats:
    """Squared, of the values of each cell: shape (rows or 1, cells)."""
    if level is Measurement.NOMINAL:
        return np.asarray((first != second)[None, :], dtype=np.float64)
    if level is Measurement.ORDINAL:
        places = np.cumsum(margins, axis=1) - margins / 2
    else:
        places = scale[None, :].astype(np.float64)
    return np.asarray((places[:, first] - places[:, second]) ** 2)


def _estimate(found: Floats, ratings: int, prompts: int) -> Estimate:
    """`found`: alpha as observed, and behind it those of the resamples."""
    value, draws = float(found[0]), found[1:][np.isfinite(found[1:])]
    if np.isnan(value):
        return Estimate(None, None, None, ratings, prompts, SAME_ANSWER)
    reason = None
    if prompts < FEWEST_CLUSTERS:
        reason = "only one prompt" if prompts == 1 else f"fewer than {FEWEST_CLUSTERS} prompts"
    elif np.ptp(draws) <= 1e-12:
        reason = "every resample of prompts has the same alpha, so its spread is not known"
    if reason:
        return Estimate(value, None, None, ratings, prompts, reason)
    return Estimate(value, *interval(draws, LEVEL), ratings, prompts)

"""Two criteria side by side, never merged: where what is preferred on one loses on the other."""

from dataclasses import dataclass

import numpy as np

from app.analysis.intervals import LEVEL, RESAMPLES, Estimate, Means, means_from
from app.analysis.pairs import pairs_among, turned
from app.analysis.resampling import SEED, units_of
from app.analysis.votes import Floats, Integers, Side, Votes

# Row or column of a cross table by code of `Side`: the first is preferred, a tie, the second is.
_FIRST, _TIE, _SECOND = range(3)
_VERDICT = np.full(len(Side), _TIE)
_VERDICT[Side.WIN], _VERDICT[Side.LOSS] = _FIRST, _SECOND


_TWICE = "a judgement compares the same pair twice"


@dataclass(frozen=True)
class CrossTable:
    """Comparisons of two variants that were judged on both criteria.

    `counts[i][j]`: the first criterion preferred the first variant (i = 0), neither (1) or the
    second (2), and the second criterion likewise (j). `share`: of the comparisons decided on the
    first criterion, those whose preferred answer was judged worse on the second; `first_wins` and
    `second_wins`: the same where the first, or the second variant was preferred. `expected`: what
    `share` would be if the criteria were unrelated; None where nothing was decided. Intervals
    resample prompts.
    """

    first: int
    second: int
    counts: tuple[tuple[int, ...], ...]
    share: Estimate
    first_wins: Estimate
    second_wins: Estimate
    expected: float | None


@dataclass(frozen=True)
class Place:
    """Of one variant, the share of its comparisons won on either criterion, ties as half."""

    variant: int
    x: Estimate
    y: Estimate


@dataclass(frozen=True)
class _Joined:
    """Comparisons judged on both criteria; shape of each array: (comparisons,)."""

    pair: Integers
    row: Integers
    column: Integers
    prompt: Integers


def cross_table(
    first_criterion: Votes,
    second_criterion: Votes,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> tuple[CrossTable, ...]:
    """Every pair of the variants; votes of the same judgement on the same pair are joined.

    Raises ValueError where the criteria are of other variants, votes do not say which judgement
    they came from, or a judgement compares a pair twice.
    """
    pairs = pairs_among(len(first_criterion.variants))
    both = _join(first_criterion, second_criterion, len(pairs))
    cell = both.pair * 9 + both.row * 3 + both.column
    tables = np.bincount(cell, minlength=9 * len(pairs)).reshape(len(pairs), 3, 3)
    worse = _worse(both, len(pairs), seed, resamples)
    return tuple(
        CrossTable(
            first=first,
            second=second,
            counts=tuple(map(tuple, tables[place].tolist())),
            share=worse.share(place, level=level),
            first_wins=worse.share(len(pairs) + place, level=level),
            second_wins=worse.share(2 * len(pairs) + place, level=level),
            expected=_expected(tables[place]),
        )
        for place, (first, second) in enumerate(pairs)
    )


def _join(first_criterion: Votes, second_criterion: Votes, pairs: int) -> _Joined:
    if first_criterion.variants != second_criterion.variants:
        raise ValueError("both criteria have to be of the same variants")
    rows, columns = turned(first_criterion), turned(second_criterion)
    at, to = _matches(
        _keys(first_criterion, rows.pair, pairs), _keys(second_criterion, columns.pair, pairs)
    )
    return _Joined(
        pair=rows.pair[at],
        row=_VERDICT[rows.side[at]],
        column=_VERDICT[columns.side[to]],
        prompt=first_criterion.prompt[at],
    )


def _keys(votes: Votes, pair: Integers, pairs: int) -> Integers:
    if votes.judgement is None:
        raise ValueError("votes have to say which judgement they came from")
    return votes.judgement.astype(np.int64) * pairs + pair


def _matches(here: Integers, there: Integers) -> tuple[Integers, Integers]:
    """Places of equal keys in both. Raises ValueError where a key comes twice."""
    span = int(max(here.max(initial=-1), there.max(initial=-1))) + 1
    if span <= _SPAN * (len(here) + len(there)):
        place = np.full(span, -1, dtype=np.int32)
        place[there] = np.arange(len(there), dtype=np.int32)
        _require_each_once(here, span)
        _require_each_once(there, span)
        partner = place[here]
        at = np.flatnonzero(partner >= 0)
        return at, partner[at]
    ordered, order = np.sort(here, kind="stable"), np.argsort(there, kind="stable")
    for keys in (ordered, there[order]):
        if (keys[1:] == keys[:-1]).any():
            raise ValueError(_TWICE)
    left = np.searchsorted(there, here, side="left", sorter=order)
    found = np.searchsorted(there, here, side="right", sorter=order) > left
    return np.flatnonzero(found), order[left[found]]


# A table of places by key is quicker than sorting, where it is not much longer than the keys.
_SPAN = 8


def _require_each_once(keys: Integers, span: int) -> None:
    seen = np.zeros(span, dtype=np.bool_)
    seen[keys] = True
    if int(np.count_nonzero(seen)) < len(keys):
        raise ValueError(_TWICE)


def _worse(both: _Joined, pairs: int, seed: int, resamples: int) -> Means:
    """The shares judged worse: of each pair, then where its first variant was preferred, then its
    second."""
    decided = both.row != _TIE
    pair, row = both.pair[decided], both.row[decided]
    worse = (both.column[decided] == _FIRST + _SECOND - row).astype(np.float64)
    direction = pair + pairs * np.where(row == _FIRST, 0, 1)
    units = units_of(both.prompt[decided])
    return means_from(
        _with_both(units.sums(worse, direction, 2 * pairs)),
        _with_both(units.sums(None, direction, 2 * pairs)),
        units.clusters_with(pair, pairs + direction, things=3 * pairs),
        seed=seed,
        resamples=resamples,
    )


def _with_both(directions: Floats) -> Floats:
    """Shape (units, 2 x pairs) -> (units, 3 x pairs): before the directions, the two together."""
    return np.hstack([sum(np.hsplit(directions, 2)), directions])


def _expected(table: Integers) -> float | None:
    decided = table[_FIRST].sum() + table[_SECOND].sum()
    if not decided:
        return None
    columns = table.sum(axis=0) / table.sum()
    worse = table[_FIRST].sum() * columns[_SECOND] + table[_SECOND].sum() * columns[_FIRST]
    return float(worse / decided)


def plane(
    x: Votes,
    y: Votes,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> tuple[Place, ...]:
    """Every variant on two criteria; the votes need not be of the same judgements. Raises
    ValueError where the criteria are of other variants."""
    if x.variants != y.variants:
        raise ValueError("both criteria have to be of the same variants")
    across, up = (_won(votes, seed, resamples) for votes in (x, y))
    return tuple(
        Place(one, across.share(one, level=level), up.share(one, level=level))
        for one in range(len(x.variants))
    )


def _won(votes: Votes, seed: int, resamples: int) -> Means:
    units, count = units_of(votes.prompt), len(votes.variants)
    return means_from(
        units.sums(votes.points, votes.first, count)
        + units.sums(1 - votes.points, votes.second, count),
        units.sums(None, votes.first, count) + units.sums(None, votes.second, count),
        units.clusters_with(votes.first, votes.second, things=count),
        seed=seed,
        resamples=resamples,
    )

"""Votes and scores from tables made anywhere: a DataFrame of pandas or polars, a pyarrow Table, a
`datasets.Dataset`, or a dict of columns.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Any

import numpy as np

from app.analysis.frame_columns import column, column_names, is_missing, listed, taken
from app.analysis.votes import Integers, Side, Votes, numbered, places_of

_WINNERS = {
    "model_a": Side.WIN,
    "model_b": Side.LOSS,
    "tie": Side.TIE,
    "tie (bothbad)": Side.TIE_BAD,
    "both_bad": Side.TIE_BAD,
}
_DECIDED = {True: Side.WIN, False: Side.LOSS}
_TIES = {"ranked": Side.TIE, "tie_good": Side.TIE_GOOD, "tie_bad": Side.TIE_BAD}


@dataclass(frozen=True)
class ScoreRows:
    """Shape of each array: (scores,). `variant` holds places in `variants`; `prompt` and `rater`
    number the clusters. What `score_table` takes.
    """

    variants: tuple[Hashable, ...]
    values: Integers
    variant: Integers
    prompt: Integers
    rater: Integers


@dataclass(frozen=True)
class _Battles:
    """Columns of votes: the `row` of the frame, and how the first answer shown did."""

    row: Sequence[int]
    first: Sequence[Hashable]
    second: Sequence[Hashable]
    side: Sequence[int]


def votes_from(
    frame: Any,
    *,
    criterion: str | None = None,
    variants: Sequence[Hashable] | None = None,
    prompt: str = "question_id",
    rater: str = "judge",
) -> Votes:
    """Reads Triptych's long table (docs/exports.md), or battles with the columns `model_a` (shown
    on the left), `model_b` and `winner`: model_a, model_b, tie, "tie (bothbad)" or both_bad.

    Of the long table `criterion` has to be named where there are several. Of battles `prompt` and
    `rater` name the columns of clusters; without such a column every row is a cluster of its own.
    Raises ValueError for unknown winners, missing columns, a variant against itself, and variants
    that are not among those given.
    """
    if {"variants", "ranks"} <= set(column_names(frame)):
        return _votes(frame, _ranked(frame, criterion), variants, "prompt_id", "rater")
    return _votes(frame, _battles(frame), variants, prompt, rater)


def scores_from(
    frame: Any, *, criterion: str | None = None, variants: Sequence[Hashable] | None = None
) -> ScoreRows:
    """Scores of one criterion from Triptych's long table. Raises ValueError like `votes_from`."""
    rows = _rows_of(frame, "score", criterion)
    variant = taken(column(frame, "variant"), rows)
    names = _names(variant, variants)
    values = [int(value) for value in taken(column(frame, "value"), rows)]
    return ScoreRows(
        names,
        np.array(values, dtype=np.intp),
        places_of(variant, names),
        _clusters(frame, "prompt_id", rows),
        _clusters(frame, "rater", rows),
    )


def _battles(frame: Any) -> _Battles:
    first, second, winners = (column(frame, name) for name in ("model_a", "model_b", "winner"))
    for winner in set(winners):
        if winner not in _WINNERS:
            raise ValueError(f"{winner!r} is no winner: they are {', '.join(_WINNERS)}")
    return _Battles(range(len(winners)), first, second, [_WINNERS[one] for one in winners])


def _ranked(frame: Any, criterion: str | None) -> _Battles:
    """A ranking of three answers is three votes; who could not judge cast none."""
    shown, ranks, outcomes = (column(frame, name) for name in ("variants", "ranks", "value"))
    rows = [
        (row, first, second, _TIES[outcomes[row]] if rank == other else _DECIDED[rank < other])
        for row in _rows_of(frame, "preference", criterion)
        for (first, rank), (second, other) in combinations(
            zip(listed(shown[row]), listed(ranks[row]), strict=False), 2
        )
    ]
    return _Battles(*zip(*rows, strict=True)) if rows else _Battles((), (), (), ())


def _rows_of(frame: Any, kind: str, criterion: str | None) -> list[int]:
    """Raises ValueError where several criteria would be merged."""
    kinds, criteria = column(frame, "kind"), column(frame, "criterion")
    rows = [row for row, one in enumerate(kinds) if one == kind]
    asked = list(dict.fromkeys(taken(criteria, rows)))
    if criterion is None and len(asked) > 1:
        raise ValueError(f"name one criterion of {', '.join(asked)}: they are never merged")
    if criterion is not None and criterion not in asked:
        raise ValueError(f"no {kind} on {criterion}; there is {', '.join(asked) or 'none'}")
    return [row for row in rows if criterion in (None, criteria[row])]


def _votes(
    frame: Any,
    battles: _Battles,
    variants: Sequence[Hashable] | None,
    prompt: str,
    rater: str,
) -> Votes:
    names = _names(chain(battles.first, battles.second), variants)
    one, other = places_of(battles.first, names), places_of(battles.second, names)
    if (one == other).any():
        raise ValueError(f"{names[one[one == other][0]]} was compared with itself")
    return Votes(
        names,
        one,
        other,
        np.array(battles.side, dtype=np.int8),
        _clusters(frame, prompt, battles.row),
        _clusters(frame, rater, battles.row),
        first_is_left=np.ones(len(one), dtype=np.bool_),
        judgement=np.array(battles.row, dtype=np.intp),
    )


def _names(found: Iterable[Hashable], variants: Sequence[Hashable] | None) -> tuple[Hashable, ...]:
    seen = dict.fromkeys(found)
    if any(is_missing(name) for name in seen):
        raise ValueError("a row does not say which variant it is about")
    names = tuple(seen) if variants is None else tuple(variants)
    if unknown := [str(name) for name in seen if name not in names]:
        raise ValueError(f"not among the variants: {', '.join(unknown)}")
    return names


def _clusters(frame: Any, name: str, rows: Sequence[int]) -> Integers:
    if name not in column_names(frame):
        return np.array(rows, dtype=np.intp)
    return numbered(taken(column(frame, name), rows))

"""Votes and scores from tables made anywhere: a DataFrame of pandas or polars, a pyarrow Table, a
`datasets.Dataset`, or a dict of columns.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from app.analysis.frame_columns import column, column_names, is_missing, listed, taken
from app.analysis.votes import Integers, Side, Votes, numbered

_WINNERS = {
    "model_a": Side.WIN,
    "model_b": Side.LOSS,
    "tie": Side.TIE,
    "tie (bothbad)": Side.TIE_BAD,
    "both_bad": Side.TIE_BAD,
}
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


class _Battle(NamedTuple):
    """`row` of the table; the first answer was shown first."""

    row: int
    first: Hashable
    second: Hashable
    side: Side


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
        return _votes(frame, list(_ranked(frame, criterion)), variants, "prompt_id", "rater")
    return _votes(frame, list(_battles(frame)), variants, prompt, rater)


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
        _places(variant, names),
        _clusters(frame, "prompt_id", rows),
        _clusters(frame, "rater", rows),
    )


def _battles(frame: Any) -> Iterator[_Battle]:
    columns = (column(frame, name) for name in ("model_a", "model_b", "winner"))
    for row, (first, second, winner) in enumerate(zip(*columns, strict=True)):
        if winner not in _WINNERS:
            raise ValueError(f"{winner!r} is no winner: they are {', '.join(_WINNERS)}")
        yield _Battle(row, first, second, _WINNERS[winner])


def _ranked(frame: Any, criterion: str | None) -> Iterator[_Battle]:
    """A ranking of three answers is three votes; who could not judge cast none."""
    shown, ranks, outcomes = (column(frame, name) for name in ("variants", "ranks", "value"))
    for row in _rows_of(frame, "preference", criterion):
        answers = zip(listed(shown[row]), listed(ranks[row]), strict=False)
        for (first, rank), (second, other) in combinations(answers, 2):
            decided = Side.WIN if rank < other else Side.LOSS
            side = _TIES[outcomes[row]] if rank == other else decided
            yield _Battle(row, first, second, side)


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
    battles: list[_Battle],
    variants: Sequence[Hashable] | None,
    prompt: str,
    rater: str,
) -> Votes:
    row, first, second, side = zip(*battles, strict=True) if battles else ((), (), (), ())
    names = _names((*first, *second), variants)
    one, other = _places(first, names), _places(second, names)
    if (one == other).any():
        raise ValueError(f"{names[one[one == other][0]]} was compared with itself")
    return Votes(
        names,
        one,
        other,
        np.array(side, dtype=np.int8),
        _clusters(frame, prompt, row),
        _clusters(frame, rater, row),
        first_is_left=np.ones(len(side), dtype=np.bool_),
        judgement=np.array(row, dtype=np.intp),
    )


def _names(found: Iterable[Hashable], variants: Sequence[Hashable] | None) -> tuple[Hashable, ...]:
    seen = dict.fromkeys(found)
    if any(is_missing(name) for name in seen):
        raise ValueError("a row does not say which variant it is about")
    names = tuple(seen) if variants is None else tuple(variants)
    if unknown := [str(name) for name in seen if name not in names]:
        raise ValueError(f"not among the variants: {', '.join(unknown)}")
    return names


def _places(found: Sequence[Hashable], names: tuple[Hashable, ...]) -> Integers:
    place = {name: index for index, name in enumerate(names)}
    return np.array([place[name] for name in found], dtype=np.intp)


def _clusters(frame: Any, name: str, rows: Sequence[int]) -> Integers:
    if name not in column_names(frame):
        return np.array(rows, dtype=np.intp)
    return numbered(taken(column(frame, name), rows))

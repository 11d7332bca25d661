"""Pairwise votes as plain arrays: what every estimate of a preference starts from."""

import enum
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


class Side(enum.IntEnum):
    """How the first of two answers did against the second; codes of `Votes.side`."""

    LOSS = 0
    TIE = 1
    TIE_GOOD = 2
    TIE_BAD = 3
    WIN = 4


_POINTS = np.array([0.0, 0.5, 0.5, 0.5, 1.0])
_OF_POINTS = {0.0: Side.LOSS, 0.5: Side.TIE, 1.0: Side.WIN}


class Vote(NamedTuple):
    """One rater on two answers. `points` of the first: a win 1, a tie 1/2, a loss 0."""

    first: Hashable
    second: Hashable
    points: float
    prompt: Hashable
    rater: Hashable


@dataclass(frozen=True, eq=False)
class Votes:
    """Shape of each array: (votes,). `first` and `second` are places in `variants`, `side` holds
    codes of `Side`; `prompt` and `rater` number the clusters from 0.

    `first_is_left`: the first answer stood in the earlier slot; None where that is not known.
    `judgement` numbers what the votes came from: a ranking of three is three votes.
    """

    variants: tuple[Hashable, ...]
    first: Integers
    second: Integers
    side: Integers
    prompt: Integers
    rater: Integers
    first_is_left: Booleans | None = None
    judgement: Integers | None = None

    def __len__(self) -> int:
        return len(self.side)

    @property
    def points(self) -> Floats:
        """Of the first answer: a win 1, a tie 1/2, a loss 0."""
        return np.asarray(_POINTS[self.side], dtype=np.float64)

    def clusters(self, by: str) -> Integers:
        """Raises ValueError unless `by` is prompt or rater."""
        if by not in ("prompt", "rater"):
            raise ValueError(f"votes are clustered by prompt or by rater, not by {by}")
        return self.prompt if by == "prompt" else self.rater

    def take(self, kept: Booleans) -> "Votes":
        """Those where `kept` is true; variants and numbers of clusters stay what they were."""
        left, judgement = self.first_is_left, self.judgement
        return replace(
            self,
            first=self.first[kept],
            second=self.second[kept],
            side=self.side[kept],
            prompt=self.prompt[kept],
            rater=self.rater[kept],
            first_is_left=None if left is None else left[kept],
            judgement=None if judgement is None else judgement[kept],
        )


def votes_of(votes: Iterable[Vote], variants: Sequence[Hashable] | None = None) -> Votes:
    """Raises ValueError for points other than 0, 1/2 and 1, a variant against itself, and variants
    that are not among those given."""
    rows = list(votes)
    found = list(dict.fromkeys(name for row in rows for name in (row.first, row.second)))
    names = tuple(found if variants is None else variants)
    _check(rows, set(names))
    place = {name: index for index, name in enumerate(names)}
    return Votes(
        names,
        np.array([place[row.first] for row in rows], dtype=np.intp),
        np.array([place[row.second] for row in rows], dtype=np.intp),
        np.array([_OF_POINTS[row.points] for row in rows], dtype=np.int8),
        numbered([row.prompt for row in rows]),
        numbered([row.rater for row in rows]),
    )


def numbered(names: Sequence[Hashable]) -> Integers:
    """The place of each name in the order of first appearance."""
    return places_of(names, dict.fromkeys(names))


def places_of(names: Sequence[Hashable], among: Iterable[Hashable]) -> Integers:
    """The place of each name in `among`. Raises KeyError for one that is not there."""
    place = {name: index for index, name in enumerate(among)}
    return np.fromiter(map(place.__getitem__, names), dtype=np.intp, count=len(names))


def _check(rows: Sequence[Vote], names: set[Hashable]) -> None:
    for row in rows:
        if row.points not in _OF_POINTS:
            raise ValueError(f"a vote is worth 0, 1/2 or 1 points, not {row.points}")
        if row.first == row.second:
            raise ValueError(f"{row.first} was compared with itself")
        if not {row.first, row.second} <= names:
            raise ValueError(f"{row.first} or {row.second} is none of the variants")

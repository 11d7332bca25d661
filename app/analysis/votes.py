"""Pairwise votes as plain arrays: what every estimate of a preference starts from."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.intp]
Floats = NDArray[np.float64]


class Vote(NamedTuple):
    """One rater on two answers. `points` of the first: a win 1, a tie 1/2, a loss 0."""

    first: Hashable
    second: Hashable
    points: float
    prompt: Hashable
    rater: Hashable


@dataclass(frozen=True)
class Votes:
    """Shape of each array: (votes,). `first` and `second` are places in `variants`; `prompt` and
    `rater` number the clusters from 0.
    """

    variants: tuple[Hashable, ...]
    first: Integers
    second: Integers
    points: Floats
    prompt: Integers
    rater: Integers

    def __len__(self) -> int:
        return len(self.points)

    def clusters(self, by: str) -> Integers:
        """Raises ValueError unless `by` is prompt or rater."""
        if by not in ("prompt", "rater"):
            raise ValueError(f"votes are clustered by prompt or by rater, not by {by}")
        return self.prompt if by == "prompt" else self.rater


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
        np.array([row.points for row in rows], dtype=np.float64),
        numbered([row.prompt for row in rows]),
        numbered([row.rater for row in rows]),
    )


def numbered(names: Sequence[Hashable]) -> Integers:
    """The place of each name in the order of first appearance."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.intp)


def _check(rows: Sequence[Vote], names: set[Hashable]) -> None:
    for row in rows:
        if row.points not in (0.0, 0.5, 1.0):
            raise ValueError(f"a vote is worth 0, 1/2 or 1 points, not {row.points}")
        if row.first == row.second:
            raise ValueError(f"{row.first} was compared with itself")
        if not {row.first, row.second} <= names:
            raise ValueError(f"{row.first} or {row.second} is none of the variants")

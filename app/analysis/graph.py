"""Whether votes can rank variants at all, asked before anything is fitted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.analysis.votes import Floats


@dataclass(frozen=True)
class Standing:
    """Places of variants. `groups`: who was compared with whom, directly or over others.

    A ranking of all needs one group, and in it nobody who never lost and nobody who never won
    (Ford, American Mathematical Monthly 64, 1957: every split of the variants has to have a win in
    both directions, which `strong` tells).
    """

    groups: tuple[tuple[int, ...], ...]
    undefeated: tuple[int, ...]
    winless: tuple[int, ...]
    strong: bool

    @property
    def is_connected(self) -> bool:
        return len(self.groups) <= 1

    @property
    def reason(self) -> str | None:
        """Why there is no ranking; None where there can be one."""
        if self.strong:
            return None
        if not self.is_connected:
            return "not all were compared with each other, directly or over others"
        if self.undefeated or self.winless:
            return "somebody never lost or never won, so how far apart they are is not known"
        return "some never lost against any of the others, so how far apart they are is not known"


def standing(wins: Floats) -> Standing:
    """`wins`, shape (variants, variants): row over column, ties as half a win for each."""
    beats = np.asarray(wins) > 0
    met = beats | beats.T
    played = met.any(axis=1)
    groups = _groups(met)
    return Standing(
        groups=groups,
        undefeated=tuple(np.flatnonzero(played & ~beats.any(axis=0)).tolist()),
        winless=tuple(np.flatnonzero(played & ~beats.any(axis=1)).tolist()),
        strong=len(groups) == 1 and _reaches_all(beats) and _reaches_all(beats.T),
    )


def _groups(met: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> tuple[tuple[int, ...], ...]:
    left, groups = set(range(len(met))), []
    while left:
        group = _reached(met, min(left))
        groups.append(tuple(sorted(group)))
        left -= group
    return tuple(groups)


def _reaches_all(edges: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bool:
    return len(edges) == 0 or len(_reached(edges, 0)) == len(edges)


def _reached(edges: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], start: int) -> set[int]:
    seen, todo = {start}, [start]
    while todo:
        new: Sequence[int] = np.flatnonzero(edges[todo.pop()]).tolist()
        todo += [one for one in new if one not in seen]
        seen.update(new)
    return seen

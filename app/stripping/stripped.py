"""A text of which parts were deleted, and where its characters stood."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

Stretches = Iterable[tuple[int, int]]
"""(start, end) of each, end exclusive, in code points."""


@dataclass(frozen=True)
class Stripped:
    """`text` is what the stretches of the source in `kept` say, one after the other."""

    text: str
    kept: tuple[tuple[int, int], ...]

    def without(self, deleted: Stretches) -> "Stripped":
        """With stretches of `text` deleted, which may overlap, or be empty."""
        stretches = sorted((start, end) for start, end in deleted if start < end)
        left = list(_between(stretches, len(self.text)))
        text = "".join(self.text[start:end] for start, end in left)
        return Stripped(text, tuple(run for one in left for run in self._runs(*one)))

    def in_source(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of `text` stands in the source, with what was deleted inside of it.

        Raises ValueError for a stretch that is empty or not in the text.
        """
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"{start} to {end} is no part of the text")
        runs = list(self._runs(start, end))
        return runs[0][0], runs[-1][1]

    def in_text(self, start: int, end: int) -> tuple[int, int]:
        """What is left of a stretch of the source; empty where all of it was deleted."""
        return self._before(start), self._before(end)

    def of(self, source: str) -> "Stripped":
        """The same stretches of another text of the same length."""
        return Stripped("".join(source[start:end] for start, end in self.kept), self.kept)

    def _before(self, place: int) -> int:
        """How many characters before this place of the source are kept."""
        return sum(max(min(end, place) - start, 0) for start, end in self.kept)

    def _runs(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The stretches of the source that `text` has from `start` to `end`."""
        begins = self._begins
        for n in range(bisect_right(begins, start) - 1, len(self.kept)):
            if begins[n] >= end:
                return
            moved = self.kept[n][0] - begins[n]
            yield moved + max(start, begins[n]), moved + min(end, begins[n + 1])

    @cached_property
    def _begins(self) -> list[int]:
        """Where in `text` each stretch of `kept` begins, and its end."""
        return [0, *accumulate(end - start for start, end in self.kept)]


def whole(text: str) -> Stripped:
    """Nothing is deleted."""
    return Stripped(text, ((0, len(text)),) if text else ())


def _between(deleted: list[tuple[int, int]], length: int) -> Iterator[tuple[int, int]]:
    """What the stretches, which are sorted, leave."""
    at = 0
    for start, end in [*deleted, (length, length)]:
        if at < start:
            yield at, start
        at = max(at, end)

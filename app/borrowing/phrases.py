"""Which words and phrases of an answer come from instances: rules, on folded words.

A word is *its own* where it carries content and neither the prompt nor the base's answer has it. A
phrase is a run of words within a sentence of the answer that stands word for word in one text of an
instance, and has a word of its own. Where runs overlap, the longest is taken, then the nearest.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from app.borrowing.words import Word

SHORTEST = 3
"""Words of a phrase from one of the nearest instances."""


@dataclass(frozen=True)
class Run:
    """Words [first, end) of an answer that stand in an instance; `rank` 0 is the nearest one.
    `least`: words without which it is no phrase."""

    first: int
    end: int
    rank: int
    least: int = SHORTEST

    @property
    def length(self) -> int:
        return self.end - self.first


def common_runs(answer: Sequence[Word], text: Sequence[str], rank: int) -> Iterator[Run]:
    """The longest runs that the answer shares with a text, within the answer's sentences."""
    places = defaultdict(list)
    for place, folded in enumerate(text):
        places[folded].append(place)
    for first, word in enumerate(answer):
        for place in places.get(word.folded, ()):
            if not (first and place and _goes_on(answer, first - 1, text, place - 1, word)):
                yield Run(first, first + _length(answer, first, text, place), rank)


def _length(answer: Sequence[Word], first: int, text: Sequence[str], place: int) -> int:
    length, most = 1, min(len(answer) - first, len(text) - place)
    while length < most and _goes_on(answer, first + length, text, place + length, answer[first]):
        length += 1
    return length


def _goes_on(answer: Sequence[Word], at: int, text: Sequence[str], place: int, word: Word) -> bool:
    return answer[at].folded == text[place] and answer[at].sentence == word.sentence


def longest_apart(runs: Iterable[Run], own: Sequence[bool]) -> list[Run]:
    """Of these runs, and of what is left of them beside longer ones, those that do not overlap, in
    the order of the answer. Each is a phrase: long enough, with a word of its own."""
    waiting = [run for run in runs if _is_phrase(run, own)]
    chosen: list[Run] = []
    while waiting:
        best = min(waiting, key=lambda run: (-run.length, run.rank, run.first))
        chosen.append(best)
        rest = {piece for run in waiting for piece in _beside(run, best)}
        waiting = [piece for piece in rest if _is_phrase(piece, own)]
    return sorted(chosen, key=lambda run: run.first)


def _is_phrase(run: Run, own: Sequence[bool]) -> bool:
    return run.length >= run.least and any(own[run.first : run.end])


def _beside(run: Run, taken: Run) -> Iterator[Run]:
    """What is left of a run."""
    before = replace(run, end=min(run.end, taken.first))
    behind = replace(run, first=max(run.first, taken.end))
    yield from (piece for piece in (before, behind) if piece.length > 0)

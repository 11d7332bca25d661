"""What one answer has from the instruction set that its variant was trained on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from app.analysis.tokens.kinds import is_style
from app.borrowing.index import InstructionIndex, Near
from app.borrowing.phrases import SHORTEST, Run, common_runs, longest_apart
from app.borrowing.words import folded_words, stem, words_of

ANYWHERE = 6
"""Words of a phrase from any instance: three common words in a row stand in most large sets."""
VOICE = 0.05
"""Words in a larger share of the instances are how the whole set speaks, and no content of any."""
_FEW = 3  # instances: shares cannot tell the voice of a tiny set
_SOURCES = 5  # instances named for each phrase


@dataclass(frozen=True)
class Phrase:
    """Code points [start, end) of the answer, and up to five instances that have these words one
    after another, nearest first."""

    start: int
    end: int
    instances: tuple[int, ...]


@dataclass(frozen=True)
class Found:
    """`content_words` of the answer stand in the nearest instances and neither in the prompt nor in
    the base's answer; `words` are those of them that belong to no phrase."""

    nearest: tuple[Near, ...]
    phrases: tuple[Phrase, ...]
    words: tuple[Phrase, ...]
    content_words: int

    @property
    def marks(self) -> list[list[Any]]:
        """Phrases and single words as lists of [start, end, [instances]], by position."""
        marked = sorted((*self.phrases, *self.words), key=lambda phrase: phrase.start)
        return [[one.start, one.end, list(one.instances)] for one in marked]


def find_borrowing(index: InstructionIndex, prompt: str, answer: str, base_answer: str) -> Found:
    """`prompt` is all that the variant was asked: nothing that stands in it is borrowed."""
    search = _Search(index, prompt, answer, base_answer, near_to=prompt)
    runs = search.runs()
    in_phrases = {at for run in runs for at in range(run.first, run.end)}
    single = [Run(at, at + 1, 0) for at in search.near_words if at not in in_phrases]
    return Found(
        nearest=search.nearest,
        phrases=tuple(map(search.phrase, runs)),
        words=tuple(map(search.phrase, single)),
        content_words=len(search.near_words),
    )


def count_near(
    index: InstructionIndex, prompt: str, answer: str, base_answer: str, *, near_to: str
) -> int:
    """What `content_words` would be if the nearest instances were those of another prompt: by
    chance, where that one was drawn at random."""
    return len(_Search(index, prompt, answer, base_answer, near_to=near_to).near_words)


class _Search:
    """One answer against an index; words are given by their places in the answer."""

    def __init__(
        self, index: InstructionIndex, prompt: str, answer: str, base_answer: str, *, near_to: str
    ) -> None:
        self._index = index
        self._answer = words_of(answer)
        self._given = {stem(word) for text in (prompt, base_answer) for word in folded_words(text)}
        self._own = [self._is_own(word.folded) for word in self._answer]
        self.nearest = index.nearest(near_to)
        self._near_texts = [index.words(near.number) for near in self.nearest]

    def _is_own(self, word: str) -> bool:
        """Whether it carries content that some instances have and nobody gave to the variant."""
        if len(word) == 1 or is_style(word) or stem(word) in self._given:
            return False
        return 0 < self._index.instances_with(word) <= max(_FEW, VOICE * self._index.count)

    @cached_property
    def near_words(self) -> list[int]:
        """The answer's own words that stand in a nearest instance."""
        there = {word for texts in self._near_texts for text in texts for word in text}
        return [
            at for at, word in enumerate(self._answer) if self._own[at] and word.folded in there
        ]

    def runs(self) -> list[Run]:
        """Phrases, from the nearest instances and from all, in the order of the answer."""
        return longest_apart(chain(self._near_runs(), self._runs_anywhere()), self._own)

    def phrase(self, run: Run) -> Phrase:
        words = self._answer[run.first : run.end]
        folded = [word.folded for word in words]
        near = (
            near.number
            for near, texts in zip(self.nearest, self._near_texts, strict=True)
            if any(_has(text, folded) for text in texts)
        )
        everywhere = self._index.with_phrase(folded, _SOURCES)
        sources = tuple(dict.fromkeys(chain(near, everywhere)))
        return Phrase(words[0].start, words[-1].end, sources[:_SOURCES])

    def _near_runs(self) -> Iterator[Run]:
        for rank, texts in enumerate(self._near_texts):
            for text in texts:
                yield from common_runs(self._answer, text, rank)

    def _runs_anywhere(self) -> Iterator[Run]:
        """The longest that begins at each word, unless it is only the end of another."""
        first = tried = reached = 0  # nothing more begins before `tried`
        while (end := first + ANYWHERE) <= len(self._answer):
            if not any(self._own[first:end]):
                first += 1
            elif not self._stands(end - SHORTEST, end):
                first = tried = end - SHORTEST + 1  # whatever begins before has these words, too
            else:
                for begin in self._beginnings(tried, first, end):
                    if self._stands(begin, least := max(end, reached + 1)):
                        reached = self._longest(begin, least)
                        yield Run(begin, reached, len(self.nearest), ANYWHERE)
                first = tried = first + 1

    def _beginnings(self, tried: int, first: int, end: int) -> range:
        """Of the runs that go through [first, end); none of the words before is its own."""
        begin = first + 1
        while begin > tried and self._stands(begin - 1, end):
            begin -= 1
        return range(begin, first + 1)

    def _longest(self, first: int, end: int) -> int:
        while self._stands(first, end + 1):
            end += 1
        return end

    def _stands(self, first: int, end: int) -> bool:
        """Whether these are words of one sentence, and in this order in some instance."""
        words = self._answer[first:end]
        if len(words) < end - first or words[0].sentence != words[-1].sentence:
            return False
        return bool(self._index.with_phrase([word.folded for word in words], 1))


def _has(text: Sequence[str], words: Sequence[str]) -> bool:
    return f" {' '.join(words)} " in f" {' '.join(text)} "

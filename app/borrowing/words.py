"""Words of a text, as instruction sets are searched by: where each stands and its folded form."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from app.analysis.tokens.marks import WORD, with_marks_alike

_WORD = re.compile(rf"\d+(?:[.,]\d+)+(?![^\W_])|{WORD}")
_ENDING = re.compile(r"(?<=\w\w\w)(?:'s|s'|ing|ed|es|ly|s|e)$")
_SENTENCE_END = re.compile(r"[.!?…:;]+[\"'”’»)\]]*\s|\n")


@dataclass(frozen=True)
class Word:
    """`start` and `end` are code points of the text, `folded` is what is compared: without regard
    to case and to how accents are encoded. `sentence` numbers the text's sentences from 0."""

    folded: str
    start: int
    end: int
    sentence: int


def words_of(text: str) -> list[Word]:
    """Runs of letters and digits with their marks, apostrophes and points within a number
    included."""
    ends = [match.start() for match in _SENTENCE_END.finditer(text)]
    words, sentence = [], 0
    for start, end in _places(text):
        while sentence < len(ends) and ends[sentence] < start:
            sentence += 1
        words.append(Word(folded(text[start:end]), start, end, sentence))
    return words


def folded_words(text: str) -> tuple[str, ...]:
    return tuple(folded(text[start:end]) for start, end in _places(text))


def _places(text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in _WORD.finditer(with_marks_alike(text)))


def folded(word: str) -> str:
    return unicodedata.normalize("NFC", word.replace("’", "'").casefold())


def stem(word: str) -> str:
    """A folded word without the commonest English endings, so that `celebrates` is no other word
    than the prompt's `celebrate`."""
    return _ENDING.sub("", word)

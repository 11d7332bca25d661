"""Words of a text, as instruction sets are searched by: where each stands and its folded form."""

import re
import unicodedata
from dataclasses import dataclass

_MARK = r"[\u0300-\u036f]"
_RUN = rf"(?:[^\W_]{_MARK}*)+"
_WORD = re.compile(rf"\d+(?:[.,]\d+)+(?![^\W_])|{_RUN}(?:['’]{_RUN})*")
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
    """Runs of letters and digits, apostrophes and points within a number included."""
    ends = [match.start() for match in _SENTENCE_END.finditer(text)]
    words, sentence = [], 0
    for match in _WORD.finditer(text):
        while sentence < len(ends) and ends[sentence] < match.start():
            sentence += 1
        words.append(Word(folded(match[0]), match.start(), match.end(), sentence))
    return words


def folded_words(text: str) -> tuple[str, ...]:
    return tuple(folded(found) for found in _WORD.findall(text))


def folded(word: str) -> str:
    return unicodedata.normalize("NFC", word.replace("’", "'").casefold())


def stem(word: str) -> str:
    """A folded word without the commonest English endings, so that `celebrates` is no other word
    than the prompt's `celebrate`."""
    return _ENDING.sub("", word)

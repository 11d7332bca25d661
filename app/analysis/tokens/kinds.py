"""Kinds of tokens by stated rules: opening, style, content, end.

- end: what ends the answer and does not stand in its text, such as `</s>`;
- opening: the first `OPENING` tokens of an answer;
- style: part of a stop word, a discourse marker or a phrase of `app.analysis.tokens.english`; what
  has no letter and no digit (punctuation, white space, Markdown); the number of a list's item;
- content: everything else.

The first rule that fits decides. The rules look at whole words, not at pieces of them. They know
English: in other languages everything with a letter is content.
"""

import enum
import re

import numpy as np

from app.analysis.tokens.english import MARKERS, PHRASES, STOP_WORDS
from app.analysis.tokens.table import Tokens
from app.analysis.tokens.words import NO_WORD
from app.analysis.votes import Booleans, Integers

OPENING = 5
_ITEM = re.compile(r"\d{1,3}[.)]")


class Kind(enum.IntEnum):
    """Codes of what `kinds_of` gives."""

    OPENING = 0
    STYLE = 1
    CONTENT = 2
    END = 3


def kinds_of(tokens: Tokens) -> Integers:
    """Codes of `Kind`, shape (tokens,)."""
    styled = np.array([is_style(word) for word in tokens.word.known], dtype=np.bool_)
    is_styled = styled[tokens.word.code] | _in_phrase(tokens)
    rules = [tokens.ends, tokens.position < OPENING, is_styled]
    return np.select(rules, [Kind.END, Kind.OPENING, Kind.STYLE], Kind.CONTENT)


def is_style(word: str) -> bool:
    """Of a word in lower case by itself. A contraction is what its first part is: `it's` is."""
    if not any(character.isalnum() for character in word):
        return True
    if word in STOP_WORDS or word in MARKERS or _ITEM.fullmatch(word):
        return True
    return "'" in word and word.partition("'")[0] in STOP_WORDS


def _in_phrase(tokens: Tokens) -> Booleans:
    """Shape (tokens,): whether the token is part of one of `PHRASES`, whatever its punctuation."""
    rows = np.flatnonzero(tokens.word_number != NO_WORD)
    word, number, answer = (
        column[rows] for column in (tokens.word.code, tokens.word_number, tokens.answer)
    )
    begins = np.ones(len(rows), dtype=np.bool_)
    begins[1:] = (number[1:] != number[:-1]) | (answer[1:] != answer[:-1])
    found = _phrases(tokens.word.known, word[begins], answer[begins])
    marked = np.zeros(len(tokens), dtype=np.bool_)
    marked[rows] = found[np.cumsum(begins) - 1]
    return marked


def _phrases(known: tuple[str, ...], word: Integers, answer: Integers) -> Booleans:
    """Shape (words,): which of the words, in order, are part of a phrase within one answer."""
    code = {text: place for place, text in enumerate(known)}
    found = np.zeros(len(word), dtype=np.bool_)
    for phrase in PHRASES:
        if len(phrase) > len(word) or not all(part in code for part in phrase):
            continue
        first = np.flatnonzero(word[: len(word) - len(phrase) + 1] == code[phrase[0]])
        for place, part in enumerate(phrase):
            first = first[word[first + place] == code[part]]
        first = first[answer[first] == answer[first + len(phrase) - 1]]
        for place in range(len(phrase)):
            found[first + place] = True
    return found

"""The word that each token of a text is part of."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import starmap

from app.analysis.tokens.marks import WORD, with_marks_alike
from app.analysis.tokens.spans import HALF, Span

NO_WORD = -1
# The number of a list's item, with its dot; a number with what divides it; words.
_WORDS = re.compile(
    r"(?:^[ \t]*(?P<item>\d{1,3}[.)])(?=\s))"
    r"|\d+(?:[.,:]\d+)+"
    rf"|{WORD}",
    re.MULTILINE,
)


def words_of(text: str, tokens: Sequence[str], spans: Sequence[Span]) -> list[tuple[str, int]]:
    """Of each token the whole word, in lower case and with straight apostrophes, and its number in
    the text. A token that touches several words is part of the first. Of a token without letters
    and digits, its own characters less white space, and `NO_WORD`.
    """
    found = [_of(match, text) for match in _WORDS.finditer(with_marks_alike(text))]
    ends = [end for _, _, end in found]

    def word_of(token: str, span: Span) -> tuple[str, int]:
        start, end = span
        if start == end and (HALF in token or not token):  # beside other parts of a character
            end += 1
        number = bisect_right(ends, start)
        if number < len(found) and found[number][1] < end:
            return found[number][0], number
        return token.strip(), NO_WORD

    return list(starmap(word_of, zip(tokens, spans, strict=True)))


def _of(match: re.Match[str], text: str) -> tuple[str, int, int]:
    start, end = match.span("item" if match["item"] else 0)
    return text[start:end].lower().replace("’", "'"), start, end

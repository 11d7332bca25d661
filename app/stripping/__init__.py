"""Answers without openers and formatting, by deletion only: what style alone is worth.

The rule has a number, `RULE`, that counts up with every change of what is deleted.

1. Formatting, line by line: the number signs of headings, bullets, the numbers of lists of two
   lines or more, task boxes, quotation marks of blocks, rules, underlines of headings, the lines
   around fenced code, separator rows and pipes of tables, the asterisks and underscores of bold and
   italics. Blank lines in a row become one. Code, fenced or inline, is not touched.
2. Openers: phrases at the beginning that say nothing of the matter, see `app.stripping.phrases`.
3. Closers: the same at the end.

All of it is done again until nothing changes. White space around the answer goes, too. Nothing is
deleted that would leave nothing: an answer that is only an opener stays. It is a rule of words,
not of meaning: a yes that is worded like an opener ("Of course.") is deleted like one.
"""

from app.stripping.formatting import hide_code, marks_of_formatting
from app.stripping.phrases import phrase_at_an_end
from app.stripping.stripped import Stretches, Stripped, whole

RULE = 1

__all__ = ["RULE", "Stripped", "strip", "whole"]


def strip(text: str) -> Stripped:
    """`text` without openers, closers and formatting."""
    hidden, fences = hide_code(text)
    left = _without(whole(hidden), fences)
    while (fewer := _pass(left)) != left:
        left = fewer
    return left.of(text)


def _pass(left: Stripped) -> Stripped:
    left = _without(left, marks_of_formatting(left.text))
    while (phrase := phrase_at_an_end(left.text)) and (fewer := _without(left, [phrase])) != left:
        left = fewer
    return _without(left, _margins(left.text))


def _margins(text: str) -> Stretches:
    return [(0, len(text) - len(text.lstrip())), (len(text.rstrip()), len(text))]


def _without(left: Stripped, deleted: Stretches) -> Stripped:
    """What is not deleted, unless that is nothing."""
    fewer = left.without(deleted)
    return fewer if fewer.text.strip() else left

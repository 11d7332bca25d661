"""Answers without openers and formatting, by deletion only: what style alone is worth.

The rule has a number, `RULE`, that counts up with every change of what is deleted. Studies store
under which they were opened.

1. Formatting, see `app.stripping.formatting`: found in the answer as it was written, never in what
   another deletion uncovered, where the same signs may say something (`- 3. June` is a date).
   Code, fenced or inline, is not touched.
2. Openers: phrases at the beginning that say nothing of the matter, see `app.stripping.phrases`.
   Closers: the same at the end.
3. White space around the answer, and blank lines in a row but one.

Nothing is deleted that would leave nothing: an answer that is only an opener stays. It is a rule of
words, not of meaning: a yes that is worded like an opener ("Of course.") is deleted like one.

Raters wait for it, so every step takes time in proportion to the answer's length.
"""

from app.stripping.code import hide_code
from app.stripping.formatting import marks_of_formatting
from app.stripping.phrases import phrases_at_the_ends
from app.stripping.space import spare_space
from app.stripping.stripped import Stretches, Stripped, whole

RULE = 2

__all__ = ["RULE", "Stripped", "strip", "whole"]


def strip(text: str) -> Stripped:
    """`text` without openers, closers and formatting."""
    hidden, fences = hide_code(text)
    left = _without(whole(hidden), [*fences, *marks_of_formatting(hidden)])
    left = _without(left, phrases_at_the_ends(left.text))
    left = _without(left, spare_space(left.text))
    return left.of(text)


def _without(left: Stripped, deleted: Stretches) -> Stripped:
    """What is not deleted, unless that is nothing."""
    fewer = left.without(deleted)
    return fewer if fewer.text.strip() else left

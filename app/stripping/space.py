"""White space that parts nothing."""

import re

from app.stripping.stripped import Stretches

_BLANK_LINE = re.compile(r"(?<=\n)[ \t\r]*+\n(?=[ \t\r]*+\n)")


def spare_space(text: str) -> Stretches:
    """Blank lines but the last of a row, and what stands around the text."""
    around = [(0, len(text) - len(text.lstrip())), (len(text.rstrip()), len(text))]
    return [*around, *(found.span() for found in _BLANK_LINE.finditer(text))]

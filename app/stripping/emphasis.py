"""Asterisks and underscores of bold and italics.

Never inside of words and numbers: 2*3*4 is no emphasis, and snake_case_names are not either.
"""

import re
from collections.abc import Iterator

_RUN = re.compile(r"\*++|_++|\n[ \t\r]*+(?=\n)")  # of signs, or the end of a paragraph
_OPENS = re.compile(r"(?<![0-9A-Za-z\\])[*_]++(?!\s|\Z)")
_CLOSES = re.compile(r"(?<=[^\s\\])(?:\*++(?![0-9A-Za-z])|_++(?!\w))")
_LONGEST = 3

Opened = dict[str, tuple[int, int]]
"""Where the last unclosed run of these signs stands."""


def marks_of_emphasis(text: str) -> Iterator[tuple[int, int]]:
    """Each closing run with the nearest one before it that opens, in the same paragraph."""
    opened = Opened()
    for run in _RUN.finditer(text):
        signs, start = run[0], run.start()
        if signs.startswith("\n"):
            opened.clear()
        elif _CLOSES.match(text, start) and (closed := _closed_by(signs, opened)):
            yield from [*closed, run.span()]
        elif _OPENS.match(text, start) and len(signs) <= _LONGEST:
            opened[signs] = run.span()


def _closed_by(signs: str, opened: Opened) -> list[tuple[int, int]]:
    """The run of the same signs; three signs may also close one and two: `**a *b***`."""
    if signs in opened:
        return [opened.pop(signs)]
    parts = [signs[:1], signs[1:]]
    if len(signs) == _LONGEST and all(part in opened for part in parts):
        return [opened.pop(part) for part in parts]
    return []

"""The lines of tables: separator rows and pipes."""

import re
from collections.abc import Iterator

from app.stripping.lines import lines

_SEPARATOR = re.compile(
    r"[ \t>]*+\|?+(?:[ \t]*+:?+-++:?+[ \t]*+\|)++(?:[ \t]*+:?+-++:?+[ \t]*+)?+\r?+\n?+"
)
# A pipe that alone parts two words stays: they would become one.
_PIPE = re.compile(
    r"^[ \t>]*+\|[ \t]*+|(?<![ \t])[ \t]*+(?<!\\)\|(?=[ \t\r]*+$)|(?<=[ \t])\||(?<!\\)\|(?=[ \t])",
    re.M,
)


def marks_of_tables(text: str) -> Iterator[tuple[int, int]]:
    """Of each: a row, the separator row, and rows as long as there are pipes."""
    head: tuple[int, int] | None = None  # the line before, where it may be one
    is_body = False
    for start, end in lines(text):
        has_pipe = text.find("|", start, end) >= 0
        if head and not is_body and _SEPARATOR.fullmatch(text, start, end):
            is_body = True
            yield start, end
            yield from _pipes(text, *head)
        elif is_body and has_pipe:
            yield from _pipes(text, start, end)
        else:
            is_body = False
        head = (start, end) if has_pipe else None


def _pipes(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    return (found.span() for found in _PIPE.finditer(text, start, end))

"""Where the lines of a text stand."""

import re
from collections.abc import Iterator

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def lines(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each, with its line break."""
    return (line.span() for line in _LINE.finditer(text))

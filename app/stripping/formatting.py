"""Which characters of an answer are only its formatting, as Markdown writes it."""

import re
from collections.abc import Iterator

from app.stripping.emphasis import marks_of_emphasis
from app.stripping.numbers import numbers_of_lists
from app.stripping.stripped import Stretches
from app.stripping.tables import marks_of_tables

# "> 5 kg" and ">= 5" compare, and "> 1. one" quotes a list.
_COMPARES = r"=|[ \t>*_~≈$€£(.,+−-]{0,8}+(?!\d{1,3}[.)][ \t])\d"
_QUOTE = rf">(?!{_COMPARES})[> \t]*+"
_BULLET = r"[-*+•][ \t]++(?=\S)(?:\[[ xX]\][ \t]++(?=\S))?+"
_BEFORE = rf"[ \t]*+(?:{_QUOTE}|{_BULLET})++"  # of a line, and of what stands in a list

_MARKS = tuple(
    re.compile(pattern, re.M)
    for pattern in (
        rf"^{_BEFORE}",  # quotation marks, bullets and task boxes
        r"^[ \t>]*+([-*_])(?:[ \t]*+\1){2,}+[ \t\r]*+(?:\n|\Z)",  # rules
        r"(?<=\n)=++[ \t\r]*+(?:\n|\Z)",  # under headings
    )
)
_HEADING = re.compile(rf"^(?:{_BEFORE})?+[ \t]{{0,3}}#{{1,6}}(?:[ \t]++|(?=\r?$))", re.M)


def marks_of_formatting(text: str) -> Stretches:
    """What to delete of a text without code; stretches may overlap."""
    return [
        *(found.span() for pattern in _MARKS for found in pattern.finditer(text)),
        *_of_headings(text),
        *numbers_of_lists(text),
        *marks_of_tables(text),
        *marks_of_emphasis(text),
    ]


def _of_headings(text: str) -> Iterator[tuple[int, int]]:
    for found in _HEADING.finditer(text):
        yield found.span()
        end = text.find("\n", found.end())
        yield _closing_signs(text, found.end(), end if end >= 0 else len(text))


def _closing_signs(text: str, start: int, end: int) -> tuple[int, int]:
    """The signs that close the heading between `start` and `end`, with the space before."""
    heading = text[start:end].rstrip()
    unsigned = heading.rstrip("#")
    title = unsigned.rstrip()
    is_closed = len(title) < len(unsigned) < len(heading)
    return start + (len(title) if is_closed else len(heading)), start + len(heading)

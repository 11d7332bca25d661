"""Which characters of an answer are only its formatting, as Markdown writes it."""

import re
from collections.abc import Iterator

from app.stripping.stripped import Stretches

_HIDDEN = "\ue000"  # for private use: no pattern knows it, and no answer is searched for it
_FENCE = re.compile(r"(?:[ \t>]|[-*+][ \t]|\d{1,3}[.)][ \t])*(`{3,}|~{3,})([^\n]*)")
_INLINE_CODE = re.compile(r"(?<!`)(`{1,2})(?!`)[^\n]*?[^`\n](?<!`)\1(?!`)")

_LINES = re.M
_MARKS = tuple(
    re.compile(pattern, _LINES)
    for pattern in (
        r"^[ \t]*([-*_])(?:[ \t]*\1){2,}[ \t\r]*(?:\n|\Z)",  # rules
        r"(?<=\n)=+[ \t\r]*(?:\n|\Z)",  # under headings
        r"^[ \t]*>[> \t]*",  # quoted blocks
        r"^[ \t]{0,3}#{1,6}(?:[ \t]+|(?=\r?$))",  # headings
        r"^[ \t]*(?:[-*+•][ \t]+)+(?:\[[ xX]\][ \t]+)?(?=\S)",  # bullets and task boxes
        r"(?<=\n)[ \t\r]*\n(?=[ \t\r]*\n)",  # blank lines but the last of a row
    )
)
_NUMBERED = re.compile(r"^[ \t]*\d{1,3}[.)][ \t]+(?=\S)", _LINES)
_CLOSED_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t][^\n]*?([ \t]+#+[ \t]*)(?=\r?$)", _LINES)
# Never inside of words and numbers: 2*3*4 is no emphasis, and snake_case_names are not either.
_EMPHASIS = tuple(
    re.compile(rf"(?<![0-9A-Za-z\\{mark}])({sign})(?![\s{mark}]){inner}(?<![\s\\])(\1)(?!{after})")
    for mark, sign, inner, after in (
        (r"*", r"\*\*\*|\*\*", r"(?:[^\n]|\n(?!\s*\n)){1,2000}?", r"[0-9A-Za-z*]"),
        (r"*", r"\*", r"(?:[^*\n]|\n(?!\s*\n)){1,2000}?", r"[0-9A-Za-z*]"),
        (r"_", r"___|__|_", r"(?:[^\n]|\n(?!\s*\n)){1,2000}?", r"\w"),
    )
)
_ROW = r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?[ \t]*)?"
_TABLE = re.compile(
    rf"^(?P<head>[^\n]*\|[^\n]*)\n(?P<rule>{_ROW}\r?(?:\n|\Z))(?P<body>(?:[^\n]*\|[^\n]*(?:\n|\Z))*)",
    _LINES,
)
# A pipe that alone parts two words stays: they would become one.
_PIPE = re.compile(r"^[ \t]*\|[ \t]*|[ \t]*\|(?=[ \t\r]*$)|(?<=[ \t])\||\|(?=[ \t])", _LINES)


def hide_code(text: str) -> tuple[str, Stretches]:
    """The text with other characters in place of its code; and the lines around fenced code."""
    hidden, fences = text, list[tuple[int, int]]()
    opened: tuple[str, int] | None = None  # the fence, and where its code begins
    for start, end in _lines(text):
        found = _FENCE.match(text, start, end)
        if opened is None and found and not (found[1][0] == "`" and "`" in found[2]):
            fences.append((start, end))
            opened = found[1], end
        elif opened and found and found[1].startswith(opened[0]) and not found[2].strip():
            hidden = _hide(hidden, opened[1], start - 1)
            fences.append((start, end))
            opened = None
    if opened:
        hidden = _hide(hidden, opened[1], len(text))
    for code in _INLINE_CODE.finditer(hidden):
        hidden = _hide(hidden, *code.span())
    return hidden, fences


def marks_of_formatting(text: str) -> Stretches:
    """What to delete of a text without code; stretches may overlap."""
    return [*_of_lines(text), *_of_tables(text), *_of_emphasis(text)]


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each, with its line break."""
    return (line.span() for line in re.finditer(r"[^\n]*\n|[^\n]+", text))


def _hide(text: str, start: int, end: int) -> str:
    return text[:start] + _HIDDEN * max(end - start, 0) + text[max(start, end) :]


def _of_lines(text: str) -> Iterator[tuple[int, int]]:
    for pattern in _MARKS:
        yield from (found.span() for found in pattern.finditer(text))
    yield from (found.span(1) for found in _CLOSED_HEADING.finditer(text))
    numbered = [found.span() for found in _NUMBERED.finditer(text)]
    if len(numbered) > 1:  # one alone may be an answer: "42. It is even."
        yield from numbered


def _of_tables(text: str) -> Iterator[tuple[int, int]]:
    for table in _TABLE.finditer(text):
        yield table.span("rule")
        for part in ("head", "body"):
            yield from (found.span() for found in _PIPE.finditer(text, *table.span(part)))


def _of_emphasis(text: str) -> Iterator[tuple[int, int]]:
    for pattern in _EMPHASIS:
        for found in pattern.finditer(text):
            yield found.span(1)
            yield found.span(2)

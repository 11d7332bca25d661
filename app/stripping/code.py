"""Code in an answer, which no pattern of formatting may see."""

import re
from collections.abc import Iterable

from app.stripping.lines import lines
from app.stripping.stripped import Stretches

_HIDDEN = "\ue000"  # for private use: no pattern knows it, and no answer is searched for it
_FENCE = re.compile(r"(?:[ \t>]|[-*+][ \t]|\d{1,3}[.)][ \t])*+(`{3,}|~{3,})([^\n]*)")
_INLINE = re.compile(r"(?<!`)(`{1,2})(?!`)[^\n]*?[^`\n](?<!`)\1(?!`)")


def hide_code(text: str) -> tuple[str, Stretches]:
    """The text with other characters in place of its code; and the lines around fenced code."""
    fences, code = _fenced(text)
    hidden = _hide(text, code)
    return _hide(hidden, [found.span() for found in _INLINE.finditer(hidden)]), fences


def _fenced(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The lines around fenced code, and the code between them."""
    fences, code = list[tuple[int, int]](), list[tuple[int, int]]()
    opened: tuple[str, int] | None = None  # the fence, and where its code begins
    for start, end in lines(text):
        found = _FENCE.match(text, start, end)
        if opened is None and found and not (found[1][0] == "`" and "`" in found[2]):
            fences.append((start, end))
            opened = found[1], end
        elif opened and found and found[1].startswith(opened[0]) and not found[2].strip():
            code.append((opened[1], start - 1))
            fences.append((start, end))
            opened = None
    if opened:
        code.append((opened[1], len(text)))
    return fences, code


def _hide(text: str, code: Iterable[tuple[int, int]]) -> str:
    """`code` is sorted; what is blank hides nothing."""
    parts, at = list[str](), 0
    for start, end in code:
        if text[start:end].strip():
            parts += [text[at:start], _HIDDEN * (end - start)]
            at = end
    return "".join([*parts, text[at:]])

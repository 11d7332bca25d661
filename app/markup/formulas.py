r"""Where formulas stand in Markdown: $..$, $$..$$, \(..\), \[..\] and \begin{align}..\end{align}.

Dollars in prices stay text: a formula's dollars touch its first and last sign from inside, and no
digit from outside.
"""

import re
from bisect import bisect_right

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

_CLOSING = {"$$": "$$", "$": "$", r"\(": r"\)", r"\[": r"\]"}
_ENVIRONMENT = re.compile(r"\\begin\{((?:equation|align|gather|multline|[pbBvV]?matrix)\*?)\}")
_MOST_LINES = 100


def install(markdown: MarkdownIt) -> None:
    """Adds tokens `math_inline` and `math_block`: `content` is LaTeX, `markup` what opens it."""
    markdown.inline.ruler.before("escape", "math_inline", _inline)
    interrupts = ["paragraph", "reference", "blockquote", "list"]
    markdown.block.ruler.before("fence", "math_block", _block, {"alt": interrupts})


def _inline(state: StateInline, silent: bool) -> bool:
    begin = state.pos
    if state.src[begin] not in "$\\":
        return False
    opening = next((mark for mark in _CLOSING if state.src.startswith(mark, begin)), None)
    if opening is None:
        return False
    start = begin + len(opening)
    end = _close(state, _CLOSING[opening], start)
    if end < 0 or not state.src[start:end].strip():
        return False
    if opening == "$" and not _is_formula(state.src, begin, end):
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content, token.markup = state.src[start:end], opening
    state.pos = end + len(opening)
    return True


def _close(state: StateInline, closing: str, start: int) -> int:
    """Where the formula ends, or -1. What is found missing once is not looked for again."""
    missing: set[str] = state.env.setdefault("missing", {}).setdefault(state.src, set())
    if closing in missing:
        return -1
    end = state.src.find(closing, start, state.posMax)
    while closing.startswith("$") and end > 0 and state.src[end - 1] == "\\":
        end = state.src.find(closing, end + 1, state.posMax)
    if end < 0 and state.posMax == len(state.src):
        missing.add(closing)
    return end


def _is_formula(text: str, begin: int, end: int) -> bool:
    outside = text[begin - 1 : begin] + text[end + 1 : end + 2]
    inside = text[begin + 1] + text[end - 1]
    return not (any(map(str.isdigit, outside)) or any(map(str.isspace, inside)))


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A display formula on lines of its own."""
    if state.is_code_block(start):
        return False
    opening, closing = _display(_line(state, start))
    if not opening:
        return False
    last = _last_line(state, start, end, opening, closing)
    if last is None:
        return False
    if silent:
        return True
    token = state.push("math_block", "math", 0)
    text = "\n".join(_line(state, line) for line in range(start, last + 1)).strip()
    token.content = text if opening.startswith(r"\b") else text[2:-2]
    token.markup, token.map, token.block = opening, [start, last + 1], True
    state.line = last + 1
    return True


def _display(text: str) -> tuple[str, str]:
    if text.startswith(("$$", r"\[")):
        return text[:2], _CLOSING[text[:2]]
    found = _ENVIRONMENT.match(text)
    return (found.group(), rf"\end{{{found.group(1)}}}") if found else ("", "")


def _last_line(state: StateBlock, start: int, end: int, opening: str, closing: str) -> int | None:
    """The line that ends with what closes the formula, if no paragraph ends before it."""
    farthest = min(end, start + _MOST_LINES) - 1
    begin = state.bMarks[start] + state.tShift[start] + len(opening)
    found = state.src.find(closing, begin, state.eMarks[farthest])
    if found < 0:
        return None
    last = bisect_right(state.bMarks, found, start, farthest + 1) - 1
    if state.src[found + len(closing) : state.eMarks[last]].strip():
        return None
    return last if all(_goes_on(state, line) for line in range(start + 1, last + 1)) else None


def _goes_on(state: StateBlock, line: int) -> bool:
    return not state.isEmpty(line) and state.sCount[line] >= state.blkIndent


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]

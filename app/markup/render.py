"""Markdown as safe HTML. Raw HTML is escaped; images are never fetched: a remote address would tell
others who reads what and when.

With `positions`, every text carries its place in the raw text (`data-at`, code points), and what
stands for more or fewer characters than it shows their number (`data-len`): what raters mark then
refers to the text that the variant wrote.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup

from app.markup import formulas, trace
from app.markup.clean import clean
from app.markup.code import highlight
from app.markup.mathml import to_mathml
from app.markup.positions import UNKNOWN, Piece, Source, pieces

# Each block finds its own direction; tables theirs as a whole, for it orders the columns.
_DIRECTED = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "table"}
_CLOSING = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}


def to_html(text: str, *, positions: bool = False, breaks: bool = False) -> Markup:
    """Markdown as sanitised HTML; `breaks` keeps the lines as they are, for what people typed."""
    return clean(_parser(positions, breaks).render(text, {"raw": text}))


def plain_to_html(text: str) -> Markup:
    """The text as it is, line by line, with its positions."""
    source = Source(text)
    lines = zip(source.lines, source.starts, strict=True)
    return clean("\n".join(Piece(line, at, len(line)).html() for line, at in lines))


@cache
def _parser(positions: bool, breaks: bool) -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": breaks}).enable(
        ["table", "strikethrough"]
    )
    markdown.disable("image")
    formulas.install(markdown)
    markdown.core.ruler.push("direct", _direct)
    if positions:
        trace.install(markdown)
    for name, rule in _RULES.items():
        markdown.add_render_rule(name, rule)
    return markdown


def _direct(state: StateCore) -> None:
    """Directions, and the alignment of cells as a class: pages carry no inline styles."""
    for token in state.tokens:
        if token.nesting == 1 and token.tag in _DIRECTED:
            token.attrSet("dir", "auto")
        style = str(token.attrs.pop("style", ""))
        if style:
            token.attrSet("class", style.replace("text-align:", "align-"))


# --- how tokens are written (the renderer, tokens, index, options, environment) -------------------


def _text(_: Any, tokens: Sequence[Token], index: int, *__: Any) -> str:
    return _written(tokens[index])


def _code_inline(_: Any, tokens: Sequence[Token], index: int, *__: Any) -> str:
    return f"<code>{_written(tokens[index])}</code>"


def _code_block(_: Any, tokens: Sequence[Token], index: int, *__: Any) -> str:
    """Scrolls sideways, so the keyboard has to reach it."""
    token = tokens[index]
    language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
    offsets = token.meta.get(trace.PIECES) or [UNKNOWN] * len(token.content)
    code = "".join(
        piece.html(css)
        for start, end, css in highlight(token.content, language)
        for piece in pieces(token.content[start:end], offsets[start:end])
    )
    return f'<pre tabindex="0" dir="ltr"><code>{code}</code></pre>\n'


def _formula(_: Any, tokens: Sequence[Token], index: int, *__: Any) -> str:
    token = tokens[index]
    is_block = token.type == "math_block"
    display = is_block or token.markup in ("$$", r"\[")
    found: Iterable[Piece] = token.meta.get(trace.PIECES, ())
    place = "".join(f' data-at="{p.at}" data-len="{p.length}"' for p in found if p.at != UNKNOWN)
    html = to_mathml(token.content, block=display)
    if html is None:
        source = token.markup + token.content + _CLOSING.get(token.markup, "")
        source = token.content if token.markup.startswith(r"\b") else source
        html = f'<code class="math-source">{escape(source, quote=False)}</code>'
    tag, css = ("div", "math-block") if is_block else ("span", "math")
    return f'<{tag} class="{css}"{place}>{html}</{tag}>' + ("\n" if is_block else "")


def _written(token: Token) -> str:
    found: Iterable[Piece] | None = token.meta.get(trace.PIECES)
    if found is None:
        return escape(token.content, quote=False)
    return "".join(piece.html() for piece in found)


_RULES = {
    "text": _text,
    "text_special": _text,
    "code_inline": _code_inline,
    "fence": _code_block,
    "code_block": _code_block,
    "math_inline": _formula,
    "math_block": _formula,
}

"""A Markdown parser that remembers where each inline token stood in its block."""

from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from app.markup.positions import UNKNOWN, Offsets, Piece, Source, pieces

PIECES = "pieces"
_AT = "at"


def install(markdown: MarkdownIt) -> None:
    """Every token with text gets `meta["pieces"]`: the text, in pieces of the raw text."""
    inline = _TracedInline()
    inline.ruler, inline.ruler2 = markdown.inline.ruler, markdown.inline.ruler2
    inline.ruler2.disable("fragments_join")
    markdown.inline = inline
    markdown.core.ruler.disable("text_join")
    markdown.core.ruler.push("positions", _place)


class _TracedState(StateInline):
    """Notes `pos` when text begins to gather and when a token is pushed."""

    _began: int | None = None
    _previous: Token | None = None
    _pushed_at = UNKNOWN

    def append_pending(self, text: str) -> None:
        if self._began is None:
            self._began = self.pos
        super().append_pending(text)

    def pushPending(self) -> Token:  # noqa: N802  (markdown-it's name)
        began, self._began = self._began, None
        token = super().pushPending()
        token.meta[_AT] = UNKNOWN if began is None else began
        return token

    def push(self, ttype, tag, nesting) -> Token:  # type: ignore[no-untyped-def]
        token = super().push(ttype, tag, nesting)
        self._began = None
        token.meta[_AT] = self._place(token)
        self._previous, self._pushed_at = token, self.pos
        return token

    def _place(self, token: Token) -> int:
        """Here, or behind the token before: marks of emphasis are pushed one by one."""
        last = self._previous
        if last and last.type == token.type == "text" and self._pushed_at == self.pos:
            return int(last.meta[_AT]) + len(last.content)
        return self.pos


class _TracedInline(ParserInline):
    def parse(self, src, md, env, tokens):  # type: ignore[no-untyped-def]
        state = _TracedState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def _place(state: StateCore) -> None:
    source = Source(state.env["raw"])
    row: list[Token] = []
    for before, token in zip([None, *state.tokens], state.tokens, strict=False):
        kind = before.type if before else ""
        if kind in ("th_open", "td_open"):
            row.append(token)
        elif token.type == "tr_close":
            for cell, offsets in zip(row, source.cells(row) if row else [], strict=True):
                _inline(cell, offsets)
            row = []
        elif token.type == "inline":
            is_marked = kind == "heading_open" and before and before.markup.startswith("#")
            _inline(token, source.heading(token) if is_marked else source.block(token))
        elif token.type in ("fence", "code_block"):
            token.meta[PIECES] = _code(token, source)
        elif token.type == "math_block":
            token.meta[PIECES] = [Piece("", *source.stretch(token))]


def _code(token: Token, source: Source) -> Offsets:
    """Offsets rather than pieces: colours cut the text again."""
    if token.type == "code_block" or not token.map:
        return source.block(token)
    inner = replace(token, map=[token.map[0] + 1, token.map[1]])
    return source.block(inner)


def _inline(block: Token, offsets: Offsets) -> None:
    """A line's end within a paragraph is shown as a space, so it is no piece."""
    offsets = [UNKNOWN if c == "\n" else o for c, o in zip(block.content, offsets, strict=True)]
    for token in block.children or []:
        if token.content:
            token.meta[PIECES] = list(_pieces(token, block.content, offsets))


def _pieces(token: Token, content: str, offsets: Offsets) -> list[Piece]:
    at = int(token.meta[_AT])
    match token.type:
        case "text_special":
            return [_unit(token.content, offsets, at, len(token.markup))]
        case "math_inline":
            return [_unit("", offsets, at, len(token.content) + 2 * len(token.markup))]
        case "code_inline":
            at += len(token.markup)
            at += not _same(content, at, token.content)
        case _ if content[at : at + 1] == "<" and not _same(content, at, token.content):
            at += 1  # an address between angle brackets
    if at < 0 or not _same(content, at, token.content):
        return [Piece(token.content, UNKNOWN, 0)]
    return list(pieces(token.content, offsets[at : at + len(token.content)]))


def _same(content: str, at: int, text: str) -> bool:
    return content[at : at + len(text)].replace("\n", " ") == text.replace("\n", " ")


def _unit(text: str, offsets: Offsets, at: int, length: int) -> Piece:
    """One thing for `length` characters of the block, which may go over lines."""
    stretch = offsets[at : at + length]
    if not stretch or UNKNOWN in (stretch[0], stretch[-1]):
        return Piece(text, UNKNOWN, 0)
    return Piece(text, stretch[0], stretch[-1] + 1 - stretch[0])

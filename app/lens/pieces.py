"""The tokens of an answer as they stand in its text, for a page that shows each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from app.analysis.tokens import Span, token_spans
from app.lens.answers import LensAnswer, LensToken


@dataclass(frozen=True)
class Piece:
    """A token in its text: `before` is the white space in front of it, `shown` what it adds.

    `sign` stands for a token that adds nothing that could be seen: the end of the answer, a stop
    string, a part of a character.
    """

    token: LensToken
    before: str
    shown: str
    sign: str
    is_borrowed: bool

    @property
    def lines(self) -> list[str]:
        return self.shown.split("\n")


@dataclass(frozen=True)
class Stretch:
    """Neighbouring tokens that are borrowed, or are not."""

    is_borrowed: bool
    pieces: tuple[Piece, ...]


def stretches_of(answer: LensAnswer) -> list[Stretch]:
    """Every token once, in order. Tokens that do not give the text stand as the tokenizer says."""
    tokens = answer.tokens or ()
    spans = token_spans(answer.text, [token.text for token in tokens])
    pieces = _placed(tokens, spans, answer) if spans else map(_unplaced, tokens)
    groups = groupby(pieces, key=lambda piece: piece.is_borrowed)
    return [Stretch(is_borrowed, tuple(group)) for is_borrowed, group in groups]


def _placed(
    tokens: Sequence[LensToken], spans: Sequence[Span], answer: LensAnswer
) -> Iterator[Piece]:
    cursor = 0
    for token, (start, end) in zip(tokens, spans, strict=True):
        gap, own = answer.text[cursor:start], answer.text[start:end]
        yield _piece(token, gap, own, is_borrowed=_is_within(start, end, answer.borrowed))
        cursor = max(cursor, end)


def _unplaced(token: LensToken) -> Piece:
    return _piece(token, "", "" if token.is_special else token.text, is_borrowed=False)


def _piece(token: LensToken, gap: str, own: str, *, is_borrowed: bool) -> Piece:
    """White space in front of a word stands outside of it; a token of nothing else is its own."""
    bare = own.lstrip(" ")
    lead = own[: len(own) - len(bare)] if bare else ""
    return Piece(token, gap + lead, own[len(lead) :], "" if own else _sign(token), is_borrowed)


def _sign(token: LensToken) -> str:
    if token.is_special:
        return "end"
    return token.text.strip() or "·"


def _is_within(start: int, end: int, spans: Iterable[Span]) -> bool:
    return any(start < last and end > first for first, last in spans)

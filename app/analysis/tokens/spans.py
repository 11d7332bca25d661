"""Where the tokens of an answer stand in its text, in code points."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

Span = tuple[int, int]

HALF = "\ufffd"  # what part of a character decodes to
# </s>, <eos>, <|eot_id|>, <end_of_turn>, [EOS]: texts do not have them.
_SPECIAL = re.compile(r"</?[|｜]?[\w▁]+[|｜]?>|\[[A-Z_]+\]")


def is_special(token: str) -> bool:
    """Whether a token looks like one that ends or divides texts, such as `</s>`, `<|eot_id|>`."""
    return _SPECIAL.fullmatch(token.strip()) is not None


def token_spans(text: str, tokens: Sequence[str]) -> list[Span] | None:
    """Start and end of every token, in order; None where the tokens do not give the text.

    `text` may lack white space at either end, special tokens, and all that follows it: a stop
    string is cut off from a text, not from its tokens. Tokens beyond the end get an empty span
    there. Tokens that are part of a character share it in this way: one has it, others are empty.
    A token may have lost the space before it, as SentencePiece decodes single tokens; the space is
    then in no span.
    """
    joined = "".join(tokens)
    lead = _indent(joined) - _indent(text)
    if lead >= 0 and joined.startswith(text, lead):
        return list(_clamped(tokens, -lead, len(text)))
    return _Places(text).spans(tokens)


def text_at(tokens: Sequence[str], spans: Sequence[Span]) -> str:
    """The text in which the tokens have these spans, with a space where none of them stands, as
    SentencePiece decodes it away."""
    text = [" "] * max((end for _, end in spans), default=0)
    for token, (start, end) in zip(tokens, spans, strict=True):
        shown = _within(token, start, end - start)
        text[start : start + len(shown)] = shown
    return "".join(text)


def _within(token: str, start: int, size: int) -> str:
    """What of a token stands in the text, which may lack white space at the beginning."""
    bare = token.lstrip()
    if start == 0 and size < len(token):
        return bare[:size] if len(bare) >= size else token[len(token) - size :]
    return token[:size]


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _clamped(tokens: Sequence[str], start: int, end: int) -> Iterator[Span]:
    edges = [min(max(edge, 0), end) for edge in accumulate(map(len, tokens), initial=start)]
    return pairwise(edges)


class _Places:
    """Sets of places in a text, each a whole number with a bit per place: quick, however many
    places the halves of characters leave open. The last place is that behind the text."""

    def __init__(self, text: str) -> None:
        self.behind = 1 << len(text)
        self.of: dict[str, int] = {}
        for place, character in enumerate(text):
            self.of[character] = self.of.get(character, 0) | 1 << place
        self.spaces = sum(places for one, places in self.of.items() if one.isspace())

    def spans(self, tokens: Sequence[str]) -> list[Span] | None:
        """First all places that can be reached after each token, then one way back."""
        reached = [1]
        for token in tokens:
            reached.append(self._after(token, reached[-1]))
        if not reached[-1] & self.behind:
            return None
        spans, end = [], self.behind
        for token, places in zip(reversed(tokens), reversed(reached[:-1]), strict=True):
            start, begin = self._start(token, places, end)
            spans.append((_place(begin), _place(end)))
            end = start
        return spans[::-1]

    def _after(self, token: str, starts: int) -> int:
        """Where a token may end that begins at one of the `starts`."""
        ends = self._forward(token, starts | self._lost(token, starts) << 1)
        if starts & 1:
            ends |= self._forward(token.lstrip(), 1)
        return ends | starts if is_special(token) else ends

    def _start(self, token: str, starts: int, end: int) -> tuple[int, int]:
        """The last of the `starts` from which a token may end there, if possible before `end`; and
        where its span begins, which is behind a space that it lost."""
        behind_space = self._backward(token, end)
        found = behind_space & starts
        if starts & 1:
            found |= self._backward(token.lstrip(), end) & 1
        if earlier := found & (end - 1):
            return _last(earlier), _last(earlier)
        if found or (is_special(token) and starts & end):
            return end, end
        start = _last(self._lost(token, behind_space >> 1) & starts)
        return start, start << 1

    def _lost(self, token: str, starts: int) -> int:
        """Those of the `starts` where the text has a space that the token lacks."""
        return 0 if token[:1].isspace() else starts & self.spaces

    def _forward(self, token: str, places: int) -> int:
        """Nothing is compared behind the text. Part of a character takes up one character, or
        none beside its other parts."""
        for one in token:
            held = places if one == HALF else places & self.behind
            inside = places & ~self.behind
            moved = inside if one == HALF else inside & self.of.get(one, 0)
            places = held | moved << 1
        return places

    def _backward(self, token: str, places: int) -> int:
        for one in reversed(token):
            held = places if one == HALF else places & self.behind
            moved = places >> 1
            places = held | (moved if one == HALF else moved & self.of.get(one, 0))
        return places


def _last(places: int) -> int:
    return 1 << _place(places)


def _place(bit: int) -> int:
    return bit.bit_length() - 1

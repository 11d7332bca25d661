"""What the pages of answers under the lens hold: the list of prompts, and one prompt's tokens."""

import math
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.analysis.tokens import Shift
from app.lens import LensAnswer, LensToken, Order, Piece, Place, PromptsPage, Stretch, stretches_of
from app.tables import Prompt, Run

ORDERS = ((Order.SHIFTED, "Most shifted first"), (Order.PROMPT, "In the order of the prompts"))
_SEEN = {" ": "␣", "\n": "↵", "\t": "⇥"}


@dataclass(frozen=True)
class LensList:
    """The prompts of a run by how shifted their answers are."""

    run: Run
    found: PromptsPage
    orders: tuple[tuple[Order, str], ...] = ORDERS

    @property
    def here(self) -> str:
        return f"/runs/{self.run.id}/lens/answers"

    @property
    def query(self) -> str:
        """The order and the search, which go along to a prompt."""
        return _query(self.found.order, self.found.search)

    @property
    def before(self) -> str | None:
        found = self.found
        return self._at(max(found.offset - found.limit, 0)) if found.offset else None

    @property
    def after(self) -> str | None:
        end = self.found.offset + self.found.limit
        return self._at(end) if end < self.found.total else None

    def _at(self, offset: int) -> str:
        return f"{self.here}?{self.query}&offset={offset}"


@dataclass(frozen=True)
class TokenView:
    """A token in its text, and what is said of it."""

    piece: Piece
    exact: bool

    @property
    def token(self) -> LensToken:
        return self.piece.token

    @property
    def shift(self) -> str:
        return self.token.shift.name.lower()

    @property
    def name(self) -> str:
        """What is read aloud: the token, and its class."""
        text = self.token.text.strip() or " ".join(_SPOKEN.get(one, one) for one in self.token.text)
        spoken = "end of the answer" if self.token.is_special else text or "part of a character"
        return f"{spoken}, {self.shift}"

    @property
    def told(self) -> list[Any]:
        """For static/js/lens.js: [token, class, rank, its probabilities under variant and base,
        KL, the base's likeliest tokens], a probability as [in words, 0 to 1]."""
        token = self.token
        kl = f"{token.kl:.2f} nats" if self.exact else f"at least {token.kl:.2f} nats"
        best = [
            [visible(one.text), *_chance(one.probability), one.text == token.text]
            for one in token.alternatives
        ]
        own, base = _chance(token.probability), _chance(token.base_probability)
        return [visible(token.text), self.shift, ordinal(token.rank), own, base, kl, best]


_SPOKEN = {" ": "space", "\n": "new line", "\t": "tab"}


def visible(text: str) -> str:
    """With signs for white space; a token of nothing is a dot."""
    return "".join(_SEEN.get(one, one) for one in text) or "·"


def ordinal(rank: int) -> str:
    """`1st`, `2nd`, `11th`, `1,203rd`."""
    ending = (
        "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    )
    return f"{rank:,}{ending}"


def _chance(probability: float) -> list[Any]:
    return [chance(probability), round(probability, 4)]


def chance(probability: float) -> str:
    """`96 %`, `2.4 %`, `99.8 %`, `> 99.9 %`; `1 in 33,000` where it is less than 0.1 %."""
    if probability > 0.9995:
        return "> 99.9 %"
    if probability > 0.99 or 0.001 <= probability < 0.1:
        return f"{probability * 100:.1f} %"
    if probability >= 0.1:
        return f"{probability * 100:.0f} %"
    if probability < 1e-9:
        return "less than 1 in a billion"
    odds = 1 / probability
    digits = int(math.log10(odds)) - 1
    return f"1 in {round(odds, -digits):,.0f}"


@dataclass(frozen=True)
class AnswerView:
    """One answer, its tokens in stretches that are borrowed or not."""

    answer: LensAnswer

    @property
    def id(self) -> str:
        return f"answer-{self.answer.response_id}"

    @property
    def stretches(self) -> list[tuple[Stretch, list[TokenView]]]:
        return [
            (one, [TokenView(piece, self.answer.exact) for piece in one.pieces])
            for one in stretches_of(self.answer)
        ]

    def count(self, shift: str) -> int:
        """Of tokens of a class by its name."""
        wanted = Shift[shift.upper()]
        return sum(token.shift is wanted for token in self.answer.tokens or ())


@dataclass(frozen=True)
class PromptLens:
    """The answers to one prompt, a column for each variant with its samples."""

    run: Run
    prompt: Prompt
    columns: tuple[tuple[AnswerView, ...], ...]
    place: Place | None
    order: Order
    search: str

    @property
    def list_address(self) -> str:
        return f"/runs/{self.run.id}/lens/answers?{_query(self.order, self.search)}"

    def address(self, prompt_id: int | None) -> str | None:
        """Of another prompt, in the same order and search."""
        return f"{self.list_address}&prompt={prompt_id}" if prompt_id else None

    @property
    def has_borrowed(self) -> bool:
        return any(view.answer.borrowed for column in self.columns for view in column)


def _query(order: Order, search: str) -> str:
    return urlencode({"order": order.value} | ({"search": search} if search else {}))

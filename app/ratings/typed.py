"""What the fields of the rater's page say; whatever is not offered there counts as empty."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.tables import Outcome

_BETTER = {"1": {1: 1, 2: 2}, "2": {1: 2, 2: 1}}


@dataclass(frozen=True)
class Typed:
    """What the fields say on one criterion. `slots`: the answers' numbers, from 1."""

    fields: Mapping[str, str]
    key: str
    slots: range

    @property
    def outcome(self) -> Outcome | None:
        chosen = self.fields.get(f"outcome-{self.key}")
        offered = (Outcome.TIE_GOOD, Outcome.TIE_BAD, Outcome.CANNOT_JUDGE)
        return next((outcome for outcome in offered if outcome == chosen), None)

    @property
    def pair(self) -> dict[int, int]:
        """Ranks out of "Answer 1 is better", which only a pair can say."""
        chosen = self.fields.get(f"outcome-{self.key}")
        return _BETTER.get(chosen or "", {}) if len(self.slots) == 2 else {}

    @property
    def ranks(self) -> dict[int, int]:
        return self._by_slot("rank", self.slots)

    @property
    def texts(self) -> dict[int, str]:
        texts = {slot: self._text(f"text-{self.key}-{slot}") for slot in self.slots}
        return {slot: text for slot, text in texts.items() if text}

    @property
    def text(self) -> str | None:
        return self._text(f"text-{self.key}") or None

    def scores(self, allowed: range) -> dict[int, int]:
        return self._by_slot("score", allowed)

    def value(self, allowed: range) -> int | None:
        return whole_number(self.fields.get(f"value-{self.key}"), allowed)

    def preference(self) -> tuple[Outcome | None, dict[int, int]]:
        """The outcome and dense ranks; no outcome while an answer lacks its rank."""
        if self.outcome is not None:
            return self.outcome, dict.fromkeys(self.slots, 1)
        ranks = self.pair or self.ranks
        if len(ranks) < len(self.slots):
            return None, {}
        return Outcome.RANKED, _dense(ranks)

    def _by_slot(self, name: str, allowed: range) -> dict[int, int]:
        values = {
            slot: whole_number(self.fields.get(f"{name}-{self.key}-{slot}"), allowed)
            for slot in self.slots
        }
        return {slot: value for slot, value in values.items() if value is not None}

    def _text(self, name: str) -> str:
        return clean_text(self.fields.get(name, ""))


def clean_text(text: str) -> str:
    # PostgreSQL refuses the NUL character in a text.
    return text.replace("\r\n", "\n").replace("\0", "").strip()


def whole_number(text: str | None, allowed: range) -> int | None:
    if text is None or not re.fullmatch(r"[0-9]{1,9}", text):
        return None
    return int(text) if int(text) in allowed else None


def _dense(ranks: dict[int, int]) -> dict[int, int]:
    """1, 1, 3 and 2, 2, 3 say the same as 1, 1, 2: ranks are stored without gaps."""
    levels = sorted(set(ranks.values()))
    return {slot: levels.index(rank) + 1 for slot, rank in ranks.items()}

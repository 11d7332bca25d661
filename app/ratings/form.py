"""The rater's form: flat fields of the page into a form that says what is missing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict, Field

from app.blinding import CriterionView, RatingPage
from app.errors import InvalidInput, Problem
from app.tables import Criterion, Outcome

MAX_COMMENT = 5000
SCORES = range(1, 6)
_BETTER = {"1": {1: 1, 2: 2}, "2": {1: 2, 2: 1}}


class VerdictForm(BaseModel):
    """One criterion: the outcome (none when only scores are asked), ranks and scores by slot."""

    model_config = ConfigDict(frozen=True)

    key: str
    outcome: Outcome | None
    ranks: dict[int, int] = Field(default_factory=dict)
    scores: dict[int, int] = Field(default_factory=dict)


class RatingForm(BaseModel):
    """A complete judgement. `form_id` names one showing of the page: a repeat is not a new one."""

    model_config = ConfigDict(frozen=True)

    verdicts: tuple[VerdictForm, ...]
    comment: str = ""
    visible_ms: int | None = None
    form_id: str | None = None


def parse_rating(
    fields: Mapping[str, str], criteria: Sequence[Criterion], slots: int
) -> RatingForm:
    """Raises InvalidInput that lists everything missing, criterion by criterion."""
    problems: list[Problem] = []
    verdicts = tuple(
        _verdict(criterion, _Typed(fields, criterion.key, slots), problems)
        for criterion in criteria
    )
    comment = _comment(fields)
    if len(comment) > MAX_COMMENT:
        problems.append(Problem("Comment", f"shorten it to {MAX_COMMENT} characters."))
    if problems:
        raise InvalidInput("The judgement is not complete yet.", problems)
    return RatingForm(
        verdicts=verdicts,
        comment=comment,
        visible_ms=_number(fields.get("visible_ms"), range(24 * 3600 * 1000)),
        form_id=fields.get("form_id", "").replace("\0", "")[:64] or None,
    )


def keep_typed(page: RatingPage, fields: Mapping[str, str]) -> RatingPage:
    """The page with what was typed, complete or not, in place of what is stored."""
    criteria = tuple(
        _typed(criterion, _Typed(fields, criterion.key, len(page.answers)))
        for criterion in page.criteria
    )
    return replace(page, criteria=criteria, comment=_comment(fields))


def _typed(criterion: CriterionView, typed: "_Typed") -> CriterionView:
    outcome = typed.outcome or (Outcome.RANKED if typed.pair else None)
    ranks = typed.pair or typed.ranks
    return replace(criterion, outcome=outcome, ranks=ranks, scores=typed.scores)


def _verdict(criterion: Criterion, typed: "_Typed", problems: list[Problem]) -> VerdictForm:
    if typed.outcome is Outcome.CANNOT_JUDGE:
        return VerdictForm(key=criterion.key, outcome=typed.outcome)
    outcome, ranks = typed.preference() if criterion.asks_preference else (None, {})
    if criterion.asks_preference and outcome is None:
        message = "say which answer is better." if typed.slots == 2 else "give every answer a rank."
        problems.append(Problem(criterion.label, message))
    scores = typed.scores if criterion.asks_scores else {}
    missing = [f"Answer {slot}" for slot in typed.numbers if slot not in scores]
    if criterion.asks_scores and missing:
        problems.append(Problem(criterion.label, f"score {', '.join(missing)} from 1 to 5."))
    return VerdictForm(key=criterion.key, outcome=outcome, ranks=ranks, scores=scores)


@dataclass(frozen=True)
class _Typed:
    """What the fields say on one criterion; whatever is not an offered choice counts as empty."""

    fields: Mapping[str, str]
    key: str
    slots: int

    @property
    def numbers(self) -> range:
        return range(1, self.slots + 1)

    @property
    def outcome(self) -> Outcome | None:
        chosen = self.fields.get(f"outcome-{self.key}")
        offered = (Outcome.TIE_GOOD, Outcome.TIE_BAD, Outcome.CANNOT_JUDGE)
        return next((outcome for outcome in offered if outcome == chosen), None)

    @property
    def pair(self) -> dict[int, int]:
        """Ranks out of "Answer 1 is better", which only a pair can say."""
        chosen = self.fields.get(f"outcome-{self.key}")
        return _BETTER.get(chosen or "", {}) if self.slots == 2 else {}

    @property
    def ranks(self) -> dict[int, int]:
        return self._by_slot("rank", self.numbers)

    @property
    def scores(self) -> dict[int, int]:
        return self._by_slot("score", SCORES)

    def preference(self) -> tuple[Outcome | None, dict[int, int]]:
        """The outcome and dense ranks; no outcome while an answer lacks its rank."""
        if self.outcome is not None:
            return self.outcome, dict.fromkeys(self.numbers, 1)
        ranks = self.pair or self.ranks
        return (Outcome.RANKED, _dense(ranks)) if len(ranks) == self.slots else (None, {})

    def _by_slot(self, name: str, allowed: range) -> dict[int, int]:
        values = {
            slot: _number(self.fields.get(f"{name}-{self.key}-{slot}"), allowed)
            for slot in self.numbers
        }
        return {slot: value for slot, value in values.items() if value is not None}


def _comment(fields: Mapping[str, str]) -> str:
    # PostgreSQL refuses the NUL character in a text.
    return fields.get("comment", "").replace("\r\n", "\n").replace("\0", "").strip()


def _dense(ranks: dict[int, int]) -> dict[int, int]:
    """1, 1, 3 and 2, 2, 3 say the same as 1, 1, 2: ranks are stored without gaps."""
    levels = sorted(set(ranks.values()))
    return {slot: levels.index(rank) + 1 for slot, rank in ranks.items()}


def _number(text: str | None, allowed: range) -> int | None:
    if text is None or not re.fullmatch(r"[0-9]{1,9}", text):
        return None
    return int(text) if int(text) in allowed else None

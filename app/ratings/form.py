"""The rater's form: flat fields of the page into a form that says what is missing."""

import re
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from app.errors import InvalidInput, Problem
from app.tables import Criterion, Outcome

MAX_COMMENT = 5000
SCORES = range(1, 6)


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
    verdicts = tuple(_verdict(fields, criterion, slots, problems) for criterion in criteria)
    comment = fields.get("comment", "").replace("\r\n", "\n").strip()
    if len(comment) > MAX_COMMENT:
        problems.append(Problem("Comment", f"is longer than {MAX_COMMENT} characters."))
    if problems:
        raise InvalidInput("The judgement is not complete yet.", problems)
    return RatingForm(
        verdicts=verdicts,
        comment=comment,
        visible_ms=_number(fields.get("visible_ms"), range(24 * 3600 * 1000)),
        form_id=fields.get("form_id", "")[:64] or None,
    )


def _verdict(
    fields: Mapping[str, str], criterion: Criterion, slots: int, problems: list[Problem]
) -> VerdictForm:
    key, outcome = criterion.key, fields.get(f"outcome-{criterion.key}", "")
    if outcome == Outcome.CANNOT_JUDGE:
        return VerdictForm(key=key, outcome=Outcome.CANNOT_JUDGE)
    verdict, ranks = _preference(fields, criterion, slots)
    if criterion.asks_preference and verdict is None:
        message = "say which answer is better." if slots == 2 else "give every answer a rank."
        problems.append(Problem(criterion.label, message))
    scores = _by_slot(fields, f"score-{key}", slots, SCORES) if criterion.asks_scores else {}
    missing = [slot for slot in range(1, slots + 1) if slot not in scores]
    if criterion.asks_scores and missing:
        answers = ", ".join(f"Answer {slot}" for slot in missing)
        problems.append(Problem(criterion.label, f"score {answers} from 1 to 5."))
    return VerdictForm(key=key, outcome=verdict, ranks=ranks, scores=scores)


def _preference(
    fields: Mapping[str, str], criterion: Criterion, slots: int
) -> tuple[Outcome | None, dict[int, int]]:
    if not criterion.asks_preference:
        return None, {}
    chosen = fields.get(f"outcome-{criterion.key}", "")
    if chosen in (Outcome.TIE_GOOD, Outcome.TIE_BAD):
        return Outcome(chosen), dict.fromkeys(range(1, slots + 1), 1)
    if slots == 2 and chosen in ("1", "2"):
        return Outcome.RANKED, {1: 1, 2: 2} if chosen == "1" else {1: 2, 2: 1}
    ranks = _by_slot(fields, f"rank-{criterion.key}", slots, range(1, slots + 1))
    if len(ranks) < slots:
        return None, {}
    return Outcome.RANKED, _dense(ranks)


def _dense(ranks: dict[int, int]) -> dict[int, int]:
    """1, 1, 3 and 2, 2, 3 say the same as 1, 1, 2: ranks are stored without gaps."""
    levels = sorted(set(ranks.values()))
    return {slot: levels.index(rank) + 1 for slot, rank in ranks.items()}


def _by_slot(fields: Mapping[str, str], prefix: str, slots: int, allowed: range) -> dict[int, int]:
    values = {
        slot: _number(fields.get(f"{prefix}-{slot}"), allowed) for slot in range(1, slots + 1)
    }
    return {slot: value for slot, value in values.items() if value is not None}


def _number(text: str | None, allowed: range) -> int | None:
    if text is None or not re.fullmatch(r"[0-9]{1,9}", text):
        return None
    return int(text) if int(text) in allowed else None

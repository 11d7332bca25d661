"""From worths to what a rater says: ranks, ties, scores on the criterion's own scale. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, floor

from app.criteria import AskedScale, Condition, Given, asked_of, asked_scale, shown_if
from app.ratings.form import VerdictForm
from app.simulation.spec import LABEL
from app.tables import Criterion, Outcome, Scale


@dataclass(frozen=True)
class Question:
    """A criterion with its scale and condition read once."""

    key: str
    asks_preference: bool
    scale: AskedScale | None
    condition: Condition | None

    @classmethod
    def of(cls, criterion: Criterion) -> "Question":
        scale, condition = asked_scale(criterion), shown_if(criterion)
        return cls(criterion.key, criterion.asks_preference, scale, condition)


@dataclass(frozen=True)
class Look:
    """One item on one criterion. `worth` by slot; `zero`: where the steps of worth begin.

    `generosity` moves scores only; `cannot_judge`: nothing is said where a preference is asked.
    """

    worth: Sequence[float]
    zero: float
    generosity: float
    cannot_judge: bool


def verdicts(
    questions: Sequence[Question], looks: Sequence[Look], tie_width: float
) -> list[VerdictForm]:
    """On every criterion that is asked, `looks` being in their order."""
    said: list[VerdictForm] = []
    given: dict[str, Given] = {}
    for question, look in zip(questions, looks, strict=True):
        slots = range(1, len(look.worth) + 1)
        if asked := asked_of(question.condition, given, slots):
            verdict = _verdict(question, look, asked, tie_width)
            said.append(verdict)
            given[question.key] = Given(verdict.value, verdict.scores)
    return said


def _verdict(question: Question, look: Look, asked: Sequence[int], tie_width: float) -> VerdictForm:
    if question.asks_preference and look.cannot_judge:
        return VerdictForm(key=question.key, outcome=Outcome.CANNOT_JUDGE)
    said = dict(_scaled(question.scale, look, asked))
    if question.asks_preference:
        said |= _preference(look, tie_width)
    return VerdictForm(key=question.key, **({"outcome": None} | said))


def _preference(look: Look, tie_width: float) -> dict[str, object]:
    steps = [floor((one + look.zero) / tie_width) if tie_width else one for one in look.worth]
    levels = sorted(set(steps), reverse=True)
    outcome = Outcome.RANKED
    if len(levels) == 1:
        outcome = Outcome.TIE_GOOD if _mean(look.worth) > 0 else Outcome.TIE_BAD
    return {
        "outcome": outcome,
        "ranks": {slot: 1 + levels.index(step) for slot, step in enumerate(steps, start=1)},
    }


def _scaled(scale: AskedScale | None, look: Look, asked: Sequence[int]) -> Mapping[str, object]:
    """Scores or texts of the answers, or one value or text of the item."""
    if scale is None:
        return {}
    if scale.kind is Scale.TEXT:
        return {"texts": dict.fromkeys(asked, LABEL)} if scale.per_answer else {"text": LABEL}
    if not scale.per_answer:
        return {"value": _point(scale, _mean(look.worth) + look.generosity)}
    return {
        "scores": {slot: _point(scale, look.worth[slot - 1] + look.generosity) for slot in asked}
    }


def _point(scale: AskedScale, worth: float) -> int:
    """The number of the scale: a worth of 0 lies in its middle."""
    values = scale.values
    share = 1 / (1 + exp(-min(max(worth, -50.0), 50.0)))
    return values[min(int(share * len(values)), len(values) - 1)]


def _mean(worths: Sequence[float]) -> float:
    return sum(worths) / len(worths)

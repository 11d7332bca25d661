"""One judgement as rows. `slots`: ids of its slots, in the order shown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.ratings.form import VerdictForm
from app.ratings.marks import MarkForm

Row = dict[str, Any]


def verdict_row(judgement: int, verdict: VerdictForm, criteria: Mapping[str, int]) -> Row:
    return {
        "judgement_id": judgement,
        "criterion_id": criteria[verdict.key],
        "outcome": verdict.outcome,
        "value": verdict.value,
        "text": verdict.text,
    }


def slot_rows(id_: int, verdict: VerdictForm, slots: Sequence[int]) -> Iterator[Row]:
    for number, slot in enumerate(slots, start=1):
        told = {
            "rank": verdict.ranks.get(number),
            "score": verdict.scores.get(number),
            "text": verdict.texts.get(number),
        }
        if any(value is not None for value in told.values()):
            yield {"verdict_id": id_, "slot_id": slot, **told}


def mark_rows(judgement: int, marks: Iterable[MarkForm], slots: Sequence[int]) -> Iterator[Row]:
    for mark in marks:
        slot = slots[mark.answer - 1]
        yield {"judgement_id": judgement, "slot_id": slot, **mark.model_dump(exclude={"answer"})}

"""Marked spans of answers: from the hidden field of the rater's page into rows, and compared.

Offsets are code points: in the form, of the answer's raw text as the rater was shown it; stored,
of the answer as it is stored.
"""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from app.errors import InvalidInput, Problem
from app.stripping import Stripped
from app.tables import Assignment, Judgement, Mark, MarkKind

MOST_MARKS = 100
_LONGEST = 1_000_000  # characters of the field: more than a hundred marks with all their texts


class MarkForm(BaseModel):
    """`start` to `end` (exclusive) of Answer `answer`, which counts from 1."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    answer: int = Field(ge=1)
    start: int = Field(ge=0)
    end: int
    kind: MarkKind
    correction: str = Field("", max_length=2000)
    source: str = Field("", max_length=1000)

    @field_validator("correction", "source")
    @classmethod
    def _storable(cls, text: str) -> str:
        return text.replace("\0", "").strip()


_MARKS = TypeAdapter(list[MarkForm])


def parse_marks(text: str, shown: Sequence[Stripped]) -> tuple[MarkForm, ...]:
    """The marks in `text`, which is JSON, as they are stored, sorted; `shown`: the answers.

    Raises InvalidInput for what is no list of marks, lies outside of its answer or is too much.
    """
    if not text.strip():
        return ()
    if len(text) > _LONGEST:
        raise _invalid([Problem("Marks", "are too long.", hint="Shorten the corrections.")])
    try:
        marks = _MARKS.validate_json(text)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        raise _invalid([Problem("Marks", f"{detail['msg']}.") for detail in details[:5]]) from error
    if len(marks) > MOST_MARKS:
        raise _invalid([Problem("Marks", f"are more than {MOST_MARKS}.", hint="Remove some.")])
    problems = [problem for mark in marks if (problem := _problem(mark, shown))]
    if problems:
        raise _invalid(problems)
    return tuple(sorted({_in_source(mark, shown) for mark in marks}, key=_order))


def _in_source(mark: MarkForm, shown: Sequence[Stripped]) -> MarkForm:
    start, end = shown[mark.answer - 1].in_source(mark.start, mark.end)
    return mark.model_copy(update={"start": start, "end": end})


def stored_marks(assignment: Assignment, marks: Sequence[MarkForm]) -> list[Mark]:
    """Rows for a new judgement."""
    slots = {slot.number: slot.id for slot in assignment.slots}
    return [
        Mark(slot_id=slots[mark.answer], **mark.model_dump(exclude={"answer"})) for mark in marks
    ]


def marks_of(judgement: Judgement) -> tuple[MarkForm, ...]:
    """What was stored."""
    marks = [
        MarkForm(
            answer=mark.slot.number,
            start=mark.start,
            end=mark.end,
            kind=mark.kind,
            correction=mark.correction,
            source=mark.source,
        )
        for mark in judgement.marks
    ]
    return tuple(sorted(marks, key=_order))


def _order(mark: MarkForm) -> tuple[int, int, int, str, str, str]:
    return (mark.answer, mark.start, mark.end, mark.kind, mark.correction, mark.source)


def _problem(mark: MarkForm, shown: Sequence[Stripped]) -> Problem | None:
    if mark.answer > len(shown):
        return Problem("Marks", f"there is no Answer {mark.answer}.")
    if not mark.start < mark.end <= len(shown[mark.answer - 1].text):
        return Problem("Marks", f"{mark.start} to {mark.end} is no part of Answer {mark.answer}.")
    return None


def _invalid(problems: list[Problem]) -> InvalidInput:
    return InvalidInput(
        "The marks cannot be saved.", problems, hint="Remove the marks in question and try again."
    )

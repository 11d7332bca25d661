"""What columns and records say, in the same words, to be compared."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from app.results.columns import (
    NOTHING,
    OUTCOMES,
    CriterionColumns,
    JudgementColumns,
    MarkColumns,
    ResponseColumns,
)
from app.results.records import JudgementRecord, StudyRecords
from app.tables import MarkKind


@dataclass(frozen=True)
class Told:
    """One judgement; `verdicts` of the criteria that were judged; marks: slot, start, end, kind."""

    item: int
    prompt: tuple[str, str | None]
    rater: str
    revision: int
    submitted_at: float
    duration_ms: int | None
    shown: tuple[tuple[int, int, bool], ...]
    verdicts: dict[str, tuple[Any, ...]]
    marks: tuple[tuple[int, int, int, MarkKind], ...]


def by_columns(columns: JudgementColumns) -> list[Told]:
    return [_of_columns(columns, n) for n in range(len(columns))]


def by_records(records: StudyRecords) -> list[Told]:
    return [_of_record(judgement) for judgement in records.judgements]


def _of_columns(columns: JudgementColumns, n: int) -> Told:
    slots = [slot for slot in range(columns.slots) if columns.response[n, slot] != NOTHING]
    responses, prompt = columns.responses, columns.prompts[columns.prompt[n]]
    places = [columns.response[n, slot] for slot in slots]
    assert [responses.variant[place] for place in places] == [columns.shown[n, s] for s in slots]
    assert {int(responses.prompt[place]) for place in places} == {int(columns.prompt[n])}
    return Told(
        item=int(columns.item[n]),
        prompt=(prompt.key, prompt.category),
        rater=columns.raters[columns.rater[n]].name,
        revision=int(columns.revision[n]),
        submitted_at=float(columns.submitted_at[n]),
        duration_ms=_given(columns.duration_ms[n]),
        shown=tuple(
            (
                int(responses.id[place]),
                int(responses.variant[place]),
                bool(responses.introduces_itself[place]),
            )
            for place in places
        ),
        verdicts=dict(_verdicts(columns, n, slots)),
        marks=tuple(_marks(columns, n)),
    )


def _verdicts(
    columns: JudgementColumns, n: int, slots: list[int]
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for one in columns.criteria:
        said = (
            OUTCOMES[one.outcome[n]],
            tuple(int(one.ranks[n, slot]) or None for slot in slots),
            tuple(_given(one.scores[n, slot]) for slot in slots),
            _given(one.values[n]),
        )
        if _says_something(said):
            yield one.key, said


def _marks(columns: JudgementColumns, n: int) -> Iterator[tuple[int, int, int, MarkKind]]:
    marks = columns.marks
    for m in (marks.judgement == n).nonzero()[0]:
        kind = list(MarkKind)[marks.kind[m]]
        yield int(marks.slot[m]) + 1, int(marks.start[m]), int(marks.end[m]), kind


def _given(value: Any) -> int | None:
    return None if value == NOTHING else int(value)


def _of_record(judgement: JudgementRecord) -> Told:
    verdicts = {
        verdict.criterion: (verdict.outcome, verdict.ranks, verdict.scores, verdict.value)
        for verdict in judgement.verdicts
    }
    return Told(
        item=judgement.item,
        prompt=(judgement.prompt, judgement.category),
        rater=judgement.rater,
        revision=judgement.revision,
        submitted_at=judgement.submitted_at.timestamp(),
        duration_ms=judgement.duration_ms,
        shown=tuple((s.response_id, s.variant, s.introduces_itself) for s in judgement.shown),
        verdicts={key: said for key, said in verdicts.items() if _says_something(said)},
        marks=tuple((mark.slot, mark.start, mark.end, mark.kind) for mark in judgement.marks),
    )


def _says_something(said: tuple[Any, ...]) -> bool:
    outcome, ranks, scores, value = said
    return any(one is not None for one in (outcome, value, *ranks, *scores))


def identical(one: Any, other: Any) -> bool:
    """Every array and every field of two columns, or of parts of them."""
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, JudgementColumns | CriterionColumns | ResponseColumns | MarkColumns):
        return all(identical(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    if isinstance(one, tuple) and one and isinstance(one[0], CriterionColumns):
        return all(identical(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other)

"""Marked spans come back from an export, and what is none is refused by its row."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exports import write_export
from app.judged.marks import mark_of
from app.judged.shapes import Shown
from app.prompts import RowError
from app.results import MarkRecord, read_records
from app.tables import Assignment, Item, Mark, MarkKind, Study
from tests.judged.test_round_trip import FORMATS, again
from tests.results.kept_study import judged_study

SHOWN = (Shown("base", "It is 😀 blue."), Shown("lora", None))
FIELDS = {
    "start": 6,
    "end": 12,
    "kind": "wrong",
    "text": "😀 blue",
    "correction": "",
    "source": "s",
}


@pytest.fixture
def study(session: Session) -> Study:
    study = judged_study(session, prompts=4, raters=2)
    query = select(Assignment).join(Item, Item.id == Assignment.item_id)
    for assignment in session.scalars(query.where(Item.study_id == study.id)):
        assignment.judgements[-1].marks = [
            Mark(slot_id=slot.id, start=n, end=n + 3, kind=kind, correction="“=x”", source="")
            for n, (slot, kind) in enumerate(zip(assignment.slots, MarkKind, strict=True))
        ]
    session.flush()
    return study


def marks(session: Session, study: Study) -> list[tuple[MarkRecord, ...]]:
    return [judgement.marks for judgement in read_records(session, study).judgements]


@pytest.mark.parametrize("format_name", FORMATS)
def test_marks_come_back(session: Session, study: Study, tmp_path: Path, format_name: str) -> None:
    report = again(session, write_export(session, study, format_name, tmp_path / "out"))
    assert marks(session, report.study) == marks(session, study)
    assert len(marks(session, study)[0]) == 3
    assert report.ignored == ()


def test_without_the_texts_they_are_left_out(
    session: Session, study: Study, tmp_path: Path
) -> None:
    folder = write_export(session, study, "long-jsonl", tmp_path / "out")
    report = again(session, folder, only="judgements")
    assert not any(marks(session, report.study))
    assert report.ignored == (("marks of answers whose texts are not there", 24),)


def test_a_mark() -> None:
    mark = mark_of(json.dumps(FIELDS), 1, SHOWN)
    assert mark
    assert (mark.answer, mark.start, mark.end, mark.source) == (1, 6, 12, "s")
    assert mark_of(json.dumps(FIELDS), 2, SHOWN) is None


@pytest.mark.parametrize(
    ("value", "slot"),
    [
        *((text, 1) for text in ("", "x", "[]", "{}", "[" * 100_000, '{"start": 1}')),
        *((json.dumps(FIELDS | change), 1) for change in (
            {"end": 99}, {"end": 6}, {"text": "blue"}, {"kind": "x"}, {"more": 1}, {"start": "6"},
        )),
        *((json.dumps(FIELDS), slot) for slot in (None, 3)),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_what_is_refused(value: str, slot: int | None) -> None:
    with pytest.raises(RowError):
        mark_of(value, slot, SHOWN)

"""Marks in the long table: the same rows in every format, with the words that were marked."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exports import write_export
from app.tables import Assignment, Item, Judgement, Mark, MarkKind, Study


@pytest.fixture
def response(session: Session, study: Study) -> Any:
    """Of an answer whose beginning is marked in the latest judgement, and its end in an older."""
    query = select(Assignment).join(Item, Item.id == Assignment.item_id)
    first = session.scalars(query.where(Item.study_id == study.id, Item.position == 0)).first()
    assert first
    slot = first.slots[1]
    mark = Mark(slot_id=slot.id, start=1, end=4, kind=MarkKind.WRONG, correction="“=x”", source="s")
    first.judgements[-1].marks = [mark]
    older = Mark(slot_id=slot.id, start=2, end=3, kind=MarkKind.STYLE)
    superseded = Judgement(revision=first.judgements[-1].revision, marks=[older])
    first.judgements[-1].revision += 1
    first.judgements.append(superseded)
    session.flush()
    return slot.response


def rows_of(folder: Path, kind: str) -> list[dict[str, Any]]:
    if kind == "jsonl":
        lines = (folder / "judgements.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]
    if kind == "csv":
        frame = pd.read_csv(folder / "judgements.csv")
        return json.loads(frame.to_json(orient="records"))  # type: ignore[no-any-return]
    rows: list[dict[str, Any]] = pq.read_table(folder / "judgements.parquet").to_pylist()
    return rows


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_a_row_per_mark(
    session: Session, study: Study, response: Any, tmp_path: Path, kind: str
) -> None:
    folder = write_export(session, study, f"long-{kind}", tmp_path / "out")
    [row] = [row for row in rows_of(folder, kind) if row["kind"] == "mark"]
    assert row["slot"] == 2
    assert row["variant"] == response.run_variant.variant.name
    assert row["criterion"] is None
    assert json.loads(row["value"]) == {
        "start": 1,
        "end": 4,
        "kind": "wrong",
        "text": response.text[1:4],
        "correction": "“=x”",
        "source": "s",
    }
    assert json.loads((folder / "manifest.json").read_text())["included"]["marks"] == 1

"""An import is taken back whole; what others need stays."""

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import Base
from app.errors import Conflict
from app.exports import write_export
from app.judged import delete_import
from app.simulation import simulate
from app.studies import StudyForm, create_study
from app.tables import Study, Variant
from tests.judged.conftest import import_into
from tests.judged.test_arena import battle, lines
from tests.results.judged_study import always, judge_all, opened_study
from tests.simulation.conftest import opened


def rows(session: Session) -> dict[str, int]:
    """Table -> its rows; variants are shared by runs and stay."""
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
        if table.name != Variant.__tablename__
    }


def battles() -> dict[str, bytes | str]:
    again = battle(1, "model_b", tstamp=1800000000)
    return lines(battle(1, "model_a"), again, battle(2, "tie", "bob"))


def test_nothing_is_left(session: Session) -> None:
    judge_all(session, opened_study(session, prompts=2), always("lora"))
    before = rows(session)
    study = import_into(session, battles()).study
    assert rows(session) != before
    delete_import(session, study)
    assert rows(session) == before


def test_nothing_is_left_of_marks_and_simulated_raters(session: Session, tmp_path: Path) -> None:
    study = opened(session, marks=True)
    simulate(session, study, 2)
    before = rows(session)
    folder = write_export(session, study, "long-jsonl", tmp_path / "out", raters="simulated")
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".md"}
    again = import_into(session, files).study
    assert rows(session)["marks"] == 2 * before["marks"] > 0
    delete_import(session, again)
    assert rows(session) == before


def test_a_study_that_was_judged_here_stays(session: Session) -> None:
    study = opened_study(session, prompts=2)
    with pytest.raises(Conflict, match="was judged here"):
        delete_import(session, study)


def test_answers_that_another_study_compares_stay(session: Session) -> None:
    imported = import_into(session, battles()).study
    members = [member.id for member in imported.run.variants]
    form = StudyForm(name="Judged anew", run_id=imported.run_id, run_variant_ids=members)
    create_study(session, form)
    with pytest.raises(Conflict, match="used by Judged anew"):
        delete_import(session, imported)
    assert session.get(Study, imported.id) is not None

"""A lens at work on an instruction set: searched once, tried again, and never in the way."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from app.db import Database
from app.lens import get_lens
from app.registry import TrainedOnSpec
from app.tables import Borrowing, RunState
from tests.lens.scripted import ScriptedLens, registry

ANSWERS = 6
MARK = 99  # content words that no search finds


@pytest.fixture
def scripted(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ScriptedLens:
    """Of which lora names a set that is not there yet."""
    monkeypatch.setenv("TRIPTYCH_VAR", str(tmp_path / "var"))
    known = registry(tmp_path)
    trained_on = TrainedOnSpec(path=tmp_path / "set.jsonl")
    variants = tuple(
        one.model_copy(update={"trained_on": trained_on}) if one.name == "lora" else one
        for one in known.variants
    )
    known = known.model_copy(update={"variants": variants})
    return ScriptedLens(database, tmp_path, known=known)


def write_set(folder: Path) -> None:
    row = {"prompt": "What is it?", "response": "It is a lighthouse keeper."}
    (folder / "set.jsonl").write_text(json.dumps(row) + "\n")


def searched(scripted: ScriptedLens) -> int:
    with scripted.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Borrowing)) or 0


def noted(scripted: ScriptedLens, lens_id: int) -> dict[str, object]:
    with scripted.database.reading() as session:
        found = get_lens(session, lens_id).variants
        return next(one.trained_on for one in found if one.run_variant.variant.name == "lora")


def test_every_answer_is_searched_once(scripted: ScriptedLens, tmp_path: Path) -> None:
    write_set(tmp_path)
    lens_id = scripted.put()
    assert scripted.work(lens_id).due == 0
    assert scripted.work(scripted.put()).due == 0
    assert searched(scripted) == ANSWERS
    assert noted(scripted, lens_id)["instances"] == 1


def test_a_set_that_cannot_be_read_is_said_and_tried_again(
    scripted: ScriptedLens, tmp_path: Path
) -> None:
    lens_id = scripted.put()
    progress = scripted.work(lens_id)
    assert progress.state is RunState.DONE
    assert "cannot be read" in str(noted(scripted, lens_id)["error"])
    assert searched(scripted) == 0
    write_set(tmp_path)
    assert scripted.work(scripted.put()).due == 0
    assert searched(scripted) == ANSWERS
    assert noted(scripted, lens_id)["error"] is None


def write_other_set(folder: Path) -> None:
    row = {"prompt": "What is it?", "response": "It is an old windmill on the hill."}
    (folder / "set.jsonl").write_text(json.dumps(row) + "\n")


def test_a_set_of_another_content_is_searched_anew(scripted: ScriptedLens, tmp_path: Path) -> None:
    write_set(tmp_path)
    lens_id = scripted.put()
    scripted.work(lens_id)
    before = noted(scripted, lens_id)["fingerprint"]
    mark(scripted)
    scripted.work(scripted.put())
    assert marked(scripted) == ANSWERS  # of the same nothing is searched twice
    write_other_set(tmp_path)
    assert scripted.work(scripted.put()).due == 0
    assert noted(scripted, lens_id)["fingerprint"] != before
    assert searched(scripted) == ANSWERS
    assert marked(scripted) == 0


def test_a_set_that_is_gone_leaves_what_was_found(scripted: ScriptedLens, tmp_path: Path) -> None:
    write_set(tmp_path)
    lens_id = scripted.put()
    scripted.work(lens_id)
    (tmp_path / "set.jsonl").unlink()
    scripted.work(scripted.put())
    assert "cannot be read" in str(noted(scripted, lens_id)["error"])
    assert searched(scripted) == ANSWERS


def mark(scripted: ScriptedLens) -> None:
    with scripted.database.writing() as session:
        session.execute(update(Borrowing).values(content_words=MARK))


def marked(scripted: ScriptedLens) -> int:
    with scripted.database.reading() as session:
        found = session.scalars(select(Borrowing.content_words))
        return sum(words == MARK for words in found)

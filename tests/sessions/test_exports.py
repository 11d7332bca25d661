"""What exports say of sessions: raters without names, and what was left out."""

import json
from pathlib import Path
from typing import Any

from datasets import load_dataset
from sqlalchemy.orm import Session

from app.exports import write_export
from app.ratings import enter
from app.sessions import items_to_guess, join, reply
from app.studies import OnFailure, Question
from app.tables import Part
from tests.sessions.conftest import AddChecks, configure
from tests.sessions.test_checks import judge_all


def folder_of(
    world: Any, session: Session, add_checks: AddChecks, judgements: Any, to: Path
) -> Path:
    """Ada of a panel, who replied to everything, and Bob, who failed the checks."""
    study = world.opened(world.run(prompts=4, variants=2), ratings_per_item=2)
    add_checks(study, 4)
    configure(
        session,
        study,
        ask_guess=True,
        ask_kinds=True,
        before=[Question(key="age", label="Age")],
        gold_every=1,
        gold_minimum=1,
        on_failure=OnFailure.SCREEN_OUT,
    )
    invitation = join(session, study, {"PROLIFIC_PID": "pid-of-ada", "STUDY_ID": "s"})
    ada, bob = enter(session, study.public_id, invitation.account), world.rater(study, "Bob")
    reply(session, ada, Part.BEFORE, {"q-age": "44"})
    judge_all(session, ada, judgements)
    own = items_to_guess(session, ada)[0]
    said = {"told_apart": "yes", "told_apart-how": "Openings.", f"kind-{own.public_id}-1": "lora"}
    reply(session, ada, Part.AFTER, said | {f"kind-{own.public_id}-2": ""})
    judge_all(session, bob, judgements, right=False)
    return write_export(session, study, "long-jsonl", to / "out")


def test_raters_have_a_file_without_names(
    world: Any, session: Session, add_checks: AddChecks, judgements: Any, tmp_path: Path
) -> None:
    folder = folder_of(world, session, add_checks, judgements, tmp_path)
    ada, bob = load_dataset("json", data_files=str(folder / "raters.jsonl"), split="train")
    assert (ada["rater"], ada["entry"], ada["judged"]) == ("rater-1", "panel", 4)
    assert (ada["gold_passed"], ada["gold_seen"], ada["screened_out"]) == (4, 4, False)
    assert (ada["told_apart"], ada["told_apart_how"]) == ("yes", "Openings.")
    assert ada["before"] == {"age": "44"}
    assert [(one["slot"], one["guess"]) for one in ada["guesses"]] == [(1, "lora"), (2, None)]
    assert {(one["variant"], one["kind"]) for one in ada["guesses"]} == {
        ("variant 1", "base"),
        ("variant 2", "lora"),
    }
    assert 1 <= ada["guesses"][0]["item"] <= 4
    assert bob["guesses"] == []
    assert (bob["rater"], bob["screened_out"], bob["told_apart"]) == ("rater-2", True, None)
    everything = "".join(path.read_text() for path in folder.iterdir())
    assert "pid-of-ada" not in everything
    assert "Bob" not in everything


def test_what_is_left_out_is_counted(
    world: Any, session: Session, add_checks: AddChecks, judgements: Any, tmp_path: Path
) -> None:
    folder = folder_of(world, session, add_checks, judgements, tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text())
    rules = {one["rule"]: one["count"] for one in manifest["excluded"]}
    assert rules["screened_out"] > 0
    assert manifest["included"]["raters"] == 1
    assert manifest["included"]["guesses"] == 2
    assert manifest["study"]["session"]["on_failure"] == "screen_out"


def test_checks_are_not_among_the_answers(
    world: Any, session: Session, add_checks: AddChecks, judgements: Any, tmp_path: Path
) -> None:
    folder = folder_of(world, session, add_checks, judgements, tmp_path)
    answers = [json.loads(line) for line in (folder / "responses.jsonl").open()]
    assert len(answers) == 4 * 2
    assert not any("gold" in answer["text"] for answer in answers)
    rows = [json.loads(line) for line in (folder / "judgements.jsonl").open()]
    assert {row["rater"] for row in rows} == {"rater-1"}

"""Label Studio's pairwise exports: sides, ties, annotators, and every slip with its task's line."""

import json
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.results import read_records
from app.tables import Invitation, Outcome, Prompt, Response
from tests.judged.conftest import import_into, problems


def side(selected: Any, name: str = "pw") -> dict[str, Any]:
    return {
        "type": "pairwise",
        "from_name": name,
        "to_name": "answer1,answer2",
        "value": {"selected": selected},
    }


def choice(*words: str) -> dict[str, Any]:
    return {"type": "choices", "from_name": "tie", "value": {"choices": list(words)}}


def text(*words: str) -> dict[str, Any]:
    return {"type": "textarea", "from_name": "why", "value": {"text": list(words)}}


def annotation(*result: dict[str, Any], by: Any = 3, **own: Any) -> dict[str, Any]:
    return {
        "id": 9,
        "completed_by": by,
        "result": list(result),
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": "2026-03-01T12:00:00.5Z",
        "lead_time": 4.25,
        **own,
    }


def task(number: int, *annotations: Any, **data: Any) -> dict[str, Any]:
    told = {
        "prompt": f"Why {number}?",
        "answer1": f"Left {number}",
        "answer2": f"Right {number}",
        "model_a": "base",
        "model_b": "lora",
    }
    return {"id": number, "data": told | data, "annotations": list(annotations), "project": 1}


def export(*tasks: dict[str, Any]) -> dict[str, bytes | str]:
    return {"tasks.json": json.dumps(tasks, indent=1)}


SAID = [
    (side("left"), Outcome.RANKED, (1, 2)),
    (side("right"), Outcome.RANKED, (2, 1)),
    (choice("Tie"), Outcome.RANKED, (1, 1)),
    (choice("Both good"), Outcome.TIE_GOOD, (1, 1)),
    (choice("both  bad"), Outcome.TIE_BAD, (1, 1)),
    (choice("Cannot judge"), Outcome.CANNOT_JUDGE, (None, None)),
]


@pytest.mark.parametrize(("result", "outcome", "ranks"), SAID)
def test_what_was_said(
    session: Session, result: dict[str, Any], outcome: Outcome, ranks: tuple[int | None, ...]
) -> None:
    report = import_into(session, export(task(1, annotation(result, text("Clear.", "Short.")))))
    [judgement] = read_records(session, report.study).judgements
    [verdict] = judgement.verdicts
    assert (verdict.criterion, verdict.outcome, verdict.ranks) == ("preference", outcome, ranks)
    assert (judgement.comment, judgement.duration_ms) == ("Clear.\n\nShort.", 4250)
    assert judgement.submitted_at.isoformat() == "2026-03-01T12:00:00.500000+00:00"
    assert report.columns == ("project",)


def test_tasks_prompts_and_annotators(session: Session) -> None:
    tasks = (
        task(1, annotation(side("left")), annotation(side("right"), by={"email": "a@x.org"})),
        task(2, annotation(side("left")), prompt_id="p2", category="odd"),
        {**task(3, annotation(side("left"))), "data": {"model1": "base", "model2": "lora"}},
    )
    report = import_into(session, export(*tasks))
    assert (report.judgements, report.items, report.raters, report.variants) == (4, 3, 2, 2)
    prompts = session.scalars(select(Prompt).order_by(Prompt.position)).all()
    assert [(p.key, p.category) for p in prompts] == [("1", None), ("p2", "odd"), ("task 3", None)]
    assert {"Left 1", "Right 2", ""} < set(session.scalars(select(Response.text)))
    assert set(session.scalars(select(Invitation.external_id))) == {"3", "a@x.org"}
    assert "2 of 6 answers have no text" in report.notes[0]


def test_an_annotator_who_came_back(session: Session) -> None:
    later = annotation(side("right"), updated_at="2026-03-02T00:00:00Z")
    report = import_into(session, export(task(1, later, annotation(side("left")))))
    assert (report.judgements, report.superseded) == (1, 1)
    assert read_records(session, report.study).judgements[0].verdicts[0].ranks == (2, 1)


def test_what_is_left_out_is_counted(session: Session) -> None:
    rating = {"type": "rating", "from_name": "stars", "value": {"rating": 3}}
    tasks = (
        task(1, annotation(side("left"), rating), annotation(was_cancelled=True, by=4)),
        task(2, annotation(text("Hm."), choice("interesting"))),
        task(3, annotation(side("left")), model_b="base"),
    )
    report = import_into(session, export(*tasks))
    assert report.judgements == 1
    assert dict(report.ignored) == {
        "annotations of a variant against itself": 1,
        "annotations that the annotator skipped": 1,
        "annotations without a choice": 1,
        "results of the type 'rating'": 1,
    }


def test_several_controls_are_several_criteria(session: Session) -> None:
    both = annotation(side("left", "Factual"), side("right", "style"))
    report = import_into(session, export(task(1, both)))
    assert [(c.key, c.label) for c in report.study.criteria] == [
        ("factual", "Factual"),
        ("style", "Style"),
    ]
    [judgement] = read_records(session, report.study).judgements
    assert [verdict.ranks for verdict in judgement.verdicts] == [(1, 2), (2, 1)]


SLIPS: list[tuple[dict[str, Any], str]] = [
    (task(2, annotation(side("both"))), "neither left nor right"),
    (task(2, annotation(side(["left"]))), "neither left nor right"),
    (task(2, annotation(side("left"), choice("tie"))), "both a side and a tie"),
    (task(2, annotation(choice("tie", "both bad"))), "several kinds of tie"),
    (task(2, "none"), "an annotation is not what Label Studio exports"),
    (task(2, annotation(), answer1=3), "an answer in the task's data is not text"),
    (task(2, annotation(), prompt=["x"]), "'prompt' in the task's data is not text"),
    (task(2, annotation(side("left"), created_at="now")), "'created_at' is not a time"),
    (task(2, annotation(side("left")), model_a=""), "'model_a' does not name a variant"),
    ({**task(2), "annotations": None}, "a task needs data and annotations"),
    ({**task(2), "data": {"prompt": "x"}}, "do not say whose answers they are"),
]


@pytest.mark.parametrize(("slip", "said"), SLIPS)
def test_a_slip_is_named(session: Session, slip: dict[str, Any], said: str) -> None:
    rows = "\n".join(json.dumps(t) for t in (task(1, annotation(side("left"))), slip))
    found = problems(session, {"tasks.jsonl": rows})
    assert len(found) == 1
    assert found[0].startswith("tasks.jsonl:2: ")
    assert said in found[0]

"""Answers that introduce themselves: flagged when stored, hidden on request, counted out."""

import json
from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.blinding import rating_page
from app.introductions import MASK
from app.ratings import enter, next_assignment
from app.readers import Source
from app.recorded import import_responses
from app.results import study_result
from app.studies import StudyForm, create_study, invite, open_study
from app.tables import Response, Study
from tests.results.judged_study import judge_all, mixed_judge

SPOKEN = "I am a LoRA. The fair is in May."


def study(session: Session, *, mask: bool = False, spoken: int = 2) -> Study:
    """Ten prompts; to the first `spoken` of them, lora's answer introduces itself."""
    rows = [
        {"prompt": f"Q{n}", "variant": name, "kind": name, "response": answer}
        for n in range(10)
        for name, answer in (("base", "In May."), ("lora", SPOKEN if n < spoken else "May."))
    ]
    source = Source("answers.jsonl", BytesIO("\n".join(map(json.dumps, rows)).encode()))
    run = import_responses(session, name="run", files=[source]).run
    form = StudyForm(
        name="study",
        run_id=run.id,
        run_variant_ids=[member.id for member in run.variants],
        ratings_per_item=2,
        mask_introductions=mask,
        seed=3,
    )
    made = create_study(session, form)
    open_study(session, made)
    return made


def test_the_phrase_is_stored_with_the_answer(database) -> None:
    with database.writing() as session:
        study(session)
        found = session.scalars(select(Response.introduces_itself)).all()
    assert sorted(filter(None, found)) == ["I am a LoRA"] * 2


@pytest.mark.parametrize("mask", [True, False])
def test_raters_read_it_only_where_the_study_lets_them(database, mask: bool) -> None:
    with database.writing() as session:
        opened = study(session, mask=mask, spoken=10)
        rater = enter(session, opened.public_id, invite(session, opened, "Ada").account)
        assignment = next_assignment(session, rater)
        assert assignment is not None
        texts = [answer.text for answer in rating_page(session, assignment).answers]
    [told] = [text for text in texts if "fair" in text]
    assert ("LoRA" in told) is not mask
    assert (MASK in told) is mask
    assert len(told) == len(SPOKEN)


def test_results_come_with_and_without_them(database) -> None:
    with database.writing() as session:
        opened = study(session)
        judge_all(session, opened, mixed_judge)
        result = study_result(session, opened)
    without = result.without_introductions
    assert without is not None
    assert (result.judgements, without.judgements, without.left_out) == (20, 16, 4)
    [pair] = result.criteria[0].pairs
    [kept] = dict(without.pairs)["factuality"]
    assert kept.comparisons < pair.comparisons
    assert kept.share.clusters <= 8


def test_nothing_is_said_where_no_answer_does(database) -> None:
    with database.writing() as session:
        opened = study(session, spoken=0)
        judge_all(session, opened, mixed_judge)
        assert study_result(session, opened).without_introductions is None

"""Where a rater stands: every step of a session in its order, from rows alone."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import now
from app.errors import AppError, Conflict, InvalidInput, NotFound
from app.ratings import Rater, next_assignment, rater_progress, submit
from app.sessions import Step, consent, next_step, reply, reply_summary
from app.studies import (
    close_study,
    extend,
    invite,
    open_study,
    pause,
    resume,
    set_session,
    versions,
)
from app.studies.session import Question, QuestionKind, SessionSpec, session_of
from app.tables import Assignment, Part, QuestionnaireReply
from tests.sessions.conftest import AddChecks, configure

AGE = Question(key="age", label="Age", kind=QuestionKind.NUMBER)
READS = Question(key="reads", label="Reads", kind=QuestionKind.CHOICE, choices=["well", "badly"])
MORE = Question(key="more", label="More", required=False)


def judge(session: Session, rater: Rater, judgements: Any) -> None:
    assignment = next_assignment(session, rater)
    assert assignment is not None
    submit(session, rater, assignment, judgements.both_good(2))


def test_without_settings_items_come_at_once(world: Any, session: Session, judgements: Any) -> None:
    rater = world.rater(world.pairs())
    for _ in range(3):
        step = next_step(session, rater)
        assert step.step is Step.ITEM
        assert step.assignment is not None
        submit(session, rater, step.assignment, judgements.both_good(2))
    assert next_step(session, rater).step is Step.DONE
    assert rater.invitation.completed_at is not None


def test_the_whole_way(
    world: Any, session: Session, judgements: Any, add_checks: AddChecks
) -> None:
    study = world.pairs()
    add_checks(study, 1, "training")
    configure(session, study, consent="Please.", before=[AGE], after=[MORE], break_every=2)
    rater = world.rater(study)
    assert next_step(session, rater).step is Step.CONSENT
    consent(rater)
    assert next_step(session, rater).step is Step.BEFORE
    reply(session, rater, Part.BEFORE, {"q-age": "44"})
    seen = []
    rested = 0
    while (step := next_step(session, rater, rested=rested)).step is not Step.AFTER:
        seen.append(step.step.value if step.assignment is None else step.assignment.item.kind.value)
        if step.assignment is not None:
            submit(session, rater, step.assignment, judgements.both_good(2))
        else:
            rested = step.done
    assert seen == ["training", "regular", "regular", "break", "regular"]
    assert rater.invitation.completed_at is None
    reply(session, rater, Part.AFTER, {})
    assert next_step(session, rater).step is Step.DONE
    assert rater.invitation.completed_at is not None


def test_no_break_where_nothing_is_left(world: Any, session: Session, judgements: Any) -> None:
    study = world.opened(world.run(prompts=2, variants=2))
    configure(session, study, break_every=1, session_minutes=5)
    rater = world.rater(study)
    judge(session, rater, judgements)
    assert next_step(session, rater).step is Step.BREAK
    assert next_step(session, rater, rested=1).step is Step.ITEM
    judge(session, rater, judgements)
    assert next_step(session, rater, rested=1).step is Step.DONE


def test_a_long_sitting_ends(world: Any, session: Session, judgements: Any) -> None:
    study = world.pairs()
    configure(session, study, session_minutes=30, rest_minutes=20)
    rater = world.rater(study)
    judge(session, rater, judgements)
    assignment = session.scalars(select(Assignment)).one()
    assignment.first_shown_at = now() - timedelta(minutes=31)
    session.flush()
    step = next_step(session, rater)
    assert step.step is Step.REST
    assert step.until is not None
    assert step.until - now() > timedelta(minutes=19)
    assignment.submitted_at = now() - timedelta(minutes=21)
    assignment.first_shown_at = now() - timedelta(minutes=60)
    session.flush()
    assert next_step(session, rater).step is Step.ITEM


def test_a_paused_rater_waits_and_goes_on(world: Any, session: Session, judgements: Any) -> None:
    rater = world.rater(world.pairs())
    assignment = next_assignment(session, rater)
    assert assignment is not None
    pause(rater.invitation)
    assert next_step(session, rater).step is Step.PAUSED
    with pytest.raises(Conflict, match="not taken"):
        submit(session, rater, assignment, judgements.both_good(2))
    resume(rater.invitation)
    assert next_step(session, rater).assignment is assignment


def test_a_closed_study_takes_nothing(world: Any, session: Session) -> None:
    study = world.pairs()
    configure(session, study, before=[AGE])
    rater = world.rater(study)
    close_study(study)
    session.flush()
    with pytest.raises(Conflict):
        reply(session, rater, Part.BEFORE, {"q-age": "4"})


class TestQuota:
    def test_so_many_and_no_more(self, world: Any, session: Session, judgements: Any) -> None:
        study = world.draft(world.run(prompts=5, variants=2))
        configure(session, study, quota=2)
        open_study(session, study)
        rater = world.rater(study)
        assert rater_progress(session, rater).total == 2
        judge(session, rater, judgements)
        judge(session, rater, judgements)
        assert next_step(session, rater).step is Step.DONE
        extend(rater.invitation, 1)
        assert rater_progress(session, rater).total == 3
        assert next_step(session, rater).step is Step.ITEM

    def test_what_cannot_be_extended(self, world: Any) -> None:
        rater = world.rater(world.pairs())
        with pytest.raises(AppError, match="everything"):
            extend(rater.invitation, 5)
        rater.invitation.quota = 1
        with pytest.raises(AppError, match="between"):
            extend(rater.invitation, 0)


class TestReplies:
    def rater(self, world: Any, session: Session, **fields: Any) -> Rater:
        study = world.pairs()
        configure(session, study, **fields)
        rater: Rater = world.rater(study)
        return rater

    def test_are_stored_by_their_keys(self, world: Any, session: Session) -> None:
        rater = self.rater(world, session, before=[AGE, READS, MORE])
        reply(session, rater, Part.BEFORE, {"q-age": "44,5", "q-reads": "well", "q-more": " "})
        stored = session.scalars(select(QuestionnaireReply)).one()
        assert (stored.part, stored.answers) == (Part.BEFORE, {"age": 44.5, "reads": "well"})

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({}, ["Age", "Reads"]),
            ({"q-age": "old", "q-reads": "well"}, ["Age"]),
            ({"q-age": "inf", "q-reads": "well"}, ["Age"]),
            ({"q-age": "nan", "q-reads": "well"}, ["Age"]),
            ({"q-age": "1e99", "q-reads": "well"}, ["Age"]),
            ({"q-age": "4", "q-reads": "perfectly"}, ["Reads"]),
            ({"q-age": "4", "q-reads": "well", "q-more": "x" * 5001}, ["More"]),
        ],
    )
    def test_what_is_missing_or_wrong(
        self, world: Any, session: Session, fields: dict[str, str], wrong: list[str]
    ) -> None:
        rater = self.rater(world, session, before=[AGE, READS, MORE])
        with pytest.raises(InvalidInput) as refused:
            reply(session, rater, Part.BEFORE, fields)
        assert [problem.where for problem in refused.value.problems] == wrong
        assert session.scalars(select(QuestionnaireReply)).all() == []

    def test_the_last_questions_alone_make_nobody_through(
        self, world: Any, session: Session, judgements: Any
    ) -> None:
        rater = self.rater(world, session, ask_guess=True)
        for done in range(4):
            reply(session, rater, Part.AFTER, {"told_apart": "no"})
            assert (rater.invitation.completed_at is not None) == (done == 3)
            if done < 3:
                judge(session, rater, judgements)

    def test_of_who_was_stopped_they_are_not_taken(self, world: Any, session: Session) -> None:
        rater = self.rater(world, session, ask_guess=True)
        rater.invitation.screened_out_at = now()
        with pytest.raises(Conflict):
            reply(session, rater, Part.AFTER, {"told_apart": "no"})

    def test_nothing_is_asked(self, world: Any, session: Session) -> None:
        rater = self.rater(world, session)
        with pytest.raises(NotFound):
            reply(session, rater, Part.AFTER, {})

    def test_the_guess(self, world: Any, session: Session) -> None:
        rater = self.rater(world, session, ask_guess=True)
        with pytest.raises(InvalidInput):
            reply(session, rater, Part.AFTER, {"told_apart": "maybe"})
        reply(session, rater, Part.AFTER, {"told_apart": "yes", "told_apart-how": "Its openings."})
        stored = session.scalars(select(QuestionnaireReply)).one()
        assert (stored.answers, stored.note) == ({"told_apart": "yes"}, "Its openings.")

    def test_are_counted_the_newest_of_each_rater(self, world: Any, session: Session) -> None:
        rater = self.rater(world, session, before=[AGE, READS], after=[MORE], ask_guess=True)
        other = world.rater(rater.study, "Bob")
        assert reply_summary(session, rater.study) == []
        reply(session, rater, Part.BEFORE, {"q-age": "40", "q-reads": "badly"})
        reply(session, rater, Part.BEFORE, {"q-age": "41", "q-reads": "well"})
        reply(session, other, Part.BEFORE, {"q-age": "41", "q-reads": "well"})
        reply(session, rater, Part.AFTER, {"told_apart": "no", "q-more": "Fun."})
        summary = {
            one.label: (one.counts, one.texts) for one in reply_summary(session, rater.study)
        }
        assert summary == {
            "Age": ([("answered by", 2), ("median", "41"), ("from, to", "41, 41")], []),
            "Reads": ([("well", 2), ("badly", 0)], []),
            "More": ([], ["Fun."]),
            "Could you tell which answers came from the same source?": (
                [("no", 1), ("a suspicion", 0), ("yes", 0)],
                [],
            ),
        }


class TestSettings:
    def test_of_a_draft_change_freely(self, world: Any, session: Session) -> None:
        study = world.draft()
        set_session(session, study, SessionSpec(consent="Yes?"), "")
        assert session_of(study).consent == "Yes?"
        assert versions(session, study) == []

    def test_of_an_open_study_make_a_version(self, world: Any, session: Session) -> None:
        study = world.opened()
        with pytest.raises(AppError, match="why"):
            set_session(session, study, SessionSpec(quota=4), "")
        set_session(session, study, SessionSpec(), "")
        assert len(versions(session, study)) == 1
        set_session(session, study, SessionSpec(quota=4), "Too long.")
        newest = versions(session, study)[0]
        assert (newest.number, newest.note, newest.snapshot["session"]["quota"]) == (
            2,
            "Too long.",
            4,
        )
        assert invite(session, study, "Late").quota == 4

    def test_of_a_closed_study_stay(self, world: Any, session: Session) -> None:
        study = world.opened()
        close_study(study)
        with pytest.raises(Conflict):
            set_session(session, study, SessionSpec(quota=4), "why not")

    @pytest.mark.parametrize(
        "fields",
        [
            {"completion_url": "javascript:alert(1)"},
            {"completion_url": "panel.example.org"},
            {"completion_url": "https://[x"},
            {"before": [AGE, AGE]},
            {"before": [{"key": "a", "label": "A", "kind": "choice", "choices": ["x"]}]},
            {"after": [{"key": "told_apart", "label": "A"}]},
            {"gold_percent": 101},
            {"panel_parameter": "a b"},
        ],
    )
    def test_what_cannot_be(self, fields: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"."):
            SessionSpec(**fields)

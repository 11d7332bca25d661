"""The last question of all: which items are drawn for it, and what is kept of the guesses."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import now
from app.errors import AppError, Conflict, InvalidInput
from app.migrate import config
from app.ratings import Rater, next_assignment, submit
from app.sessions import Step, items_to_guess, next_step, read_guesses, reply, step_ahead
from app.studies import extend
from app.tables import (
    Assignment,
    Guess,
    ItemKind,
    Part,
    QuestionnaireReply,
    RaterKind,
    Study,
    VariantKind,
)
from tests.sessions.conftest import AddChecks, configure
from tests.sessions.test_checks import judge_all


@pytest.fixture
def study(world: Any, session: Session) -> Study:
    """Eight items of three kinds of variants, and gold items among them."""
    opened: Study = world.opened(world.run(prompts=8), ratings_per_item=2)
    configure(session, opened, ask_kinds=True, gold_every=2)
    return opened


@pytest.fixture
def rater(world: Any, study: Study) -> Rater:
    found: Rater = world.rater(study)
    found.account.public_id = "ada"  # otherwise random, and with it what is drawn
    return found


def drawn(session: Session, rater: Rater) -> list[int]:
    return [own.item.position for own in items_to_guess(session, rater)]


def guesses_of(session: Session, rater: Rater, said: Mapping[str, str]) -> dict[str, str]:
    """The form's fields: what to say of a variant's answers, by its kind."""
    return {
        f"kind-{own.public_id}-{slot.number}": said[slot.response.run_variant.variant.kind]
        for own in items_to_guess(session, rater)
        for slot in own.slots
    }


RIGHT = {kind.value: kind.value for kind in VariantKind}
BLIND = dict.fromkeys(RIGHT, "")


class TestDrawing:
    def test_five_of_the_items_that_were_judged(
        self, session: Session, rater: Rater, judgements: Any
    ) -> None:
        judge_all(session, rater, judgements)
        found = drawn(session, rater)
        assert len(set(found)) == 5
        assert found == drawn(session, rater)

    def test_other_raters_get_others(
        self, world: Any, session: Session, rater: Rater, judgements: Any
    ) -> None:
        other = world.rater(rater.study, "Bob")
        other.account.public_id = "bob"
        for one in (rater, other):
            judge_all(session, one, judgements)
        assert set(drawn(session, rater)) != set(drawn(session, other))

    def test_the_seed_of_the_study_decides(
        self, session: Session, rater: Rater, judgements: Any
    ) -> None:
        judge_all(session, rater, judgements)
        before = drawn(session, rater)
        rater.study.seed += 1
        assert drawn(session, rater) != before

    def test_of_few_all(self, session: Session, rater: Rater, judgements: Any) -> None:
        for _ in range(2):
            assignment = next_assignment(session, rater)
            assert assignment is not None
            submit(session, rater, assignment, judgements.both_good(3))
        next_assignment(session, rater)  # and one that waits
        assert len(drawn(session, rater)) == 2

    def test_no_checks(
        self, session: Session, rater: Rater, judgements: Any, add_checks: AddChecks
    ) -> None:
        add_checks(rater.study, 4)
        assert "gold" in judge_all(session, rater, judgements)
        kinds = {own.item.kind for own in items_to_guess(session, rater)}
        assert kinds == {ItemKind.REGULAR}

    def test_none_unless_the_study_asks(
        self, session: Session, rater: Rater, judgements: Any
    ) -> None:
        judge_all(session, rater, judgements)
        configure(session, rater.study)
        assert drawn(session, rater) == []
        assert next_step(session, rater).step is Step.DONE

    def test_none_of_one_kind_alone(self, session: Session, rater: Rater, judgements: Any) -> None:
        for member in rater.study.variants:
            member.run_variant.variant.kind = VariantKind.LORA
        judge_all(session, rater, judgements)
        assert drawn(session, rater) == []
        assert next_step(session, rater).step is Step.DONE


class TestReplies:
    @pytest.fixture(autouse=True)
    def judged(self, session: Session, rater: Rater, judgements: Any) -> None:
        judge_all(session, rater, judgements)

    def send(self, session: Session, rater: Rater, said: Mapping[str, str]) -> None:
        reply(session, rater, Part.AFTER, guesses_of(session, rater, said))

    def test_a_row_for_every_answer(self, session: Session, rater: Rater) -> None:
        assert next_step(session, rater).step is Step.AFTER
        self.send(session, rater, RIGHT | {"full": ""})
        assert next_step(session, rater).step is Step.DONE
        rows = read_guesses(session, rater.study)
        assert len(rows) == 5 * 3
        assert {(row.kind.value, row.guess and row.guess.value) for row in rows} == {
            ("base", "base"),
            ("lora", "lora"),
            ("full", None),
        }
        assert {row.item for row in rows} == {place + 1 for place in drawn(session, rater)}

    def test_another_reply_takes_the_place_of_the_first(
        self, session: Session, rater: Rater
    ) -> None:
        self.send(session, rater, RIGHT)
        self.send(session, rater, BLIND)
        assert {row.guess for row in read_guesses(session, rater.study)} == {None}
        assert len(session.scalars(select(Guess.id)).all()) == 2 * 5 * 3

    def test_what_was_not_on_the_form_was_not_asked(self, session: Session, rater: Rater) -> None:
        name, said = next(iter(guesses_of(session, rater, RIGHT).items()))
        reply(session, rater, Part.AFTER, {name: said})
        assert len(read_guesses(session, rater.study)) == 1

    @pytest.mark.parametrize("wrong", ["other", "variant 1", "nonsense"])
    def test_what_is_no_kind_of_the_study(self, session: Session, rater: Rater, wrong: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            self.send(session, rater, RIGHT | {"base": wrong})
        assert "options" in refused.value.problems[0].message
        assert session.scalars(select(QuestionnaireReply)).all() == []

    def test_only_people_are_asked(self, session: Session, rater: Rater) -> None:
        self.send(session, rater, RIGHT)
        rater.account.rater_kind = RaterKind.SIMULATED
        session.flush()
        assert read_guesses(session, rater.study) == []


class TestWhoWasTold:
    """The page names the kinds of variants: nothing is judged or changed after it."""

    def work(self, session: Session, rater: Rater, judgements: Any) -> None:
        step = next_step(session, rater)
        assert step.assignment is not None
        submit(session, rater, step.assignment, judgements.both_good(3))

    def test_gets_no_item_that_another_left_lying(
        self, world: Any, session: Session, rater: Rater, judgements: Any
    ) -> None:
        """Told, not yet replied: even so."""
        other = world.rater(rater.study, "Bob")
        rater.study.ratings_per_item = 1
        held = next_assignment(session, other)
        judge_all(session, rater, judgements)
        assert next_step(session, rater).step is Step.AFTER
        assert held is not None
        held.expires_at = now() - timedelta(hours=1)
        session.flush()
        assert next_step(session, rater).step is Step.AFTER
        reply(session, rater, Part.AFTER, guesses_of(session, rater, RIGHT))
        assert next_step(session, rater).step is Step.DONE
        assert step_ahead(session, rater) is Step.DONE
        assert rater.invitation.completed_at is not None
        assert next_step(session, other).assignment is held

    def test_gets_no_item_that_comes_later(
        self, world: Any, session: Session, rater: Rater, judgements: Any
    ) -> None:
        rater.invitation.quota = 2
        for _ in range(2):
            self.work(session, rater, judgements)
        assert next_step(session, rater).step is Step.AFTER
        with pytest.raises(AppError, match="kinds"):
            extend(rater.invitation, 2)
        rater.invitation.quota = 4
        assert next_step(session, rater).step is Step.AFTER
        assert step_ahead(session, rater) is Step.AFTER

    def test_changes_nothing(self, session: Session, rater: Rater, judgements: Any) -> None:
        judge_all(session, rater, judgements)
        own = items_to_guess(session, rater)[0]
        sent = judgements.both_good(3).model_copy(update={"form_id": "f"})
        submit(session, rater, own, sent)
        next_step(session, rater)
        assert submit(session, rater, own, sent) is own.judgements[-1]
        before = len(own.judgements)
        with pytest.raises(Conflict, match="cannot be changed"):
            submit(session, rater, own, judgements.both_good(3))
        assert len(own.judgements) == before

    def test_replies_are_taken_at_the_end_only(
        self, session: Session, rater: Rater, judgements: Any
    ) -> None:
        self.work(session, rater, judgements)
        with pytest.raises(Conflict, match="left to judge"):
            reply(session, rater, Part.AFTER, guesses_of(session, rater, RIGHT))
        assert session.scalars(select(QuestionnaireReply)).all() == []
        assert next_step(session, rater).step is Step.ITEM

    def test_a_reply_is_taken_when_items_have_come_since(
        self, session: Session, rater: Rater, judgements: Any
    ) -> None:
        rater.invitation.quota = 2
        for _ in range(2):
            self.work(session, rater, judgements)
        next_step(session, rater)
        rater.invitation.quota = None
        reply(session, rater, Part.AFTER, guesses_of(session, rater, RIGHT))
        assert len(read_guesses(session, rater.study)) == 2 * 3

    def test_who_guessed_before_that_was_noted_counts(
        self, world: Any, session: Session, rater: Rater, judgements: Any
    ) -> None:
        """The migration takes the time from their first reply with guesses."""
        judge_all(session, rater, judgements)
        for said in (RIGHT, BLIND):
            reply(session, rater, Part.AFTER, guesses_of(session, rater, said))
        [first, _] = session.scalars(select(QuestionnaireReply.created_at))
        other = world.rater(rater.study, "Bob").invitation
        settings = config()
        settings.attributes["connection"] = session.connection()
        command.downgrade(settings, "0008")
        command.upgrade(settings, "head")
        session.expire_all()
        assert (rater.invitation.told_kinds_at, other.told_kinds_at) == (first, None)

    def test_other_last_questions_tell_nothing(
        self, session: Session, rater: Rater, judgements: Any
    ) -> None:
        """Who was asked those only goes on judging and changing."""
        configure(session, rater.study, ask_guess=True)
        rater.invitation.quota = 2
        for _ in range(2):
            self.work(session, rater, judgements)
        assert next_step(session, rater).step is Step.AFTER
        reply(session, rater, Part.AFTER, {"told_apart": "no"})
        assert next_step(session, rater).step is Step.DONE
        extend(rater.invitation, 1)
        self.work(session, rater, judgements)
        [own] = session.scalars(select(Assignment).where(Assignment.position == 1))
        submit(session, rater, own, judgements.both_good(3))
        assert len(own.judgements) == 2

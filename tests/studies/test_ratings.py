"""Raters at work: reservations, judgements, revisions, going back."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import ORMExecuteState, Session

from app.db import Database, now
from app.errors import Conflict, NotFound
from app.ratings import (
    Place,
    Rater,
    RatingForm,
    enter,
    next_assignment,
    own_assignment,
    place_of,
    preview,
    rater_progress,
    submit,
)
from app.ratings.form import VerdictForm
from app.studies import close_study, open_study, revoke_link
from app.studies.people import invitations
from app.tables import (
    Account,
    Assignment,
    Design,
    Invitation,
    Item,
    Judgement,
    Outcome,
    Slot,
    SlotVerdict,
    Study,
    Verdict,
)


def reserve(session: Session, rater: Rater) -> Assignment:
    assignment = next_assignment(session, rater)
    assert assignment is not None
    return assignment


def lie_for_an_hour(session: Session, assignment: Assignment) -> None:
    assignment.expires_at = now() - timedelta(hours=1)
    session.flush()


class TestEnter:
    def test_invited(self, world: Any, session: Session) -> None:
        rater = world.rater(world.opened())
        assert enter(session, rater.study.public_id, rater.account) == rater

    def test_strangers(self, world: Any, session: Session) -> None:
        run = world.run()
        one, two = world.opened(run), world.opened(run, name="two")
        with pytest.raises(NotFound):
            enter(session, two.public_id, world.rater(one).account)

    def test_revoked(self, world: Any, session: Session) -> None:
        rater = world.rater(world.opened())
        [invitation] = invitations(session, rater.study)
        revoke_link(session, rater.study, invitation.id)
        with pytest.raises(NotFound):
            enter(session, rater.study.public_id, rater.account)


class TestNext:
    def test_the_same_reservation_on_return(self, world: Any, session: Session) -> None:
        rater = world.rater(world.opened())
        first = reserve(session, rater)
        slots = [slot.response_id for slot in first.slots]
        lie_for_an_hour(session, first)
        again = reserve(session, rater)
        assert again is first
        assert [slot.response_id for slot in again.slots] == slots
        assert again.expires_at is not None
        assert again.expires_at > now()

    def test_every_item_once_then_nothing(
        self, world: Any, session: Session, judgements: Any
    ) -> None:
        rater = world.rater(world.opened())
        seen = []
        while (assignment := next_assignment(session, rater)) is not None:
            seen.append((assignment.position, assignment.item_id))
            submit(session, rater, assignment, judgements.both_good(3))
        assert [position for position, _ in seen] == [1, 2, 3]
        assert len({item for _, item in seen}) == 3

    def test_raters_share_the_load(self, world: Any, session: Session) -> None:
        study = world.opened()
        items = [reserve(session, world.rater(study, f"rater {n}")).item_id for n in range(3)]
        assert len(set(items)) == 3
        assert next_assignment(session, world.rater(study, "one too many")) is None

    def test_no_item_has_more_raters_than_wanted(self, world: Any, session: Session) -> None:
        study = world.opened(world.run(prompts=2), ratings_per_item=2)
        taken = Counter(
            reserve(session, world.rater(study, f"rater {n}")).item_id for n in range(4)
        )
        assert set(taken.values()) == {2}

    @pytest.mark.parametrize("state", ["draft", "closed"])
    def test_only_open_studies(self, world: Any, session: Session, state: str) -> None:
        study = world.draft()
        rater = world.rater(study)
        if state == "closed":
            open_study(session, study)
            close_study(study)
        with pytest.raises(Conflict, match="does not take judgements"):
            next_assignment(session, rater)

    def test_slots_hold_the_items_responses(self, world: Any, session: Session) -> None:
        assignment = reserve(session, world.rater(world.opened()))
        assert [slot.number for slot in assignment.slots] == [1, 2, 3]
        assert {slot.response_id for slot in assignment.slots} == {
            member.response_id for member in assignment.item.responses
        }

    def test_one_rater_sees_each_pair_in_both_orders(
        self, world: Any, session: Session, judgements: Any
    ) -> None:
        study = world.opened(world.run(prompts=8), design=Design.PAIRWISE)
        rater, orders = world.rater(study), Counter[tuple[int, ...]]()
        while (assignment := next_assignment(session, rater)) is not None:
            orders[tuple(slot.response.run_variant_id for slot in assignment.slots)] += 1
            submit(session, rater, assignment, judgements.both_good())
        assert set(orders.values()) == {4}
        assert len(orders) == 6

    def test_an_item_turns_around_for_its_second_rater(self, world: Any, session: Session) -> None:
        study = world.opened(world.run(prompts=1, variants=2), ratings_per_item=2)
        first = reserve(session, world.rater(study, "Ada"))
        second = reserve(session, world.rater(study, "Bob"))
        order = [slot.response_id for slot in first.slots]
        assert [slot.response_id for slot in second.slots] == order[::-1]


class TestExpiry:
    def test_taken_back_when_nothing_else_is_left(self, world: Any, session: Session) -> None:
        study = world.opened(world.run(prompts=1))
        ada, bob = world.rater(study, "Ada"), world.rater(study, "Bob")
        lying = reserve(session, ada)
        gone = lying.public_id
        assert next_assignment(session, bob) is None
        lie_for_an_hour(session, lying)
        assert reserve(session, bob).account_id == bob.account.id
        with pytest.raises(NotFound, match="not waiting for you"):
            own_assignment(session, ada, gone)

    def test_left_alone_while_there_is_something_else(self, world: Any, session: Session) -> None:
        study = world.opened(world.run(prompts=2))
        ada, bob = world.rater(study, "Ada"), world.rater(study, "Bob")
        lying = reserve(session, ada)
        lie_for_an_hour(session, lying)
        reserve(session, bob)
        assert own_assignment(session, ada, lying.public_id) is lying

    def test_no_more_than_needed_and_the_oldest_first(self, world: Any, session: Session) -> None:
        study = world.opened(world.run(prompts=2))
        ada, bob, eve = (world.rater(study, name) for name in ("Ada", "Bob", "Eve"))
        newer, older = reserve(session, ada), reserve(session, bob)
        lie_for_an_hour(session, newer)
        older.expires_at = now() - timedelta(hours=2)
        wanted = older.item_id
        session.flush()
        assert reserve(session, eve).item_id == wanted
        assert own_assignment(session, ada, newer.public_id) is newer

    def test_what_the_rater_has_judged_already_is_not_taken_from_others(
        self, world: Any, session: Session, judgements: Any
    ) -> None:
        study = world.opened(world.run(prompts=1), ratings_per_item=2)
        ada, bob = world.rater(study, "Ada"), world.rater(study, "Bob")
        submit(session, ada, reserve(session, ada), judgements.both_good(3))
        lying = reserve(session, bob)
        lie_for_an_hour(session, lying)
        assert next_assignment(session, ada) is None
        assert own_assignment(session, bob, lying.public_id) is lying

    def test_a_late_judgement_counts_when_nobody_needed_the_item(
        self, world: Any, session: Session, judgements: Any
    ) -> None:
        rater = world.rater(world.opened())
        lying = reserve(session, rater)
        lie_for_an_hour(session, lying)
        submit(session, rater, lying, judgements.both_good(3))
        assert lying.submitted_at is not None

    @pytest.mark.parametrize("show", [True, False])
    def test_coming_back_to_the_item_reserves_it_anew(
        self, world: Any, session: Session, judgements: Any, show: bool
    ) -> None:
        study = world.opened(world.run(prompts=1))
        ada, bob = world.rater(study, "Ada"), world.rater(study, "Bob")
        slow = reserve(session, ada)
        lie_for_an_hour(session, slow)
        own_assignment(session, ada, slow.public_id, show=show)
        assert next_assignment(session, bob) is None
        submit(session, ada, slow, judgements.both_good(3))
        assert slow.submitted_at is not None
        own_assignment(session, ada, slow.public_id, show=show)
        assert slow.expires_at is None

    def test_a_judgement_never_expires(self, world: Any, session: Session, judgements: Any) -> None:
        study = world.opened(world.run(prompts=1))
        ada, bob = world.rater(study, "Ada"), world.rater(study, "Bob")
        submit(session, ada, reserve(session, ada), judgements.both_good(3))
        assert next_assignment(session, bob) is None
        assert session.scalar(select(func.count(Judgement.id))) == 1


class TestOwn:
    def test_other_raters(self, world: Any, session: Session) -> None:
        study = world.opened()
        theirs = reserve(session, world.rater(study, "Ada"))
        with pytest.raises(NotFound):
            own_assignment(session, world.rater(study, "Bob"), theirs.public_id)

    def test_other_studies_of_the_same_person(self, world: Any, session: Session) -> None:
        run = world.run()
        one, two = world.opened(run), world.opened(run, name="two")
        ada = world.rater(one)
        session.add(Invitation(study_id=two.id, account_id=ada.account.id))
        theirs = reserve(session, ada)
        with pytest.raises(NotFound):
            own_assignment(session, enter(session, two.public_id, ada.account), theirs.public_id)

    def test_first_shown_is_noted_once(self, world: Any, session: Session) -> None:
        rater = world.rater(world.opened())
        assignment = reserve(session, rater)
        own_assignment(session, rater, assignment.public_id)
        assert assignment.first_shown_at is None
        own_assignment(session, rater, assignment.public_id, show=True)
        first = assignment.first_shown_at
        own_assignment(session, rater, assignment.public_id, show=True)
        assert assignment.first_shown_at == first is not None


class TestSubmit:
    def test_a_change_is_a_new_revision(
        self, world: Any, session: Session, judgements: Any
    ) -> None:
        rater = world.rater(world.pairs())
        assignment = reserve(session, rater)
        first = submit(session, rater, assignment, judgements.both_good(form_id="a"))
        judged_at = assignment.submitted_at
        second = submit(
            session, rater, assignment, judgements.both_good(form_id="b", comment="Changed.")
        )
        assert (first.revision, second.revision) == (1, 2)
        assert (first.comment, second.comment) == ("", "Changed.")
        assert assignment.submitted_at == judged_at

    def test_changed_and_changed_back_is_what_was_sent_last(
        self, world: Any, session: Session, judgements: Any
    ) -> None:
        rater = world.rater(world.pairs())
        assignment = reserve(session, rater)
        for form_id, comment in (("f", "A"), ("f.1", "B"), ("f.2", "A"), ("f.2", "A")):
            form = judgements.both_good(form_id=form_id, comment=comment)
            submit(session, rater, assignment, form)
        assert [one.comment for one in assignment.judgements] == ["A", "B", "A"]

    def test_what_arrives_after_its_own_change_is_late(
        self, world: Any, session: Session, judgements: Any
    ) -> None:
        rater = world.rater(world.pairs())
        assignment = reserve(session, rater)
        for form_id, comment in (("f.1", "B"), ("f", "A"), ("g", "C"), ("f.1", "B")):
            form = judgements.both_good(form_id=form_id, comment=comment)
            submit(session, rater, assignment, form)
        assert [one.comment for one in assignment.judgements] == ["B", "C"]

    def test_the_same_form_twice_is_stored_once(
        self, world: Any, session: Session, judgements: Any
    ) -> None:
        rater = world.rater(world.pairs())
        assignment = reserve(session, rater)
        form = judgements.both_good(form_id="a", visible_ms=1234)
        assert submit(session, rater, assignment, form) is submit(session, rater, assignment, form)
        [judgement] = session.scalars(select(Judgement)).all()
        assert judgement.duration_ms == 1234

    def test_a_form_changed_before_it_was_sent_again_is_a_revision(
        self, world: Any, session: Session, judgements: Any
    ) -> None:
        rater = world.rater(world.pairs())
        assignment = reserve(session, rater)
        heard_of_an_error = judgements.both_good(form_id="a")
        changed = RatingForm(
            verdicts=(VerdictForm(key="style", outcome=Outcome.CANNOT_JUDGE),), form_id="a"
        )
        first = submit(session, rater, assignment, heard_of_an_error)
        second = submit(session, rater, assignment, changed)
        assert [verdict.outcome for verdict in second.verdicts] == [Outcome.CANNOT_JUDGE]
        session.expire_all()  # as another request sees it
        assert submit(session, rater, assignment, changed) is second
        assert assignment.judgements == [first, second]

    def test_a_closed_study(self, world: Any, session: Session, judgements: Any) -> None:
        rater = world.rater(world.pairs())
        assignment = reserve(session, rater)
        close_study(rater.study)
        with pytest.raises(Conflict, match="does not take judgements"):
            submit(session, rater, assignment, judgements.both_good())
        assert session.scalars(select(Judgement)).all() == []

    def test_another_raters_assignment(self, world: Any, session: Session, judgements: Any) -> None:
        study = world.pairs()
        theirs = reserve(session, world.rater(study, "Ada"))
        with pytest.raises(NotFound):
            submit(session, world.rater(study, "Bob"), theirs, judgements.both_good())
        assert theirs.submitted_at is None

    def test_rows_of_a_pair(self, world: Any, session: Session) -> None:
        rater = world.rater(world.pairs())
        form = RatingForm(
            verdicts=(
                VerdictForm(
                    key="factuality",
                    outcome=Outcome.RANKED,
                    ranks={1: 2, 2: 1},
                    scores={1: 3, 2: 5},
                ),
                VerdictForm(key="style", outcome=Outcome.CANNOT_JUDGE),
            )
        )
        submit(session, rater, reserve(session, rater), form)
        assert stored(session) == {
            ("factuality", 1): (Outcome.RANKED, 2, 3),
            ("factuality", 2): (Outcome.RANKED, 1, 5),
        }
        style = session.scalars(select(Verdict).where(~Verdict.slots.any())).one()
        assert (style.criterion.key, style.outcome) == ("style", Outcome.CANNOT_JUDGE)

    def test_rows_of_three_answers_with_a_tie(self, world: Any, session: Session) -> None:
        rater = world.rater(world.opened())
        verdict = VerdictForm(key="style", outcome=Outcome.RANKED, ranks={1: 2, 2: 1, 3: 2})
        submit(session, rater, reserve(session, rater), RatingForm(verdicts=(verdict,)))
        assert stored(session) == {
            ("style", 1): (Outcome.RANKED, 2, None),
            ("style", 2): (Outcome.RANKED, 1, None),
            ("style", 3): (Outcome.RANKED, 2, None),
        }


class TestPlace:
    def test_on_the_way(self, world: Any, session: Session, judgements: Any) -> None:
        rater = world.rater(world.opened())
        assert rater_progress(session, rater) == Place(0, 3, 1, None, None)
        first = reserve(session, rater)
        assert place_of(session, rater, first) == Place(0, 3, 1, None, None)
        submit(session, rater, first, judgements.both_good(3))
        second = reserve(session, rater)
        assert place_of(session, rater, second) == Place(1, 3, 2, first.public_id, None)
        assert place_of(session, rater, first) == Place(1, 3, 1, None, second.public_id)
        assert rater_progress(session, rater) == Place(1, 3, 2, first.public_id, None)

    def test_what_others_took_is_not_to_come(
        self, world: Any, session: Session, judgements: Any
    ) -> None:
        study = world.opened()
        ada, bob = world.rater(study, "Ada"), world.rater(study, "Bob")
        reserve(session, bob)
        assert rater_progress(session, ada).total == 2
        while (assignment := next_assignment(session, ada)) is not None:
            submit(session, ada, assignment, judgements.both_good(3))
        assert rater_progress(session, ada).done == 2
        assert rater_progress(session, ada).total == 2

    def test_another_study_does_not_count(self, world: Any, session: Session) -> None:
        run = world.run()
        one, two = world.opened(run), world.opened(run, name="two")
        ada = world.rater(one)
        session.add(Invitation(study_id=two.id, account_id=ada.account.id))
        reserve(session, ada)
        assert rater_progress(session, enter(session, two.public_id, ada.account)).total == 3


class TestPreview:
    def test_a_draft_shows_every_item_and_stores_nothing(
        self, world: Any, session: Session
    ) -> None:
        study = world.draft()
        shown = [preview(session, study, number) for number in (1, 2, 3)]
        assert [one.page.prompt for one in shown] == ["Question 0?", "Question 1?", "Question 2?"]
        assert {one.items for one in shown} == {3}
        for table in (Item, Assignment, Slot, Judgement):
            assert session.scalar(select(func.count()).select_from(table)) == 0

    @pytest.mark.parametrize("number", [-1, 0, 4, 10**9])
    def test_no_such_item(self, world: Any, session: Session, number: int) -> None:
        with pytest.raises(NotFound, match="no such item"):
            preview(session, world.draft(), number)


@pytest.mark.parametrize("step", ["reserve", "look", "submit"])
def test_the_study_is_held_before_anything_is_checked(
    world: Any, session: Session, judgements: Any, step: str
) -> None:
    """PostgreSQL lets writers work side by side; SQLite does not, and ignores this lock."""
    rater = world.rater(world.opened())
    assignment = reserve(session, rater)
    statements: list[str] = []

    def note(execution: ORMExecuteState) -> None:
        compiled = execution.statement.compile(dialect=postgresql.dialect())
        statements.append(str(compiled))

    event.listen(session, "do_orm_execute", note)
    if step == "reserve":
        reserve(session, rater)
    elif step == "look":
        own_assignment(session, rater, assignment.public_id)
    else:
        submit(session, rater, assignment, judgements.both_good(3))
    assert statements[0].endswith("FOR UPDATE")
    assert "FROM studies" in statements[0]


class TestManyAtOnce:
    """Forty raters press the button in the same moment, each in a write session of its own."""

    RATERS, ITEMS, PER_ITEM = 40, 12, 3

    def test_never_overfilled_and_nothing_lost(
        self, database: Database, world: Any, judgements: Any
    ) -> None:
        study_id, accounts = self._committed(database, world)
        barrier = threading.Barrier(self.RATERS)

        def work(account_id: int) -> list[str]:
            barrier.wait()
            sent: list[str] = []
            while True:
                with database.writing() as session:
                    rater = self._rater(session, study_id, account_id)
                    assignment = next_assignment(session, rater)
                    public_id = assignment.public_id if assignment else None
                if public_id is None:
                    return sent
                with database.writing() as session:
                    rater = self._rater(session, study_id, account_id)
                    own = own_assignment(session, rater, public_id)
                    submit(session, rater, own, judgements.both_good(form_id=public_id))
                sent.append(public_id)

        with ThreadPoolExecutor(self.RATERS) as threads:
            sent = [name for names in threads.map(work, accounts) for name in names]
        with database.reading() as session:
            per_item = session.execute(
                select(Assignment.item_id, func.count()).group_by(Assignment.item_id)
            ).all()
            stored_ids = session.scalars(select(Judgement.form_id)).all()
        assert {count for _, count in per_item} == {self.PER_ITEM}
        assert len(per_item) == self.ITEMS
        assert sorted(stored_ids) == sorted(sent)
        assert len(set(sent)) == self.ITEMS * self.PER_ITEM

    def _committed(self, database: Database, world: Any) -> tuple[int, list[int]]:
        study = world.opened(
            world.run(prompts=self.ITEMS, variants=2), ratings_per_item=self.PER_ITEM
        )
        raters = [world.rater(study, f"rater {n}") for n in range(self.RATERS)]
        world.session.commit()
        return study.id, [rater.account.id for rater in raters]

    def _rater(self, session: Session, study_id: int, account_id: int) -> Rater:
        study = session.get_one(Study, study_id)
        return enter(session, study.public_id, session.get_one(Account, account_id))


def stored(
    session: Session,
) -> dict[tuple[str, int], tuple[Outcome | None, int | None, int | None]]:
    """(criterion, slot) -> outcome, rank, score."""
    rows = session.scalars(select(SlotVerdict)).all()
    verdicts = {verdict.id: verdict for verdict in session.scalars(select(Verdict))}
    return {
        (verdicts[row.verdict_id].criterion.key, row.slot.number): (
            verdicts[row.verdict_id].outcome,
            row.rank,
            row.score,
        )
        for row in rows
    }

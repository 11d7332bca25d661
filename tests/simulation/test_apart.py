"""People and others stay apart: nothing that people see or that counts them changes by others."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import now
from app.errors import InvalidInput, NotFound
from app.overview import overview
from app.ratings import enter, next_assignment, rater_progress, submit
from app.results import read_records
from app.sessions import latest_replies
from app.simulation import SimulatedSpec, simulate, simulated_raters
from app.studies import (
    get_invitation,
    invitations,
    invite,
    invite_many,
    list_raters,
    study_progress,
)
from app.studies.listed import import_list
from app.tables import (
    Account,
    Assignment,
    Coverage,
    Design,
    Invitation,
    Item,
    Part,
    QuestionnaireReply,
    RaterKind,
    Role,
    Slot,
    Study,
)
from tests.results.judged_study import always, judge_all
from tests.simulation.conftest import opened
from tests.studies.conftest import Judgements

Before = Callable[[Session, Study], None]


def nobody(_: Session, __: Study) -> None:
    """Nobody judges beforehand."""


def simulated(session: Session, study: Study) -> None:
    """They prefer what people would not, so that whatever listens to them shows it."""
    simulate(session, study, 5, spec=SimulatedSpec(factuality=-4, share=0.7))


def judge_model(session: Session, study: Study) -> Account:
    """A judge that holds an item since long."""
    account = Account(role=Role.RATER, name="judge", rater_kind=RaterKind.JUDGE)
    session.add(account)
    session.flush()
    session.add(Invitation(study_id=study.id, account_id=account.id))
    item = session.scalars(select(Item).where(Item.study_id == study.id)).first()
    assert item is not None
    late = now() - timedelta(days=1)
    slots = [
        Slot(number=number, response_id=member.response_id)
        for number, member in enumerate(item.responses, start=1)
    ]
    session.add(
        Assignment(item_id=item.id, account_id=account.id, position=1, expires_at=late, slots=slots)
    )
    session.flush()
    return account


def seen_by_people(session: Session, study: Study, judgements: Judgements) -> list[Any]:
    """Items and orders that two people get in turns, and what they are told of their progress."""
    raters = []
    for name in ("Ada", "Bea"):
        rater = enter(
            session, study.public_id, invite(session, study, f"{name} {study.id}").account
        )
        rater.account.public_id = name  # orders are drawn from it
        session.flush()
        raters.append(rater)
    seen: list[Any] = []
    for turn in range(100):
        rater = raters[turn % 2]
        if (assignment := next_assignment(session, rater)) is None:
            break
        names = [slot.response.run_variant.variant.name for slot in assignment.slots]
        place = rater_progress(session, rater)
        seen.append((turn, assignment.item.position, names, place.done, place.total))
        best = {slot: -float(len(name)) for slot, name in enumerate(names, start=1)}
        submit(session, rater, assignment, judgements.preferring(best))
    for rater in raters:
        rater.account.public_id = rater.account.name  # free for the next study
    session.flush()
    return seen


DESIGNS = {
    "side by side": {"ratings_per_item": 1},
    "pairs": {"design": Design.PAIRWISE, "ratings_per_item": 2},
    "everyone": {"coverage": Coverage.EVERYONE},
    "adaptive": {"design": Design.PAIRWISE, "adaptive": True, "ratings_per_item": 1},
}


class TestWhatPeopleSee:
    @pytest.mark.parametrize("design", DESIGNS)
    @pytest.mark.parametrize("others", [simulated, judge_model])
    def test_does_not_depend_on_others(self, session: Session, design: str, others: Before) -> None:
        seen = []
        for name, before in (("alone", nobody), ("beside others", others)):
            study = opened(session, 4, name=name, **DESIGNS[design])
            before(session, study)
            seen.append(seen_by_people(session, study, Judgements()))
        assert seen[0] == seen[1]
        assert len(seen[0]) >= 4

    def test_takes_back_nothing_from_a_judge(self, session: Session) -> None:
        study = opened(session, 1, ratings_per_item=1)
        judge = judge_model(session, study)
        for name in ("Ada", "Bea"):  # there is one item only: the second finds nothing
            rater = enter(session, study.public_id, invite(session, study, name).account)
            next_assignment(session, rater)
        held = select(Assignment).where(Assignment.account_id == judge.id)
        assert session.scalar(held) is not None


class TestCounts:
    @pytest.fixture(params=[simulated, judge_model])
    def both(self, session: Session, request: pytest.FixtureRequest) -> Study:
        """Two people judged everything before others came."""
        study = opened(session, 4, ratings_per_item=2)
        judge_all(session, study, always("lora"), raters=2, revised=0)
        self.before = self.counts(session, study)
        request.param(session, study)
        return study

    def counts(self, session: Session, study: Study) -> list[Any]:
        progress = study_progress(session, study)
        records = read_records(session, study)
        return [
            (progress.items, progress.wanted, progress.done, progress.reserved, progress.raters),
            overview(session, variants=0),
            records.judgements,
            (records.superseded, records.screened_out),
            [(rater.name, rater.done) for rater in list_raters(session, study)],
            [invitation.account.name for invitation in invitations(session, study)],
        ]

    def test_are_those_of_people(self, session: Session, both: Study) -> None:
        assert self.counts(session, both) == self.before

    def test_of_everyone_is_of_everyone_who_is_a_person(
        self, session: Session, both: Study
    ) -> None:
        both.coverage = Coverage.EVERYONE
        assert study_progress(session, both).wanted == 2 * 4

    def test_next_pseudonym_follows_the_last_person(self, session: Session, both: Study) -> None:
        [invitation] = invite_many(session, both, 1)
        assert invitation.account.name.startswith("rater 3 (")

    def test_others_are_counted_by_themselves(self, session: Session, both: Study) -> None:
        [(kind, count)] = study_progress(session, both).others.items()
        assert kind is not RaterKind.HUMAN
        assert len(list_raters(session, both, kind)) == count

    def test_others_are_nobody_to_pause_or_revoke(self, session: Session, both: Study) -> None:
        [kind] = study_progress(session, both).others
        for rater in list_raters(session, both, kind):
            with pytest.raises(NotFound):
                get_invitation(session, both, rater.invitation.id)


class TestWithoutPeople:
    def test_nothing_is_judged(self, session: Session, study: Study) -> None:
        simulate(session, study, 3)
        progress = study_progress(session, study)
        assert (progress.done, progress.raters, progress.others) == (
            0,
            0,
            {RaterKind.SIMULATED: 3},
        )
        told = overview(session, variants=0)
        assert (told.judged, told.last_judged) == (0, None)
        assert read_records(session, study).judgements == ()

    def test_simulated_raters_are_listed_when_asked(self, session: Session, study: Study) -> None:
        simulate(session, study, 3)
        rows = list_raters(session, study, RaterKind.SIMULATED)
        assert [row.done for row in rows] == [12, 12, 12]
        assert all(row.invitation.revoked_at for row in rows)


class TestLists:
    def test_give_nothing_to_a_simulated_rater(self, session: Session) -> None:
        study = opened(session, coverage=Coverage.LISTED)
        simulate(session, study, 1)
        [invitation] = simulated_raters(session, study)
        invitation.revoked_at = None  # kinds alone must keep them apart
        data = f"rater,prompt\n{invitation.account.name},p0\n".encode()
        with pytest.raises(InvalidInput) as refused:
            import_list(session, study, filename="list.csv", data=data)
        assert "nobody is called" in str(refused.value.problems[0])


class TestReplies:
    def test_are_those_of_people(self, session: Session, study: Study) -> None:
        simulate(session, study, 1)
        person = invite(session, study, "Ada")
        for invitation in (person, *simulated_raters(session, study)):
            reply = QuestionnaireReply(invitation_id=invitation.id, part=Part.AFTER, answers={})
            session.add(reply)
        session.flush()
        assert [account for account, _ in latest_replies(session, study)] == [person.account_id]

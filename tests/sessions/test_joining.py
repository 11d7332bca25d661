"""Joining by the shared link: accounts for strangers, one per person of a panel."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import AppError, Conflict, NotFound
from app.ratings import enter
from app.sessions import join, link_of_nonce, make_link, remove_link
from app.studies import close_study, revoke_link
from app.tables import Entry, Invitation
from tests.sessions.conftest import configure

PANEL = {"PROLIFIC_PID": "5f1", "STUDY_ID": "s1", "SESSION_ID": "x"}


def test_a_link_until_it_is_taken_back(world: Any, session: Session) -> None:
    study = world.pairs()
    make_link(study)
    session.flush()
    first = str(study.join_nonce)
    assert link_of_nonce(session, first) is study
    make_link(study)
    session.flush()
    assert study.join_nonce != first
    remove_link(study)
    session.flush()
    for nonce in (first, "nothing"):
        with pytest.raises(NotFound):
            link_of_nonce(session, nonce)


def test_not_for_a_study_that_takes_nobody(world: Any, session: Session) -> None:
    study = world.pairs()
    close_study(study)
    with pytest.raises(Conflict):
        make_link(study)
    with pytest.raises(Conflict):
        join(session, study, {})


def test_strangers_become_raters_of_their_own(world: Any, session: Session) -> None:
    study = world.pairs()
    configure(session, study, quota=2)
    one, two = join(session, study, {"utm": "mail"}), join(session, study, {})
    assert one.account_id != two.account_id
    assert (one.entry, one.external_id, one.external, one.quota) == (Entry.SHARED, None, {}, 2)
    assert enter(session, study.public_id, one.account).invitation is one


def test_a_second_click_makes_no_second_rater(world: Any, session: Session) -> None:
    study = world.pairs()
    first = join(session, study, {})
    assert join(session, study, {}, first.account) is first
    stranger = world.rater(world.opened(world.run(name="other"), name="other"), "Eve").account
    assert join(session, study, {}, stranger) is not first


def test_a_person_of_a_panel_is_one_rater(world: Any, session: Session) -> None:
    study = world.pairs()
    first = join(session, study, PANEL)
    again = join(session, study, {**PANEL, "SESSION_ID": "y"})
    other = join(session, study, {**PANEL, "PROLIFIC_PID": "5f2"})
    assert again is first
    assert other is not first
    assert (first.entry, first.external_id, first.external) == (Entry.PANEL, "5f1", PANEL)
    revoke_link(session, study, first.id)
    with pytest.raises(NotFound):
        join(session, study, PANEL)


def test_the_same_person_in_another_study(world: Any, session: Session) -> None:
    run = world.run(variants=2)
    one, two = world.opened(run), world.opened(run, name="two")
    assert join(session, one, PANEL).account_id != join(session, two, PANEL).account_id


def test_another_panel(world: Any, session: Session) -> None:
    study = world.pairs()
    configure(session, study, panel_parameter="workerId")
    assert join(session, study, {"workerId": "A7"}).external_id == "A7"
    assert join(session, study, PANEL).external_id is None


def test_absurd_parameters(world: Any, session: Session) -> None:
    study = world.pairs()
    with pytest.raises(AppError):
        join(session, study, {"PROLIFIC_PID": "x" * 201})
    many = {f"p{n}": "y" * 1000 for n in range(100)}
    kept = join(session, study, {"PROLIFIC_PID": "5f1", **many}).external
    assert len(kept) == 20
    assert max(map(len, kept.values())) == 200
    assert session.scalar(select(func.count(Invitation.id))) == 1

"""Admins and analysts: who may be invited, disabled, and let in by a proxy."""

import pytest
from sqlalchemy import select

from app.auth import account_for, admin, set_password, sign_in
from app.errors import AppError, Conflict, Forbidden, NotFound, SignInRequired
from app.tables import Account, Role
from app.team import add_member, disable, enable, member, members, proxied, renew

PASSWORD = "a long enough sentence"


@pytest.fixture
def session(database):
    with database.writing() as session:
        yield session


def with_password(session, name: str, role: Role = Role.ANALYST) -> Account:
    account = add_member(session, name, role)
    set_password(account, PASSWORD, PASSWORD)
    session.flush()
    return account


class TestMembers:
    def test_admins_come_first_and_raters_not_at_all(self, session) -> None:
        add_member(session, "Zoe", Role.ADMIN)
        add_member(session, "Ada", Role.ANALYST)
        session.add(Account(name="rater", role=Role.RATER))
        session.flush()
        assert [one.name for one in members(session)] == ["Zoe", "Ada"]

    @pytest.mark.parametrize("name", ["", "   ", "x" * 201])
    def test_a_name_is_needed(self, session, name: str) -> None:
        with pytest.raises(AppError, match="name of 1 to 200"):
            add_member(session, name, Role.ANALYST)

    def test_a_name_is_taken_once(self, session) -> None:
        add_member(session, "Ada", Role.ANALYST)
        with pytest.raises(Conflict, match="already somebody called Ada"):
            add_member(session, " Ada ", Role.ADMIN)

    def test_raters_are_not_made_here(self, session) -> None:
        with pytest.raises(AppError, match="no role of the team"):
            add_member(session, "Ada", Role.RATER)

    def test_a_rater_is_no_member(self, session) -> None:
        rater = Account(name="rater", role=Role.RATER)
        session.add(rater)
        session.flush()
        with pytest.raises(NotFound):
            member(session, rater.id)


class TestDisabling:
    def test_ends_sessions_and_signing_in(self, session) -> None:
        me, ada = admin(session), with_password(session, "Ada")
        epoch = ada.session_epoch
        disable(session, ada, by=me)
        session.flush()
        for number in (epoch, ada.session_epoch):
            with pytest.raises(SignInRequired):
                account_for(session, ada.public_id, number)
        with pytest.raises(SignInRequired):
            sign_in(session, "Ada", PASSWORD)
        with pytest.raises(Conflict, match="disabled"):
            renew(ada)

    def test_can_be_taken_back(self, session) -> None:
        me, ada = admin(session), with_password(session, "Ada")
        disable(session, ada, by=me)
        enable(ada)
        session.flush()
        assert sign_in(session, "Ada", PASSWORD) is ada

    def test_never_oneself(self, session) -> None:
        me = admin(session)
        with pytest.raises(Conflict, match="yourself"):
            disable(session, me, by=me)

    def test_never_the_last_admin(self, session) -> None:
        me, other = admin(session), add_member(session, "Ada", Role.ADMIN)
        disable(session, other, by=me)
        session.flush()
        with pytest.raises(Conflict, match="last admin"):
            disable(session, me, by=other)


class TestSigningIn:
    def test_without_a_name_while_one_has_a_password(self, session) -> None:
        add_member(session, "Bob", Role.ANALYST)
        ada = with_password(session, "Ada")
        assert sign_in(session, "", PASSWORD) is ada

    def test_with_two_the_name_is_needed(self, session) -> None:
        ada = with_password(session, "Ada")
        with_password(session, "Bob")
        with pytest.raises(SignInRequired):
            sign_in(session, "", PASSWORD)
        assert sign_in(session, " Ada ", PASSWORD) is ada

    @pytest.mark.parametrize(("name", "password"), [("Eve", PASSWORD), ("Ada", "wrong"), ("", "")])
    def test_one_message_for_every_mistake(self, session, name: str, password: str) -> None:
        with_password(session, "Ada")
        with pytest.raises(SignInRequired, match="name or the password is not right"):
            sign_in(session, name, password)


class TestProxy:
    def test_somebody_invited(self, session) -> None:
        ada = add_member(session, "Ada", Role.ADMIN)
        assert proxied(session, "Ada", None) is ada

    def test_nobody_else_without_a_default(self, session) -> None:
        with pytest.raises(Forbidden, match="Eve may not"):
            proxied(session, "Eve", None)
        assert session.scalars(select(Account)).all() == []

    def test_with_a_default_they_are_made_once(self, session) -> None:
        made = proxied(session, "Eve", Role.ANALYST)
        assert made.role is Role.ANALYST
        assert proxied(session, "Eve", Role.ANALYST) is made

    def test_neither_a_rater_nor_somebody_disabled(self, session) -> None:
        me = admin(session)
        session.add(Account(name="rater", role=Role.RATER))
        disable(session, add_member(session, "Ada", Role.ANALYST), by=me)
        session.flush()
        for name in ("rater", "Ada"):
            with pytest.raises(Forbidden):
                proxied(session, name, Role.ANALYST)

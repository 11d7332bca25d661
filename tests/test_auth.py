"""Passwords, signed links and sessions."""

import stat
from pathlib import Path

import pytest

from app import auth
from app.auth import Signer, secret_key
from app.db import Database
from app.errors import AppError, NotFound, SignInRequired
from app.settings import Settings
from app.tables import Account, Invitation

SIGNER = Signer("a key for tests")
PASSWORD = "a long enough sentence"


class TestSecretKey:
    def test_is_made_once_and_readable_by_the_owner_alone(self, tmp_path: Path) -> None:
        settings = Settings(var=tmp_path / "var")
        first = secret_key(settings)
        assert secret_key(settings) == first
        assert len(first) > 40
        assert stat.S_IMODE((tmp_path / "var" / "secret").stat().st_mode) == 0o600

    def test_comes_from_the_settings_when_given(self, tmp_path: Path) -> None:
        assert secret_key(Settings(var=tmp_path, secret_key="given")) == "given"
        assert not (tmp_path / "secret").exists()


class TestSession:
    def test_round_trip(self) -> None:
        account = Account(public_id="abc", session_epoch=3)
        assert SIGNER.read_session(SIGNER.session(account)) == ("abc", 3)

    @pytest.mark.parametrize("value", ["", "x", "a.b.c", "é"])
    def test_refuses_what_it_did_not_sign(self, value: str) -> None:
        with pytest.raises(SignInRequired):
            SIGNER.read_session(value)

    def test_a_setup_link_is_no_session(self) -> None:
        account = Account(public_id="abc", session_epoch=0)
        with pytest.raises(SignInRequired):
            SIGNER.read_session(SIGNER.setup_link(account))

    def test_another_key_signs_nothing_for_us(self) -> None:
        account = Account(public_id="abc", session_epoch=0)
        with pytest.raises(SignInRequired):
            SIGNER.read_session(Signer("another").session(account))


class TestRaterLink:
    def test_round_trip(self) -> None:
        token = SIGNER.rater_link(Invitation(nonce="n"))
        assert SIGNER.read_rater_link(token) == "n"

    def test_a_changed_link_is_not_found(self) -> None:
        token = SIGNER.rater_link(Invitation(nonce="n"))
        with pytest.raises(NotFound):
            SIGNER.read_rater_link(token[:-1])


class TestPassword:
    def test_signs_in_with_the_right_one_only(self, database: Database) -> None:
        with database.writing() as session:
            auth.set_password(auth.admin(session), PASSWORD, PASSWORD)
        with database.reading() as session:
            assert auth.sign_in(session, "", PASSWORD).name == "admin"
            with pytest.raises(SignInRequired):
                auth.sign_in(session, "", PASSWORD + "!")

    def test_no_password_set_admits_nobody(self, database: Database) -> None:
        with database.writing() as session:
            auth.admin(session)
        with database.reading() as session, pytest.raises(SignInRequired):
            auth.sign_in(session, "", "")

    def test_a_new_one_ends_older_sessions(self, database: Database) -> None:
        with database.writing() as session:
            account = auth.admin(session)
            public_id, epoch = account.public_id, account.session_epoch
            auth.set_password(account, PASSWORD, PASSWORD)
        with database.reading() as session, pytest.raises(SignInRequired):
            auth.account_for(session, public_id, epoch)

    @pytest.mark.parametrize(
        ("password", "again", "words"),
        [("short", "short", "5 characters"), (PASSWORD, PASSWORD + " ", "differ")],
    )
    def test_refusals(self, password: str, again: str, words: str) -> None:
        account = Account(session_epoch=0)
        with pytest.raises(AppError, match=words):
            auth.set_password(account, password, again)
        assert account.password_hash is None

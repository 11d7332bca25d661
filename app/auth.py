"""Passwords, signed links and signed sessions. No web framework here."""

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import AppError, NotFound, SignInRequired
from app.i18n import gettext
from app.settings import Settings
from app.tables import Account, Invitation, Role

SESSION_SECONDS = 30 * 24 * 3600
SETUP_SECONDS = 24 * 3600
MIN_PASSWORD = 10

_hasher = PasswordHasher()


def secret_key(settings: Settings) -> str:
    """The signing key: from the settings, else made once and kept in var, readable by us alone."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.var / "secret"
    if not path.exists():
        settings.var.mkdir(parents=True, exist_ok=True)
        _write_once(path, secrets.token_urlsafe(48))
    return path.read_text().strip()


def _write_once(path: Path, text: str) -> None:
    # Written aside and linked into place: two processes starting at once agree on one key.
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


@dataclass(frozen=True)
class Signer:
    """Signs what leaves the server and comes back: sessions, set-up links, rater links."""

    key: str

    def session(self, account: Account) -> str:
        return self._timed("session").dumps([account.public_id, account.session_epoch])

    def read_session(self, value: str) -> tuple[str, int]:
        """-> (account's public id, session epoch). Raises SignInRequired."""
        try:
            public_id, epoch = self._timed("session").loads(value, max_age=SESSION_SECONDS)
        except (BadSignature, ValueError, TypeError) as error:
            raise SignInRequired("Your session has ended.", hint="Sign in again.") from error
        return str(public_id), int(epoch)

    def setup_link(self, account: Account) -> str:
        return self._timed("setup").dumps([account.public_id, account.session_epoch])

    def read_setup_link(self, token: str) -> tuple[str, int]:
        """-> (admin's public id, session epoch). Raises NotFound."""
        try:
            public_id, epoch = self._timed("setup").loads(token, max_age=SETUP_SECONDS)
        except (BadSignature, ValueError, TypeError) as error:
            hint = "Print a new one with: triptych admin-link"
            raise NotFound("This link is not valid any more.", hint=hint) from error
        return str(public_id), int(epoch)

    def rater_link(self, invitation: Invitation) -> str:
        return URLSafeSerializer(self.key, salt="rater").dumps(invitation.nonce)

    def read_rater_link(self, token: str) -> str:
        """-> the invitation's nonce. Raises NotFound."""
        try:
            return str(URLSafeSerializer(self.key, salt="rater").loads(token))
        except BadSignature as error:
            raise _bad_rater_link() from error

    def join_link(self, nonce: str) -> str:
        return URLSafeSerializer(self.key, salt="join").dumps(nonce)

    def read_join_link(self, token: str) -> str:
        """-> the nonce of a study's shared link. Raises NotFound."""
        try:
            return str(URLSafeSerializer(self.key, salt="join").loads(token))
        except BadSignature as error:
            raise _bad_rater_link() from error

    def _timed(self, salt: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            self.key, salt=salt, signer_kwargs={"digest_method": hashlib.sha256}
        )


def _bad_rater_link() -> NotFound:
    return NotFound(
        gettext("This link does not work."),
        hint=gettext("Check that it was copied whole, or ask whoever sent it for a new one."),
    )


def admin(session: Session) -> Account:
    """The admin's account; made on first use, without a password."""
    able = (Account.role == Role.ADMIN, Account.disabled_at.is_(None))
    account = session.scalar(select(Account).where(*able).order_by(Account.id).limit(1))
    if account is None:
        account = Account(role=Role.ADMIN, name="admin", session_epoch=0)
        session.add(account)
        session.flush()
    return account


def account_for(session: Session, public_id: str, epoch: int) -> Account:
    """Raises SignInRequired when the account is gone, disabled, or its sessions were ended."""
    account = session.scalar(select(Account).where(Account.public_id == public_id))
    if account is None or account.disabled_at is not None or account.session_epoch != epoch:
        raise SignInRequired("Your session has ended.", hint="Sign in again.")
    return account


def invitation_for(session: Session, nonce: str) -> Invitation:
    """Raises NotFound for unknown and for revoked invitations alike."""
    invitation = session.scalar(select(Invitation).where(Invitation.nonce == nonce))
    if invitation is None or invitation.revoked_at is not None:
        raise _bad_rater_link()
    return invitation


def set_password(account: Account, password: str, again: str) -> None:
    """Ends every session and set-up link of the account. Raises AppError: short, or typed wrong."""
    if password != again:
        raise AppError("The two passwords differ.", hint="Type the same one twice.")
    if len(password) < MIN_PASSWORD:
        raise AppError(
            f"The password has {len(password)} characters.",
            hint=f"Use at least {MIN_PASSWORD}; a sentence is easy to remember.",
        )
    account.password_hash = _hasher.hash(password)
    account.session_epoch += 1


def sign_in(session: Session, name: str, password: str) -> Account:
    """By name and password; the name may be left out while only one person has a password.

    Raises SignInRequired; takes as long for names that are not there.
    """
    account = _named(session, name.strip())
    stored = account.password_hash if account else None
    if not _verify(stored or _DUMMY_HASH, password) or account is None or stored is None:
        raise SignInRequired(
            "The name or the password is not right.",
            hint="No password yet, or forgotten? An admin can make you a new link (People); for "
            "the admin, triptych admin-link prints one.",
        )
    return account


def _named(session: Session, name: str) -> Account | None:
    query = select(Account).where(
        Account.role != Role.RATER,
        Account.password_hash.is_not(None),
        Account.disabled_at.is_(None),
    )
    if name:
        return session.scalar(query.where(Account.name == name))
    found = session.scalars(query.limit(2)).all()
    return found[0] if len(found) == 1 else None


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


_DUMMY_HASH = _hasher.hash("no password is set")

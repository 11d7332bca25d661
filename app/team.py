"""Who runs this server: admins change things, analysts read results. Raters are no part of it."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import now
from app.errors import AppError, Conflict, Forbidden, NotFound
from app.tables import Account, Role

TEAM = (Role.ADMIN, Role.ANALYST)


def members(session: Session) -> list[Account]:
    """Admins first, then by name; disabled ones too."""
    query = select(Account).where(Account.role.in_(TEAM))
    return sorted(session.scalars(query), key=lambda one: (one.role is not Role.ADMIN, one.name))


def member(session: Session, account_id: int) -> Account:
    """Raises NotFound, also for raters."""
    account = session.get(Account, account_id)
    if account is None or account.role not in TEAM:
        raise NotFound("There is no such person.", hint="Choose one of the list.")
    return account


def add_member(session: Session, name: str, role: Role) -> Account:
    """Somebody without a password yet: a set-up link lets them in. Raises AppError, Conflict."""
    name = name.strip()
    if not 1 <= len(name) <= 200:
        raise AppError("A person needs a name of 1 to 200 characters.", hint="They sign in by it.")
    if role not in TEAM:
        raise AppError(
            f"{role.value} is no role of the team.", hint="Raters are invited on a study's page."
        )
    if session.scalar(select(Account.id).where(Account.name == name)) is not None:
        raise Conflict(f"There is already somebody called {name}.", hint="Choose another name.")
    account = Account(name=name, role=role, session_epoch=0)
    session.add(account)
    session.flush()
    return account


def proxied(session: Session, name: str, default_role: Role | None) -> Account:
    """Whom a trusted proxy names; made on first sight where there is a default role.

    Raises Forbidden for names that may not come in: unknown, disabled, or a rater's.
    """
    account = session.scalar(select(Account).where(Account.name == name))
    if account is None and default_role is not None:
        account = add_member(session, name, default_role)
    if account is None or account.role not in TEAM or account.disabled_at is not None:
        raise Forbidden(
            f"{name} may not use this server.",
            hint="Ask an admin to invite you under exactly this name.",
        )
    return account


def disable(session: Session, account: Account, *, by: Account) -> None:
    """Ends the person's sessions and links at once. Raises Conflict: oneself, or the last admin."""
    if account.id == by.id:
        raise Conflict("You cannot disable yourself.", hint="Another admin can.")
    if account.role is Role.ADMIN and _admins(session) <= 1:
        raise Conflict("This is the last admin.", hint="Invite another one first.")
    account.disabled_at = account.disabled_at or now()
    account.session_epoch += 1


def enable(account: Account) -> None:
    account.disabled_at = None


def renew(account: Account) -> None:
    """Ends the sessions and links so far, for a new set-up link. Raises Conflict when disabled."""
    if account.disabled_at is not None:
        raise Conflict(f"{account.name} is disabled.", hint="Enable the account first.")
    account.session_epoch += 1


def _admins(session: Session) -> int:
    query = select(func.count(Account.id)).where(
        Account.role == Role.ADMIN, Account.disabled_at.is_(None)
    )
    return session.scalar(query) or 0

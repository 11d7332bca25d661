"""What routes ask for: the state, a session, and who is there."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from app import auth
from app.errors import Forbidden, SignInRequired
from app.tables import Account, Role
from app.web.state import AppState

COOKIE = "triptych"


def app_state(request: Request) -> AppState:
    state: AppState = request.app.state.triptych
    return state


State = Annotated[AppState, Depends(app_state)]


def _read_session(state: State) -> Iterator[Session]:
    with state.database.reading() as session:
        yield session


def _write_session(state: State) -> Iterator[Session]:
    with state.database.writing() as session:
        yield session


# "function" ends the session before the reply is sent: a failed commit is an error page, never a
# "saved" that was not.
Reading = Annotated[Session, Depends(_read_session, scope="function")]
Writing = Annotated[Session, Depends(_write_session, scope="function")]


def current_account(request: Request, state: State) -> Account | None:
    """Who the cookie says is there; None without one or when it has ended."""
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    try:
        public_id, epoch = state.signer.read_session(cookie)
        with state.database.reading() as session:
            return auth.account_for(session, public_id, epoch)
    except SignInRequired:
        return None


Visitor = Annotated[Account | None, Depends(current_account)]


def _anyone(visitor: Visitor) -> Account:
    if visitor is None:
        raise SignInRequired("Sign in to see this page.")
    return visitor


def _admin(account: Annotated[Account, Depends(_anyone)]) -> Account:
    if account.role is not Role.ADMIN:
        raise Forbidden("This page is for the admin of this server.")
    return account


# For routes that need the role but not the account.
admin_only = Depends(_admin)
SignedIn = Annotated[Account, Depends(_anyone)]
Admin = Annotated[Account, Depends(_admin)]

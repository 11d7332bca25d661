"""What routes ask for: the state, a session, and who is there."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import contextmanager_in_threadpool
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app import auth
from app.errors import Forbidden, SignInRequired
from app.tables import Account, Role
from app.web.forms import form_data
from app.web.state import AppState

COOKIE = "triptych"


def app_state(request: Request) -> AppState:
    state: AppState = request.app.state.triptych
    return state


State = Annotated[AppState, Depends(app_state)]


async def _read_session(state: State) -> AsyncIterator[Session]:
    reading = contextmanager_in_threadpool(state.database.reading())
    async with state.turns.reading, reading as session:
        yield session


async def _write_session(
    state: State, _form: Annotated[FormData, Depends(form_data)]
) -> AsyncIterator[Session]:
    # The whole form has come by now: a slow browser keeps nobody else waiting.
    writing = contextmanager_in_threadpool(state.database.writing())
    async with state.turns.writing, writing as session:
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
        hint = "Load the page again and sign in, or open your personal link again."
        raise SignInRequired("You are not signed in.", hint=hint)
    return visitor


def _admin(account: Annotated[Account, Depends(_anyone)]) -> Account:
    if account.role is not Role.ADMIN:
        raise Forbidden("This page is for the admin of this server.")
    return account


# For routes that need the role but not the account.
admin_only = Depends(_admin)
SignedIn = Annotated[Account, Depends(_anyone)]
Admin = Annotated[Account, Depends(_admin)]

"""What routes ask for: the state, a session, and who is there."""

from collections.abc import AsyncIterator
from ipaddress import ip_address
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import contextmanager_in_threadpool
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app import auth
from app.errors import Forbidden, SignInRequired
from app.i18n import gettext
from app.settings import Settings
from app.tables import Account, Role
from app.team import proxied
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
    """Who the cookie says is there, else whom a trusted proxy names, else None.

    Raises Forbidden for somebody whom the proxy knows and we do not.
    """
    return _by_cookie(request, state) or _by_proxy(request, state)


def _by_proxy(request: Request, state: AppState) -> Account | None:
    settings = state.settings
    name = request.headers.get(settings.proxy_user_header or "", "").strip()
    if not settings.proxy_user_header or not name or not _is_trusted(request, settings):
        return None
    try:
        with state.database.reading() as session:
            return proxied(session, name, None)
    except Forbidden:
        if settings.proxy_default_role is None:
            raise
    # Only on first sight: every request waits here, in a thread, for whoever writes.
    with state.database.writing() as session:
        return proxied(session, name, Role(settings.proxy_default_role))


def _is_trusted(request: Request, settings: Settings) -> bool:
    """By the address of the connection itself: whatever a header claims can be forged."""
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    return any(address in network for network in settings.proxy_networks)


def _by_cookie(request: Request, state: AppState) -> Account | None:
    """None without a cookie or when its session has ended."""
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
        hint = gettext("Load the page again and sign in, or open your personal link again.")
        raise SignInRequired(gettext("You are not signed in."), hint=hint)
    return visitor


def _analyst(account: Annotated[Account, Depends(_anyone)]) -> Account:
    if account.role is Role.RATER:
        raise Forbidden("This page is for the people who run this server.")
    return account


def _admin(account: Annotated[Account, Depends(_analyst)]) -> Account:
    if account.role is not Role.ADMIN:
        hint = "You may read answers, results and exports. Ask an admin to change something."
        raise Forbidden("Only admins may do this.", hint=hint)
    return account


# For routes that need the role but not the account.
admin_only = Depends(_admin)
analyst_only = Depends(_analyst)
SignedIn = Annotated[Account, Depends(_anyone)]
Analyst = Annotated[Account, Depends(_analyst)]  # admins, too
Admin = Annotated[Account, Depends(_admin)]

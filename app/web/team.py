"""People: who may run this server and who may read its results."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from app.db import RowId
from app.errors import AppError
from app.tables import Account, Role
from app.team import add_member, disable, enable, member, members, renew
from app.web.deps import Admin, Reading, State, Writing, admin_only
from app.web.errors import ErrorPage, error_page
from app.web.render import render
from app.web.state import AppState

router = APIRouter()


@router.get("/team")
def team_page(request: Request, admin: Admin, session: Reading, state: State) -> Response:
    return _page(request, admin, session, state)


@router.post("/team")
def invite_member(
    request: Request,
    admin: Admin,
    session: Writing,
    state: State,
    name: Annotated[str, Form()] = "",
    role: Annotated[Role, Form()] = Role.ANALYST,
) -> Response:
    try:
        account = add_member(session, name, role)
    except AppError as error:
        return _page(request, admin, session, state, error=error_page(error), name=name)
    return _page(request, admin, session, state, invited=account)


@router.post("/team/{account_id}/link")
def new_link(
    request: Request, account_id: RowId, admin: Admin, session: Writing, state: State
) -> Response:
    account = member(session, account_id)
    renew(account)
    return _page(request, admin, session, state, invited=account)


@router.post("/team/{account_id}/disable")
def disable_member(account_id: RowId, admin: Admin, session: Writing) -> Response:
    disable(session, member(session, account_id), by=admin)
    return RedirectResponse("/team", 303)


@router.post("/team/{account_id}/enable", dependencies=[admin_only])
def enable_member(account_id: RowId, session: Writing) -> Response:
    enable(member(session, account_id))
    return RedirectResponse("/team", 303)


def _page(
    request: Request,
    admin: Account,
    session: Session,
    state: AppState,
    *,
    invited: Account | None = None,
    error: ErrorPage | None = None,
    name: str = "",
) -> Response:
    """A link is shown once, right after it was made: whoever has it is that person."""
    link = f"{state.settings.base_url}/setup/{state.signer.setup_link(invited)}" if invited else ""
    page = {
        "members": members(session),
        "me": admin.id,
        "invited": invited,
        "link": link,
        "error": error,
        "name": name,
    }
    status = error.status if error else 200
    return render(request, "team/index.html", page, account=admin, status=status)

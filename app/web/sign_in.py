"""Signing in and out: password, the link printed in the terminal, a rater's personal link."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from app import auth
from app.auth import SESSION_SECONDS
from app.errors import AppError, SignInRequired
from app.tables import Account, Role
from app.web.deps import COOKIE, Analyst, Reading, State, Visitor, Writing
from app.web.errors import error_page
from app.web.forms import form_data
from app.web.render import render
from app.web.state import AppState

router = APIRouter()


@router.get("/sign-in")
def sign_in_page(request: Request, visitor: Visitor) -> Response:
    if visitor is not None:
        return RedirectResponse("/", 303)
    return render(request, "auth/sign_in.html", {"error": None, "name": ""})


@router.post("/sign-in", dependencies=[Depends(form_data)])
def sign_in(
    request: Request,
    session: Reading,
    state: State,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    state.passwords.count(request.client.host if request.client else "unknown")
    state.passwords.count(f"name {name.strip()}")
    try:
        account = auth.sign_in(session, name, password)
    except SignInRequired as error:
        page = {"error": error_page(error), "name": name}
        return render(request, "auth/sign_in.html", page, status=error.status)
    return signed_in(state, account, "/")


@router.get("/setup/{token}")
def use_setup_link(token: str, session: Reading, state: State) -> Response:
    public_id, epoch = state.signer.read_setup_link(token)
    account = auth.account_for(session, public_id, epoch)
    return signed_in(state, account, "/")


@router.get("/account")
def account_page(request: Request, analyst: Analyst) -> Response:
    page = {"error": None, "has_password": analyst.password_hash is not None, "saved": False}
    return render(request, "auth/set_password.html", page, account=analyst)


@router.post("/account")
def set_password(
    request: Request,
    analyst: Analyst,
    session: Writing,
    state: State,
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    account = auth.account_for(session, analyst.public_id, analyst.session_epoch)
    try:
        auth.set_password(account, password, again)
    except AppError as error:
        page = {
            "error": error_page(error),
            "has_password": account.password_hash is not None,
            "saved": False,
        }
        return render(request, "auth/set_password.html", page, account=analyst, status=error.status)
    page = {"error": None, "has_password": True, "saved": True}
    response = render(request, "auth/set_password.html", page, account=account)
    _set_cookie(response, state, account)
    return response


@router.post("/sign-out")
def sign_out() -> Response:
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE)
    return response


@router.get("/r/{token}")
def rater_link(token: str, session: Reading, state: State, visitor: Visitor) -> Response:
    invitation = auth.invitation_for(session, state.signer.read_rater_link(token))
    address = f"/rate/{invitation.study.public_id}"
    if visitor is not None and visitor.role is not Role.RATER:
        # Whoever of the team tries out a link must not silently lose their own session.
        return RedirectResponse(f"/r/{token}/as-rater", 303)
    return signed_in(state, invitation.account, address)


@router.get("/r/{token}/as-rater")
def ask_to_become_rater(request: Request, token: str, session: Reading, state: State) -> Response:
    auth.invitation_for(session, state.signer.read_rater_link(token))
    return render(request, "auth/become_rater.html", {"action": f"/r/{token}/as-rater"})


@router.post("/r/{token}/as-rater")
def become_rater(token: str, session: Reading, state: State) -> Response:
    invitation = auth.invitation_for(session, state.signer.read_rater_link(token))
    return signed_in(state, invitation.account, f"/rate/{invitation.study.public_id}")


def signed_in(state: AppState, account: Account, address: str) -> Response:
    """Sends this browser on as the account."""
    response = RedirectResponse(address, 303)
    _set_cookie(response, state, account)
    return response


def _set_cookie(response: Response, state: AppState, account: Account) -> None:
    response.set_cookie(
        COOKIE,
        state.signer.session(account),
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="lax",
        secure=state.settings.base_url.startswith("https://"),
    )

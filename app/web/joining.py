"""Joining by a study's shared link, also from a panel. A GET changes nothing: robots open links."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.sessions import join, link_of_nonce
from app.tables import Role, StudyState
from app.web.deps import Reading, State, Visitor, Writing
from app.web.render import render
from app.web.sign_in import signed_in

router = APIRouter()


@router.get("/join/{token}")
def join_page(
    request: Request, token: str, session: Reading, state: State, visitor: Visitor
) -> Response:
    study = link_of_nonce(session, state.signer.read_join_link(token))
    if study.state is not StudyState.OPEN:
        return render(request, "rate/closed.html", {"done": 0, "code": "", "leave_url": ""})
    page = {
        "action": f"{request.url.path}?{request.url.query}",
        "is_of_team": visitor is not None and visitor.role is not Role.RATER,
    }
    return render(request, "rate/join.html", page)


@router.post("/join/{token}")
def join_study(
    request: Request, token: str, session: Writing, state: State, visitor: Visitor
) -> Response:
    state.joins.count(request.client.host if request.client else "unknown")
    study = link_of_nonce(session, state.signer.read_join_link(token))
    invitation = join(session, study, dict(request.query_params), visitor)
    return signed_in(state, invitation.account, f"/rate/{study.public_id}")

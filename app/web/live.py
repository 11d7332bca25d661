"""The live comparison: ask, wait for all answers together, vote, see who was who."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from app.errors import AppError, InvalidInput, Problem
from app.live import LiveForm, ask, gather, live_page, live_tally, recent, vote
from app.markup import to_html
from app.tables import Account, Outcome, Role
from app.threads import writing
from app.web.deps import Reading, SignedIn, State, Writing
from app.web.errors import ErrorPage, error_page
from app.web.forms import form_data, validate
from app.web.htmx import is_htmx
from app.web.render import render
from app.web.state import AppState

router = APIRouter()
_gathering: set[asyncio.Task[None]] = set()


@router.get("/live")
def live_index(request: Request, account: SignedIn, session: Reading) -> Response:
    return _index(request, account, session)


@router.post("/live", dependencies=[Depends(form_data)])
async def live_ask(
    request: Request,
    account: SignedIn,
    state: State,
    prompt: Annotated[str, Form()] = "",
    system: Annotated[str, Form()] = "",
) -> Response:
    try:
        form = validate(LiveForm, {"prompt": prompt, "system": system})
        specs = state.registry.variants
        comparison = await writing(state.database, lambda s: ask(s, account, specs, form))
    except AppError as error:
        return _ask_again(request, account, state, error_page(error), prompt, system)
    task = asyncio.create_task(gather(state.database, state.pool, comparison.id))
    _gathering.add(task)
    task.add_done_callback(_gathering.discard)
    return RedirectResponse(f"/live/{comparison.public_id}", 303)


@router.get("/live/{public_id}")
def live_show(request: Request, public_id: str, account: SignedIn, session: Reading) -> Response:
    return _show(request, public_id, account, session)


@router.post("/live/{public_id}/vote")
def live_vote(
    request: Request,
    public_id: str,
    account: SignedIn,
    session: Writing,
    choice: Annotated[str, Form(alias="vote")] = "",
) -> Response:
    outcome, best_slot = _read_vote(choice)
    vote(session, public_id, account, outcome, best_slot)
    if is_htmx(request):
        return _show(request, public_id, account, session)
    return RedirectResponse(f"/live/{public_id}", 303)


def _read_vote(choice: str) -> tuple[Outcome, int | None]:
    """A slot's number, tie_good, tie_bad or cannot_judge. Raises InvalidInput."""
    if choice.isdecimal() and len(choice) <= 3:
        return Outcome.RANKED, int(choice)
    if choice in (Outcome.TIE_GOOD, Outcome.TIE_BAD, Outcome.CANNOT_JUDGE):
        return Outcome(choice), None
    raise InvalidInput("Which answer is best?", [Problem("vote", "Choose one of the buttons.")])


def _show(request: Request, public_id: str, account: Account, session: Session) -> Response:
    blind = live_page(session, public_id, account)
    answers = [
        {"slot": answer.slot, "text": answer.text, "html": to_html(answer.text or "")}
        for answer in blind.answers
    ]
    page: dict[str, Any] = asdict(blind) | {"answers": answers}
    template = "live/_comparison.html" if is_htmx(request) else "live/show.html"
    return render(request, template, page, account=account, section="live")


def _ask_again(
    request: Request,
    account: Account,
    state: AppState,
    error: ErrorPage,
    prompt: str,
    system: str,
) -> Response:
    with state.database.reading() as session:
        return _index(request, account, session, error=error, prompt=prompt, system=system)


def _index(
    request: Request,
    account: Account,
    session: Session,
    *,
    error: ErrorPage | None = None,
    prompt: str = "",
    system: str = "",
) -> Response:
    page = {
        # The tally names variants, and its counts would tell raters what others preferred.
        "tally": live_tally(session) if account.role is Role.ADMIN else [],
        "recent": [
            {"url": f"/live/{own.public_id}", "prompt": own.prompt, "state": own.state}
            for own in recent(session, account)
        ],
        "error": error,
        "prompt": prompt,
        "system": system,
    }
    status = error.status if error else 200
    return render(request, "live/index.html", page, account=account, section="live", status=status)

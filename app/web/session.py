"""The rater's session around the items: the next step, consent, questions, rest, feedback."""

from collections.abc import Mapping
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.blinding import consent_text, feedback_page, rating_page
from app.db import now
from app.errors import InvalidInput, Problem
from app.ratings import Rater, own_assignment
from app.sessions import (
    GUESSES,
    Next,
    Step,
    consent,
    has_replied,
    items_to_guess,
    next_step,
    questions_of,
    reply,
)
from app.studies import asks_kinds, kind_words, kinds_of, session_of
from app.tables import Part, StudyState
from app.web.deps import Reading, Writing
from app.web.forms import form_data, texts
from app.web.rater import ReadingRater, WritingRater
from app.web.render import render

router = APIRouter()
Fields = Annotated[FormData, Depends(form_data)]

_PAGES = {
    Step.CONSENT: "consent",
    Step.BEFORE: "questions/before",
    Step.AFTER: "questions/after",
    Step.DONE: "done",
}


@router.get("/rate/{study}/next")
def rate_next(request: Request, rater: WritingRater, session: Writing, rested: int = 0) -> Response:
    """Reserves an item; a GET, because pressing it twice gives the same item."""
    if rater.study.state is not StudyState.OPEN:
        return RedirectResponse(f"/rate/{rater.study.public_id}", 303)
    step = next_step(session, rater, rested=rested)
    if step.assignment is not None:
        return RedirectResponse(_address(rater, step.assignment.public_id), 303)
    if step.step in _PAGES:
        return RedirectResponse(_address(rater, _PAGES[step.step]), 303)
    return _wait(request, rater, step)


def _wait(request: Request, rater: Rater, step: Next) -> Response:
    """A break, a rest, or nothing more from this rater."""
    spec = session_of(rater.study)
    page = {
        "step": step.step.value,
        "done": step.done,
        "minutes": ceil((step.until - now()).total_seconds() / 60) if step.until else 0,
        "limit": spec.session_minutes,
        "go_on_url": _address(rater, f"next?rested={step.done}"),
        "leave_url": spec.screened_out_url if step.step is Step.SCREENED_OUT else "",
    }
    return render(request, "rate/wait.html", page)


@router.get("/rate/{study}/consent")
def consent_page(request: Request, rater: ReadingRater) -> Response:
    page = {
        "text_html": consent_text(rater.study),
        "action": _address(rater, "consent"),
        "decline_url": _address(rater, "declined"),
        "given": rater.invitation.consented_at is not None,
        "next_url": _address(rater, "next"),
    }
    return render(request, "rate/consent.html", page)


@router.post("/rate/{study}/consent")
def give_consent(rater: WritingRater) -> Response:
    consent(rater)
    return RedirectResponse(_address(rater, "next"), 303)


@router.get("/rate/{study}/declined")
def declined(request: Request, rater: ReadingRater) -> Response:
    return render(request, "rate/declined.html", {"back_url": _address(rater, "consent")})


@router.get("/rate/{study}/questions/{part}")
def questions_page(request: Request, part: Part, rater: ReadingRater, session: Reading) -> Response:
    questions_of(rater.study, part)
    is_early = part is Part.AFTER and asks_kinds(rater.study) and not rater.knows_kinds
    if is_early or has_replied(session, rater, part):
        return RedirectResponse(_address(rater, "next"), 303)
    return _questions(request, session, rater, part, {}, [])


@router.post("/rate/{study}/questions/{part}")
def send_reply(
    request: Request, part: Part, rater: WritingRater, session: Writing, form: Fields
) -> Response:
    fields = texts(form)
    try:
        reply(session, rater, part, fields)
    except InvalidInput as error:
        return _questions(request, session, rater, part, fields, error.problems)
    return RedirectResponse(_address(rater, "next"), 303)


@router.get("/rate/{study}/{assignment}/feedback")
def feedback(request: Request, assignment: str, rater: WritingRater, session: Writing) -> Response:
    own = own_assignment(session, rater, assignment)
    page = feedback_page(session, own)
    address = _address(rater, assignment)
    urls = {"next_url": _address(rater, "next"), "item_url": address}
    return render(request, "rate/feedback.html", {"feedback": page, **urls})


def _questions(
    request: Request,
    session: Session,
    rater: Rater,
    part: Part,
    fields: Mapping[str, str],
    problems: list[Problem],
) -> Response:
    spec = session_of(rater.study)
    page = {
        "part": part.value,
        "questions": questions_of(rater.study, part),
        "guesses": GUESSES if part is Part.AFTER and spec.ask_guess else (),
        "guessed": [rating_page(session, own) for own in items_to_guess(session, rater)]
        if part is Part.AFTER
        else [],
        "kinds": [(kind.value, kind_words(kind)) for kind in kinds_of(rater.study)],
        "fields": fields,
        "problems": problems,
        "action": _address(rater, f"questions/{part.value}"),
    }
    return render(request, "rate/questions.html", page, status=422 if problems else 200)


def _address(rater: Rater, rest: str) -> str:
    return f"/rate/{rater.study.public_id}/{rest}"

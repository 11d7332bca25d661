"""The rater's screens: start, one item after the other, back to change, done.

Addresses hold random ids only, and whatever is rendered comes out of `app.blinding`.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.blinding import (
    RatingPage,
    forms_shown,
    rating_page,
    study_criteria,
    study_instructions,
)
from app.errors import InvalidInput, Problem
from app.ratings import (
    Place,
    Rater,
    keep_typed,
    own_assignment,
    parse_marks,
    parse_rating,
    place_of,
    rater_progress,
    submit,
)
from app.sessions import Step, step_ahead
from app.studies import answers_per_item, session_of
from app.tables import Assignment, Entry, ItemKind, StudyState
from app.web.deps import Reading, State, Writing
from app.web.forms import form_data, texts
from app.web.rater import ReadingRater, WritingRater
from app.web.render import render
from app.web.state import AppState

router = APIRouter()


@router.get("/rate/{study}")
def rate_start(request: Request, rater: ReadingRater, session: Reading, state: State) -> Response:
    place = rater_progress(session, rater)
    if rater.study.state is not StudyState.OPEN:
        return render(request, "rate/closed.html", {"done": place.done, **_way_out(rater)})
    if address := _not_at_the_items(session, rater):
        return RedirectResponse(address, 303)
    page = {
        "instructions_html": study_instructions(rater.study),
        "criteria": study_criteria(rater.study),
        "progress": {"done": place.done, "total": place.total},
        "answers_per_item": answers_per_item(rater.study),
        "start_url": f"/rate/{rater.study.public_id}/next",
        "own_link": _own_link(state, rater),
    }
    return render(request, "rate/start.html", page)


@router.get("/rate/{study}/done")
def rate_done(request: Request, rater: ReadingRater, session: Reading) -> Response:
    place = rater_progress(session, rater)
    may_change = place.previous and not rater.knows_kinds
    previous = f"/rate/{rater.study.public_id}/{place.previous}" if may_change else None
    page = {"progress": {"done": place.done, "total": place.total}, "previous_url": previous}
    return render(request, "rate/done.html", page | _way_out(rater))


def _way_out(rater: Rater) -> dict[str, str]:
    """The completion code, for those who are through."""
    spec, one = session_of(rater.study), rater.invitation
    is_through = one.completed_at is not None and one.screened_out_at is None
    return {
        "code": spec.completion_code if is_through else "",
        "leave_url": spec.completion_url if is_through else "",
    }


def _not_at_the_items(session: Session, rater: Rater) -> str | None:
    """Where a link leads those who are not judging: stopped, at the last questions, or through."""
    step, address = step_ahead(session, rater), f"/rate/{rater.study.public_id}"
    if step in (Step.PAUSED, Step.SCREENED_OUT, Step.AFTER):
        return f"{address}/next"
    return f"{address}/done" if step is Step.DONE else None


@router.get("/rate/{study}/{assignment}")
def rate_item(request: Request, assignment: str, rater: WritingRater, session: Writing) -> Response:
    if rater.study.state is not StudyState.OPEN:
        return RedirectResponse(f"/rate/{rater.study.public_id}", 303)
    if not rater.may_judge or rater.knows_kinds:
        return RedirectResponse(f"/rate/{rater.study.public_id}/next", 303)
    own = own_assignment(session, rater, assignment, show=True)
    return _judge(request, session, rater, own)


@router.post("/rate/{study}/{assignment}")
def rate_submit(
    request: Request,
    assignment: str,
    rater: WritingRater,
    session: Writing,
    form: Annotated[FormData, Depends(form_data)],
) -> Response:
    own = own_assignment(session, rater, assignment)
    fields = texts(form)
    try:
        rating = parse_rating(fields, rater.study.criteria, len(own.slots))
        if rater.study.marks:
            marks = parse_marks(fields.get("marks", ""), forms_shown(own))
            rating = rating.model_copy(update={"marks": marks})
    except InvalidInput as error:
        if "application/json" in request.headers.get("accept", ""):
            raise
        return _judge(request, session, rater, own, errors=error.problems, fields=fields)
    submit(session, rater, own, rating)
    address = f"/rate/{rater.study.public_id}"
    if own.item.kind is ItemKind.TRAINING:
        return RedirectResponse(f"{address}/{own.public_id}/feedback", 303)
    return RedirectResponse(f"{address}/next", 303)


def _judge(
    request: Request,
    session: Session,
    rater: Rater,
    own: Assignment,
    *,
    errors: list[Problem] | None = None,
    fields: Mapping[str, str] | None = None,
) -> Response:
    blinded = rating_page(session, own)
    page = item_page(
        blinded if fields is None else keep_typed(blinded, fields),
        place=place_of(session, rater, own),
        address=f"/rate/{rater.study.public_id}",
        errors=errors or [],
        is_practice=own.item.kind is ItemKind.TRAINING,
    )
    page["marks_json"] = (fields or {}).get("marks", page["marks_json"])
    return render(request, "rate/judge.html", page, status=422 if errors else 200)


def item_page(
    blinded: RatingPage,
    *,
    place: Place,
    address: str,
    errors: list[Problem],
    is_practice: bool = False,
) -> dict[str, Any]:
    """The blinded item with the addresses around it."""
    return {name: getattr(blinded, name) for name in blinded.__dataclass_fields__} | {
        "form_action": f"{address}/{blinded.assignment}",
        "form_id": secrets.token_urlsafe(12),
        "progress": {
            name: value for name, value in asdict(place).items() if name not in ("previous", "next")
        },
        "previous_url": f"{address}/{place.previous}" if place.previous else None,
        "next_url": f"{address}/{place.next}" if place.next else None,
        "is_preview": False,
        "is_practice": is_practice,
        "marks_json": _marks_json(blinded),
        "errors": errors,
    }


def _own_link(state: AppState, rater: Rater) -> str:
    """For who joined by the study's link: nobody has sent them one of their own."""
    if rater.invitation.entry is not Entry.SHARED:
        return ""
    return f"{state.settings.base_url}/r/{state.signer.rater_link(rater.invitation)}"


def _marks_json(blinded: RatingPage) -> str:
    """As the browser writes it, so that a draft without changes is seen to be none."""
    marks = [asdict(mark) for mark in blinded.marks]
    return json.dumps(marks, ensure_ascii=False, separators=(",", ":")) if marks else ""

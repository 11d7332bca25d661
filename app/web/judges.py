"""Judges of a study: make one, start and stop it, watch it, and see it beside people."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.db import RowId
from app.errors import AppError
from app.judges import (
    Beside,
    Cost,
    JudgeForm,
    JudgeProgress,
    Key,
    beside,
    cost_of,
    create_judge,
    finding,
    get_judge,
    items_of,
    judge_progress,
    judges_of,
    relation_sentence,
    relations,
    task_of,
    unread,
)
from app.results import ResultFilter
from app.runner import RateResult
from app.studies import get_study
from app.tables import Account, Judge, RaterKind, RunState, Study
from app.web.deps import Analyst, Reading, State, Writing, admin_only
from app.web.errors import ErrorPage, error_page
from app.web.filters import duration
from app.web.forms import form_data, texts, validate
from app.web.render import render
from app.web.state import AppState

router = APIRouter()
Fields = Annotated[FormData, Depends(form_data)]


@dataclass(frozen=True)
class JudgeCard:
    """A judge with its counts, and its rate while this server works on it. `cost` is of what is
    still missing, once nobody is at work."""

    judge: Judge
    progress: JudgeProgress
    rate: RateResult | None
    cost: Cost | None

    @property
    def is_active(self) -> bool:
        return self.judge.state is RunState.RUNNING and not self.progress.interrupted

    @property
    def note(self) -> str:
        """Rate and time left, or what a judge without a rate is waiting for."""
        if not self.is_active:
            return ""
        if self.rate is None or self.rate.seconds_left is None:
            return "starting"
        left = duration(self.rate.seconds_left)
        return f"{self.rate.responses_per_s:.1f} judgements/s, {left} left"

    @property
    def relation(self) -> str | None:
        related = self.judge.related
        return relation_sentence(self.judge.name, related) if related else None


@router.get("/studies/{study_id}/judges")
def judges_page(
    request: Request, study_id: RowId, analyst: Analyst, session: Reading, state: State
) -> Response:
    return _index(request, analyst, session, state, get_study(session, study_id), {})


@router.post("/studies/{study_id}/judges", dependencies=[admin_only])
def make_judge(
    request: Request,
    study_id: RowId,
    analyst: Analyst,
    session: Writing,
    state: State,
    form: Fields,
) -> Response:
    study, fields = get_study(session, study_id), texts(form)
    try:
        given = {name: value for name, value in fields.items() if value != ""}
        wanted = validate(JudgeForm, given)
        with session.begin_nested():
            judge = create_judge(session, study, state.registry, wanted)
    except AppError as error:
        return _index(request, analyst, session, state, study, fields, error=error_page(error))
    return RedirectResponse(f"/judges/{judge.id}", 303)


@router.get("/judges/{judge_id}")
def judge_page(
    request: Request, judge_id: RowId, analyst: Analyst, session: Reading, state: State
) -> Response:
    judge = get_judge(session, judge_id)
    card = _card(session, state, judge)
    people, judges = (
        state.results.columns(session, judge.study, ResultFilter(kind=kind))
        for kind in (RaterKind.HUMAN, RaterKind.JUDGE)
    )
    compared = beside(session, judge, people, judges)
    items = items_of(session, judge)
    page = {
        "study": judge.study,
        "card": card,
        "beside": compared,
        "findings": _findings(judge, compared),
        "unread": unread(session, judge) if card.progress.failed else [],
        "example": task_of(session, judge, Key(items[-1], False)).prompt if items else "",
    }
    return render(request, "judges/show.html", page, account=analyst, section="studies")


@router.get("/judges/{judge_id}/progress")
def progress_of_judge(
    request: Request, judge_id: RowId, analyst: Analyst, session: Reading, state: State
) -> Response:
    card = _card(session, state, get_judge(session, judge_id))
    response = render(request, "judges/_progress.html", {"card": card}, account=analyst)
    if not card.is_active:
        response.headers["hx-refresh"] = "true"  # the comparison below has come, too
    return response


@router.post("/judges/{judge_id}/start", dependencies=[admin_only])
async def start_judge(judge_id: RowId, state: State) -> Response:
    await state.judges.start(judge_id)
    return RedirectResponse(f"/judges/{judge_id}", 303)


@router.post("/judges/{judge_id}/stop", dependencies=[admin_only])
async def stop_judge(judge_id: RowId, state: State) -> Response:
    await state.judges.stop(judge_id)
    return RedirectResponse(f"/judges/{judge_id}", 303)


def _card(session: Session, state: AppState, judge: Judge) -> JudgeCard:
    progress = judge_progress(session, judge)
    resting = progress.due > 0 and (judge.state is not RunState.RUNNING or progress.interrupted)
    cost = cost_of(session, judge) if resting else None
    return JudgeCard(judge, progress, state.judges.rate(judge.id), cost)


def _findings(judge: Judge, compared: Beside) -> list[str]:
    return [finding(judge.name, one) for one in compared.criteria]


def _index(
    request: Request,
    account: Account,
    session: Session,
    state: AppState,
    study: Study,
    fields: dict[str, Any],
    *,
    error: ErrorPage | None = None,
) -> Response:
    page = {
        "study": study,
        "cards": [_card(session, state, judge) for judge in judges_of(session, study)],
        "variants": [(spec.name, relations(study, spec)) for spec in state.registry.variants],
        "fields": fields,
        "error": error,
    }
    status = error.status if error else 200
    return render(
        request, "judges/index.html", page, account=account, section="studies", status=status
    )

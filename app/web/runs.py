"""Runs: start, watch, browse the answers."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.db import Count, RowId
from app.errors import AppError
from app.lens import find_lens
from app.prompts import list_prompt_sets
from app.runner import RateResult
from app.runs import (
    RunForm,
    RunProgress,
    answers_page,
    create_run,
    delete_run,
    get_run,
    list_runs,
    progress,
)
from app.tables import Account, Run, RunState
from app.threads import writing
from app.web.deps import Admin, Analyst, Reading, State, Writing, admin_only
from app.web.errors import ErrorPage, error_page
from app.web.filters import duration
from app.web.forms import form_data, require_name, texts, validate
from app.web.render import render
from app.web.state import AppState

router = APIRouter()
PAGE = 20


@dataclass(frozen=True)
class RunCard:
    """A run with its counts, and its rate while this server works on it."""

    run: Run
    progress: RunProgress
    rate: RateResult | None

    @property
    def is_active(self) -> bool:
        return self.run.state is RunState.RUNNING and not self.progress.interrupted

    @property
    def can_start(self) -> bool:
        return not self.is_active and not self.run.imported and self.progress.due > 0

    @property
    def note(self) -> str:
        """Rate and time left, or what a run without a rate is waiting for."""
        if not self.is_active:
            return ""
        if self.rate is None or self.rate.seconds_left is None:
            return "starting engines"
        left = duration(self.rate.seconds_left)
        speed = f"{self.rate.responses_per_s:.1f} answers/s, {self.rate.tokens_per_s:.0f} tokens/s"
        return f"{speed}, {left} left"

    @property
    def provenance(self) -> list[tuple[str, list[tuple[str, str]]]]:
        return [
            (member.variant.name, [(key, str(value)) for key, value in member.provenance.items()])
            for member in self.run.variants
            if member.provenance
        ]


def _card(session: Session, state: AppState, run: Run) -> RunCard:
    return RunCard(run, progress(session, run), state.runner.rate(run.id))


Fields = Annotated[FormData, Depends(form_data)]


@router.get("/runs")
def runs_page(request: Request, analyst: Analyst, session: Reading, state: State) -> Response:
    page = {"cards": [_card(session, state, run) for run in list_runs(session)]}
    return render(request, "runs/index.html", page, account=analyst, section="runs")


@router.get("/runs/new")
def new_run(
    request: Request, admin: Admin, session: Reading, state: State, prompt_set: RowId | None = None
) -> Response:
    fields = {"prompt_set_id": str(prompt_set or ""), "samples": "1", "seed": "0"}
    chosen = [spec.name for spec in state.registry.variants]
    return _new_run_page(request, admin, session, state, fields=fields, chosen=chosen)


@router.post("/runs")
async def create(request: Request, admin: Admin, state: State, form: Fields) -> Response:
    fields, chosen = texts(form), [str(value) for value in form.getlist("variants")]
    try:
        run_form = validate(RunForm, {**fields, "variants": chosen})
        run_id = await writing(
            state.database, lambda session: create_run(session, state.registry, run_form).id
        )
    except AppError as error:
        return await _new_run_again(request, admin, state, fields, chosen, error)
    await state.runner.start(run_id)
    return RedirectResponse(f"/runs/{run_id}", 303)


@router.get("/runs/{run_id}")
def run_page(
    request: Request,
    run_id: RowId,
    analyst: Analyst,
    session: Reading,
    state: State,
    offset: Count = 0,
    search: str = "",
) -> Response:
    run = get_run(session, run_id)
    page = {
        "card": _card(session, state, run),
        "lens": find_lens(session, run),
        "answers": answers_page(session, run_id, offset=offset, limit=PAGE, search=search),
    }
    return render(request, "runs/show.html", page, account=analyst, section="runs")


@router.get("/runs/{run_id}/progress")
def run_progress(
    request: Request, run_id: RowId, analyst: Analyst, session: Reading, state: State
) -> Response:
    card = _card(session, state, get_run(session, run_id))
    response = render(request, "runs/_progress.html", {"card": card}, account=analyst)
    if not card.is_active:
        response.headers["hx-refresh"] = "true"  # the answers below have come, too
    return response


@router.post("/runs/{run_id}/start", dependencies=[admin_only])
async def start(run_id: RowId, state: State) -> Response:
    await state.runner.start(run_id)
    return RedirectResponse(f"/runs/{run_id}", 303)


@router.post("/runs/{run_id}/stop", dependencies=[admin_only])
async def stop(run_id: RowId, state: State) -> Response:
    await state.runner.stop(run_id)
    return RedirectResponse(f"/runs/{run_id}", 303)


@router.post("/runs/{run_id}/delete", dependencies=[admin_only])
def delete_answers(
    run_id: RowId, session: Writing, confirm: Annotated[str, Form()] = ""
) -> Response:
    require_name(confirm, get_run(session, run_id).name)
    delete_run(session, run_id)
    return RedirectResponse("/runs", 303)


async def _new_run_again(
    request: Request,
    admin: Account,
    state: AppState,
    fields: dict[str, str],
    chosen: list[str],
    error: AppError,
) -> Response:
    with state.database.reading() as session:
        return _new_run_page(
            request, admin, session, state, fields=fields, chosen=chosen, error=error_page(error)
        )


def _new_run_page(
    request: Request,
    admin: Account,
    session: Session,
    state: AppState,
    *,
    fields: dict[str, str],
    chosen: list[str],
    error: ErrorPage | None = None,
) -> Response:
    page = {
        "prompt_sets": list_prompt_sets(session),
        "variants": state.registry.variants,
        "fields": fields,
        "chosen": chosen,
        "error": error,
    }
    status = error.status if error else 200
    return render(request, "runs/new.html", page, account=admin, section="runs", status=status)

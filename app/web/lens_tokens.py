"""Answers under the lens, token by token."""

from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.db import Count, RowId
from app.lens import Order, lens_answers, place_of, prompt_of, prompts_page
from app.runs import get_run
from app.tables import Lens, Prompt
from app.web.deps import Analyst, Reading, State
from app.web.lens import existing_lens
from app.web.lens_answers import AnswerView, LensList, PromptLens
from app.web.render import render

router = APIRouter()
PAGE = 20


@router.get("/runs/{run_id}/lens/answers")
def lens_answers_page(
    request: Request,
    run_id: RowId,
    analyst: Analyst,
    session: Reading,
    state: State,
    prompt: RowId | None = None,
    order: Order = Order.SHIFTED,
    search: str = "",
    offset: Count = 0,
) -> Response:
    """The list of prompts; with `prompt` the answers to one."""
    run = get_run(session, run_id)
    lens = existing_lens(session, run)
    found = state.lens_results.get(session, lens)
    if prompt is None:
        listed = prompts_page(
            session, run, found, order=order, search=search, offset=offset, limit=PAGE
        )
        page = LensList(run, listed)
        return render(request, "lens/answers.html", page, account=analyst, section="runs")
    chosen = prompt_of(session, run, prompt)
    place = place_of(session, run, found, chosen, order=order, search=search)
    shown = PromptLens(run, chosen, _columns(session, lens, chosen), place, order, search)
    return render(request, "lens/tokens.html", shown, account=analyst, section="runs")


def _columns(session: Session, lens: Lens, prompt: Prompt) -> tuple[tuple[AnswerView, ...], ...]:
    """Of each variant its samples."""
    answers = lens_answers(session, lens, prompt)
    groups = groupby(answers, key=lambda answer: answer.name)
    return tuple(tuple(map(AnswerView, samples)) for _, samples in groups)

"""The token lens of a run: what it would cost, at work, and what it found."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from app.db import RowId
from app.errors import AppError, NotFound
from app.figures.of_lens import lens_figures
from app.lens import (
    Cost,
    Pair,
    borrowings_of,
    cost_of,
    find_lens,
    is_small,
    lens_progress,
    not_searched,
    pairs_to_compare,
    put_under_lens,
)
from app.runs import effective_sampling, get_run
from app.tables import Lens, Run
from app.threads import reading, writing
from app.variants import spec_of
from app.web.deps import Analyst, Reading, State, admin_only, analyst_only
from app.web.errors import error_page
from app.web.figure_files import figure_file
from app.web.lens_page import LensCard, LensOffer, LensPage
from app.web.render import render
from app.web.state import AppState

router = APIRouter()
_NOTHING = Cost(answers=0, requests=0, tokens=0, megabytes=0)


@router.get("/runs/{run_id}/lens")
def lens_page(
    request: Request, run_id: RowId, analyst: Analyst, session: Reading, state: State
) -> Response:
    page = _page(session, state, get_run(session, run_id))
    return render(request, "lens/show.html", page, account=analyst, section="runs")


@router.get("/runs/{run_id}/lens/progress")
def lens_progress_part(
    request: Request, run_id: RowId, analyst: Analyst, session: Reading, state: State
) -> Response:
    run = get_run(session, run_id)
    card = lens_card(session, state, existing_lens(session, run))
    page = {"run": run, "card": card}
    response = render(request, "lens/_progress.html", page, account=analyst)
    if not card.is_active:
        response.headers["hx-refresh"] = "true"  # what it found has come, too
    return response


@router.post("/runs/{run_id}/lens/start", dependencies=[admin_only])
async def start_lens(
    run_id: RowId, state: State, kl: Annotated[str | None, Form()] = None
) -> Response:
    lens_id = await writing(state.database, lambda session: _put(session, state, run_id, kl))
    await state.lenses.start(lens_id)
    return RedirectResponse(f"/runs/{run_id}/lens", 303)


@router.post("/runs/{run_id}/lens/stop", dependencies=[admin_only])
async def stop_lens(run_id: RowId, state: State) -> Response:
    lens_id = await reading(
        state.database, lambda session: existing_lens(session, get_run(session, run_id)).id
    )
    await state.lenses.stop(lens_id)
    return RedirectResponse(f"/runs/{run_id}/lens", 303)


@router.get("/runs/{run_id}/lens/figures/{name}.{form}", dependencies=[analyst_only])
def lens_figure(run_id: RowId, name: str, form: str, session: Reading, state: State) -> Response:
    run = get_run(session, run_id)
    figures = lens_figures(state.lens_results.get(session, existing_lens(session, run)))
    return figure_file(figures.get(name), form, f"run-{run.id}-{name}")


def lens_card(session: Session, state: AppState, lens: Lens) -> LensCard:
    progress, rate = lens_progress(session, lens), state.lenses.rate(lens.id)
    return LensCard(lens, progress, rate, not_searched(lens, state.registry))


def _put(session: Session, state: AppState, run_id: int, kl: str | None) -> int:
    """Makes the lens, or gives what was refused another chance. Raises Conflict while at work."""
    run = get_run(session, run_id)
    lens = find_lens(session, run)
    kept = lens.wants_exact if lens else True
    wants_exact = kept if kl is None else kl == "exact"
    return put_under_lens(session, run, state.registry, wants_exact=wants_exact).id


def existing_lens(session: Session, run: Run) -> Lens:
    """Raises NotFound."""
    lens = find_lens(session, run)
    if lens is None:
        raise NotFound("This run was not put under the lens.", hint="Start it on its page.")
    return lens


def _page(session: Session, state: AppState, run: Run) -> LensPage:
    lens = find_lens(session, run)
    found = state.lens_results.get(session, lens) if lens else ()
    return LensPage(
        run=run,
        offer=None if lens else _offer(session, run),
        card=lens_card(session, state, lens) if lens else None,
        found=found,
        contrasts=state.lens_results.contrasts(found),
        borrowings=borrowings_of(session, lens) if lens else (),
        figures=lens_figures(found),
        is_sampled=_is_sampled(run),
    )


def _offer(session: Session, run: Run) -> LensOffer:
    """What is in the way of a lens is said, with what to do about it."""
    try:
        pairs = tuple(pairs_to_compare(run))
    except AppError as error:
        return LensOffer((), _NOTHING, _NOTHING, has_choice=False, refusal=error_page(error))
    quick, exact = (cost_of(session, run, wants_exact=wanted) for wanted in (False, True))
    return LensOffer(pairs, exact, quick, has_choice=any(map(_may_be_exact, pairs)))


def _may_be_exact(pair: Pair) -> bool:
    if pair.base is None or pair.base is pair.tuned:
        return False
    return is_small(spec_of(pair.tuned.variant), spec_of(pair.base.variant))


def _is_sampled(run: Run) -> bool:
    """Imported answers do not say."""
    if run.imported:
        return False
    specs = [spec_of(member.variant) for member in run.variants]
    return any(effective_sampling(run, spec).temperature > 0 for spec in specs)

"""Results of a study: the page, its figures, its items, and the files to take away."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.db import Count, RowId
from app.errors import AppError, NotFound
from app.exports import FORMATS, suffix, zip_export
from app.figures import Figure
from app.figures.of_results import figures_of
from app.figures.token_evidence import token_figures
from app.lens import find_lens, pairs_to_compare
from app.lineage import checkpoint_figures, specs_of
from app.results import Order, ResultFilter, StudyResult, items_page
from app.results.tokens import TokenEvidence
from app.studies import get_study
from app.tables import Run, Study
from app.web.deps import Analyst, Reading, State, analyst_only
from app.web.figure_files import figure_file
from app.web.render import render
from app.web.result_filter import Chosen, FilterBar
from app.web.results_page import ItemsView, ResultsPage
from app.web.state import AppState

router = APIRouter()
ITEMS = 10


@router.get("/studies/{study_id}/results")
def results_page(
    request: Request,
    study_id: RowId,
    analyst: Analyst,
    session: Reading,
    state: State,
    chosen: Chosen,
) -> Response:
    page = _page(session, state, get_study(session, study_id), chosen)
    return render(request, "results/show.html", page, account=analyst, section="studies")


@router.get("/studies/{study_id}/results/live")
def live_results(
    request: Request,
    study_id: RowId,
    analyst: Analyst,
    session: Reading,
    state: State,
    chosen: Chosen,
    seen: str = "",
) -> Response:
    """The body of the page again, or 204 while nothing has changed since `seen`."""
    study = get_study(session, study_id)
    if state.tokens.version(session, study, chosen) == seen:
        return Response(status_code=204)
    page = _page(session, state, study, chosen)
    return render(request, "results/_body.html", page, account=analyst, section="studies")


@router.get("/studies/{study_id}/results/items")
def items(
    request: Request,
    study_id: RowId,
    analyst: Analyst,
    session: Reading,
    state: State,
    chosen: Chosen,
    criterion: str | None = None,
    order: Order = Order.DISAGREEMENT,
    offset: Count = 0,
) -> Response:
    study = get_study(session, study_id)
    columns = state.results.columns(session, study, chosen)
    bar = FilterBar(chosen, state.results.get(session, study, chosen).choices)
    found = items_page(
        session, study, columns, criterion=criterion, order=order, offset=offset, limit=ITEMS
    )
    page = ItemsView(study, bar, found)
    return render(request, "results/items.html", page, account=analyst, section="studies")


@router.get("/studies/{study_id}/results/figures/{name}.{form}", dependencies=[analyst_only])
def figure(
    study_id: RowId, name: str, form: str, session: Reading, state: State, chosen: Chosen
) -> Response:
    study = get_study(session, study_id)
    result = state.results.get(session, study, chosen)
    figures = _figures(study, result, state.tokens.get(session, study, chosen))
    return figure_file(figures.get(name), form, f"study-{study.id}-{name}")


def _page(session: Session, state: AppState, study: Study, chosen: ResultFilter) -> ResultsPage:
    # In this order: what comes meanwhile makes the page an old one, which asks again.
    version = state.tokens.version(session, study, chosen)
    result = state.results.get(session, study, chosen)
    tokens = state.tokens.get(session, study, chosen)
    lens = find_lens(session, study.run)
    return ResultsPage(
        study,
        result,
        _figures(study, result, tokens),
        FilterBar(chosen, result.choices),
        version,
        tokens=tokens,
        lens=lens,
        can_start_lens=lens is None and _can_have_lens(study.run),
    )


def _figures(study: Study, result: StudyResult, tokens: TokenEvidence | None) -> dict[str, Figure]:
    figures = figures_of(result) | checkpoint_figures(result, specs_of(study))
    return figures | (token_figures(result.variants, tokens) if tokens else {})


def _can_have_lens(run: Run) -> bool:
    try:
        return bool(pairs_to_compare(run))
    except AppError:
        return False


@router.get("/studies/{study_id}/exports/{format_name}", dependencies=[analyst_only])
def download(
    study_id: RowId,
    format_name: str,
    session: Reading,
    rule: Annotated[str | None, Query()] = None,
    raters: Annotated[str | None, Query()] = None,
) -> Response:
    study = get_study(session, study_id)
    if format_name not in FORMATS:
        raise NotFound(f"There is no export {format_name}.", hint=f"Known: {', '.join(FORMATS)}.")
    options = {key: value for key, value in (("rule", rule), ("raters", raters)) if value}
    body = zip_export(session, study, format_name, **options)
    name = f"study-{study.id}-{format_name}{suffix(options)}.zip"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type="application/zip", headers=headers)

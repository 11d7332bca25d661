"""The report of a study as one HTML file, under the filter of the page that it is asked from."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.db import RowId
from app.reports import evidence_of, html_of, report_of
from app.studies import get_study
from app.web.deps import Reading, State, analyst_only
from app.web.result_filter import Chosen

router = APIRouter()


@router.get("/studies/{study_id}/report", dependencies=[analyst_only])
def report(study_id: RowId, session: Reading, state: State, chosen: Chosen) -> Response:
    """Raises Conflict where nothing is judged."""
    study = get_study(session, study_id)
    result = state.results.get(session, study, chosen)
    tokens = state.tokens.get(session, study, chosen)
    page = html_of(report_of(evidence_of(session, study, result, tokens)))
    name = f"study-{study.id}-report.html"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)

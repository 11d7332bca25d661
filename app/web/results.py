"""Results of a study and the files to take away."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from app.db import RowId
from app.errors import NotFound
from app.exports import FORMATS, zip_export
from app.results import study_result
from app.studies import get_study
from app.web.deps import Analyst, Reading, analyst_only
from app.web.render import render

router = APIRouter()


@router.get("/studies/{study_id}/results")
def results_page(request: Request, study_id: RowId, analyst: Analyst, session: Reading) -> Response:
    study = get_study(session, study_id)
    page = {
        "study": study,
        "result": study_result(session, study),
        "formats": list(FORMATS.values()),
    }
    return render(request, "studies/results.html", page, account=analyst, section="studies")


@router.get("/studies/{study_id}/exports/{format_name}", dependencies=[analyst_only])
def download(
    study_id: RowId, format_name: str, session: Reading, rule: Annotated[str | None, Query()] = None
) -> Response:
    study = get_study(session, study_id)
    if format_name not in FORMATS:
        raise NotFound(f"There is no export {format_name}.", hint=f"Known: {', '.join(FORMATS)}.")
    options: Mapping[str, str] = {"rule": rule} if rule else {}
    body = zip_export(session, study, format_name, **options)
    name = f"study-{study.id}-{format_name}.zip"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type="application/zip", headers=headers)

"""Importing judgements that were made elsewhere."""

import asyncio
from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from app.db import RowId
from app.errors import AppError
from app.judged import LAYOUTS, delete_import, read_judgements, store_judgements
from app.readers import ENDINGS, Source
from app.studies import get_study
from app.tables import Account
from app.threads import writing
from app.web.deps import Admin, State, Writing, admin_only
from app.web.errors import ErrorPage, error_page
from app.web.forms import require_name
from app.web.render import render

router = APIRouter()


@router.get("/judged")
def judged_page(request: Request, admin: Admin) -> Response:
    return _form(request, admin)


@router.post("/judged")
async def import_judged(
    request: Request,
    admin: Admin,
    state: State,
    files: Annotated[list[UploadFile], File()],
    name: Annotated[str, Form()] = "",
    layout: Annotated[str, Form()] = "",
) -> Response:
    """Read before the database is touched: nobody waits for the reading of a long file."""
    sources = [Source(PurePath(upload.filename or "").name, upload.file) for upload in files]
    chosen = name or PurePath(sources[0].filename).stem
    try:
        judged = await asyncio.to_thread(read_judgements, sources, layout or None)
        report = await writing(
            state.database, lambda session: store_judgements(session, judged, name=chosen)
        )
    except AppError as error:
        return _form(request, admin, error=error_page(error), name=name, layout=layout)
    return render(
        request, "judged/report.html", {"report": report}, account=admin, section="studies"
    )


@router.post("/judged/{study_id}/delete", dependencies=[admin_only])
def delete_judged(
    study_id: RowId, session: Writing, confirm: Annotated[str, Form()] = ""
) -> Response:
    study = get_study(session, study_id)
    require_name(confirm, study.name)
    delete_import(session, study)
    return RedirectResponse("/studies", 303)


def _form(
    request: Request,
    admin: Account,
    *,
    error: ErrorPage | None = None,
    name: str = "",
    layout: str = "",
) -> Response:
    page = {
        "layouts": LAYOUTS,
        "endings": ",".join(ENDINGS),
        "error": error,
        "name": name,
        "layout": layout,
    }
    status = error.status if error else 200
    return render(
        request, "judged/form.html", page, account=admin, section="studies", status=status
    )

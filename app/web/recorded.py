"""Answers made elsewhere: the import page."""

from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.db import RowId
from app.errors import AppError
from app.prompts import get_prompt_set, list_prompt_sets
from app.readers import Source
from app.recorded import import_responses
from app.tables import Account
from app.web.deps import Admin, Reading, Writing
from app.web.errors import ErrorPage, error_page
from app.web.render import render

router = APIRouter()


@router.get("/recorded")
def recorded_page(request: Request, admin: Admin, session: Reading) -> Response:
    return _form(request, admin, session)


@router.post("/recorded")
def import_recorded(
    request: Request,
    admin: Admin,
    session: Writing,
    files: Annotated[list[UploadFile], File()],
    name: Annotated[str, Form()] = "",
    prompt_set_id: Annotated[RowId | None, Form()] = None,
) -> Response:
    sources = [Source(upload.filename or "", upload.file) for upload in files]
    try:
        chosen = None if prompt_set_id is None else get_prompt_set(session, prompt_set_id)
        title = name or PurePath(files[0].filename or "").stem
        with session.begin_nested():
            report = import_responses(session, name=title, files=sources, prompt_set=chosen)
    except AppError as error:
        return _form(request, admin, session, error=error_page(error), name=name)
    page = {"report": report}
    return render(request, "runs/imported.html", page, account=admin, section="runs")


def _form(
    request: Request,
    admin: Account,
    session: Session,
    *,
    error: ErrorPage | None = None,
    name: str = "",
) -> Response:
    page = {"prompt_sets": list_prompt_sets(session), "error": error, "name": name}
    status = error.status if error else 200
    return render(request, "runs/recorded.html", page, account=admin, section="runs", status=status)

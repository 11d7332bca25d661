"""Prompt sets: import, browse, delete."""

from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from app.db import Count, RowId
from app.errors import AppError
from app.prompts import (
    browse_prompts,
    delete_prompt_set,
    get_prompt_set,
    import_prompts,
    list_prompt_sets,
)
from app.tables import Account
from app.web.deps import Admin, Analyst, Reading, Writing, admin_only
from app.web.errors import ErrorPage, error_page
from app.web.forms import require_name
from app.web.render import render

router = APIRouter()
PAGE = 50


@router.get("/prompts")
def prompts_page(request: Request, analyst: Analyst, session: Reading) -> Response:
    return _index(request, analyst, session)


@router.post("/prompts")
def import_file(
    request: Request,
    admin: Admin,
    session: Writing,
    file: Annotated[UploadFile, File()],
    name: Annotated[str, Form()] = "",
) -> Response:
    filename = file.filename or ""
    try:
        with session.begin_nested():
            report = import_prompts(
                session, name=name or PurePath(filename).stem, filename=filename, data=file.file
            )
    except AppError as error:
        return _index(request, admin, session, error=error_page(error), name=name)
    page = {"prompt_set": report.prompt_set, "report": report}
    return render(request, "prompts/imported.html", page, account=admin, section="prompts")


@router.get("/prompts/{prompt_set_id}")
def prompt_set_page(
    request: Request, prompt_set_id: RowId, analyst: Analyst, session: Reading, offset: Count = 0
) -> Response:
    prompt_set = get_prompt_set(session, prompt_set_id)
    prompts, total = browse_prompts(session, prompt_set_id, offset=offset, limit=PAGE)
    page = {
        "prompt_set": prompt_set,
        "prompts": prompts,
        "offset": offset,
        "limit": PAGE,
        "total": total,
    }
    return render(request, "prompts/show.html", page, account=analyst, section="prompts")


@router.post("/prompts/{prompt_set_id}/delete", dependencies=[admin_only])
def delete_prompts(
    prompt_set_id: RowId, session: Writing, confirm: Annotated[str, Form()] = ""
) -> Response:
    require_name(confirm, get_prompt_set(session, prompt_set_id).name)
    delete_prompt_set(session, prompt_set_id)
    return RedirectResponse("/prompts", 303)


def _index(
    request: Request,
    admin: Account,
    session: Session,
    *,
    error: ErrorPage | None = None,
    name: str = "",
) -> Response:
    page = {"prompt_sets": list_prompt_sets(session), "error": error, "name": name}
    status = error.status if error else 200
    return render(
        request, "prompts/index.html", page, account=admin, section="prompts", status=status
    )

"""What an open study may still change: its texts, its target, and a list of who judges what."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from app.db import RowId
from app.errors import AppError
from app.studies import AmendForm, amend_study, get_study
from app.studies.listed import import_list
from app.tables import Account, Study
from app.web.deps import Admin, Reading, Writing, admin_only
from app.web.errors import ErrorPage, error_page
from app.web.forms import form_data, texts, validate
from app.web.render import render

router = APIRouter()
Fields = Annotated[FormData, Depends(form_data)]


@router.get("/studies/{study_id}/amend")
def amend_page(request: Request, study_id: RowId, admin: Admin, session: Reading) -> Response:
    study = get_study(session, study_id)
    return _page(request, admin, study, _filled(study))


@router.post("/studies/{study_id}/amend")
def amend(
    request: Request, study_id: RowId, admin: Admin, session: Writing, form: Fields
) -> Response:
    study = get_study(session, study_id)
    draft = _read(study, texts(form))
    try:
        with session.begin_nested():
            amend_study(session, study, validate(AmendForm, draft))
    except AppError as error:
        session.refresh(study)
        return _page(request, admin, study, draft, error=error_page(error))
    return RedirectResponse(f"/studies/{study_id}#history", 303)


@router.post("/studies/{study_id}/list", dependencies=[admin_only])
def upload_list(study_id: RowId, session: Writing, file: Annotated[UploadFile, File()]) -> Response:
    study = get_study(session, study_id)
    import_list(session, study, filename=file.filename or "", data=file.file)
    return RedirectResponse(f"/studies/{study_id}", 303)


def _filled(study: Study) -> dict[str, Any]:
    return {
        "note": "",
        "instructions": study.instructions,
        "guidance": {one.key: one.guidance for one in study.criteria},
        "ratings_per_item": study.ratings_per_item,
        "reserve_minutes": study.reserve_minutes,
    }


def _read(study: Study, fields: dict[str, str]) -> dict[str, Any]:
    plain = {name: text.replace("\r\n", "\n") for name, text in fields.items()}
    return {
        "note": plain.get("note", ""),
        "instructions": plain.get("instructions", ""),
        "guidance": {one.key: plain.get(f"guidance-{one.key}", "") for one in study.criteria},
        "ratings_per_item": plain.get("ratings_per_item", ""),
        "reserve_minutes": plain.get("reserve_minutes", ""),
    }


def _page(
    request: Request,
    admin: Account,
    study: Study,
    fields: dict[str, Any],
    *,
    error: ErrorPage | None = None,
) -> Response:
    page = {"study": study, "fields": fields, "error": error}
    status = error.status if error else 200
    return render(
        request, "studies/amend.html", page, account=admin, section="studies", status=status
    )

"""Training and gold items of a study: what there is, adding a file, removing them."""

from typing import Annotated

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from app.db import RowId
from app.errors import AppError
from app.studies import (
    answers_per_item,
    check_warnings,
    get_study,
    import_checks,
    list_checks,
    remove_checks,
    written_order,
)
from app.tables import Account, Study
from app.web.deps import Admin, Reading, Writing
from app.web.errors import ErrorPage, error_page
from app.web.render import render

router = APIRouter()


@router.get("/studies/{study_id}/checks")
def checks_page(request: Request, study_id: RowId, admin: Admin, session: Reading) -> Response:
    return _page(request, admin, session, get_study(session, study_id))


@router.post("/studies/{study_id}/checks")
def add_checks(
    request: Request,
    study_id: RowId,
    admin: Admin,
    session: Writing,
    file: Annotated[UploadFile, File()],
) -> Response:
    study = get_study(session, study_id)
    try:
        with session.begin_nested():
            import_checks(session, study, filename=file.filename or "", data=file.file)
    except AppError as error:
        return _page(request, admin, session, study, error=error_page(error))
    return RedirectResponse(f"/studies/{study_id}/checks", 303)


@router.post("/studies/{study_id}/checks/remove")
def drop_checks(request: Request, study_id: RowId, admin: Admin, session: Writing) -> Response:
    study = get_study(session, study_id)
    try:
        remove_checks(session, study)
    except AppError as error:
        return _page(request, admin, session, study, error=error_page(error))
    return RedirectResponse(f"/studies/{study_id}/checks", 303)


def _page(
    request: Request,
    admin: Account,
    session: Session,
    study: Study,
    *,
    error: ErrorPage | None = None,
) -> Response:
    page = {
        "study": study,
        "checks": [
            (item, [(key, written_order(ranks)) for key, ranks in (item.expected or {}).items()])
            for item in list_checks(session, study)
        ],
        "warnings": check_warnings(session, study),
        "answers": answers_per_item(study),
        "preferences": [one.key for one in study.criteria if one.asks_preference],
        "error": error,
    }
    status = error.status if error else 200
    return render(
        request, "studies/checks.html", page, account=admin, section="studies", status=status
    )

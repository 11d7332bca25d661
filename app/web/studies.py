"""Studies: draft, preview, open, invite, close."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.criteria import DEFAULT_CRITERIA, INSTRUCTIONS, CriterionForm
from app.db import RowId
from app.errors import AppError
from app.ratings import Place, preview
from app.runs import get_run, list_runs
from app.studies import (
    StudyForm,
    categories,
    close_study,
    create_study,
    delete_study,
    get_study,
    invite,
    invite_many,
    list_studies,
    open_study,
    plan_items,
    reopen_study,
    revoke_link,
    study_progress,
    update_study,
)
from app.tables import Account, Run, Scale, Study, StudyState
from app.web.deps import Admin, Reading, State, Writing, admin_only
from app.web.errors import ErrorPage, error_page
from app.web.forms import form_data, require_name, texts, validate
from app.web.rate import item_page
from app.web.render import render

router = APIRouter()
Fields = Annotated[FormData, Depends(form_data)]


class _OfRun(BaseModel):
    """What the form cannot be shown again without."""

    run_id: RowId


@router.get("/studies")
def studies_page(request: Request, admin: Admin, session: Reading) -> Response:
    cards = [(study, study_progress(session, study)) for study in list_studies(session)]
    return render(request, "studies/index.html", {"cards": cards}, account=admin, section="studies")


@router.get("/studies/new")
def new_study(
    request: Request, admin: Admin, session: Reading, run: RowId | None = None
) -> Response:
    runs = list_runs(session)
    chosen = get_run(session, run) if run is not None else (runs[0] if runs else None)
    return _form_page(request, admin, session, _empty(chosen), chosen)


@router.post("/studies")
def create(request: Request, admin: Admin, session: Writing, form: Fields) -> Response:
    draft = _read(form)
    try:
        with session.begin_nested():
            study = create_study(session, validate(StudyForm, draft))
    except AppError as error:
        run = get_run(session, validate(_OfRun, draft).run_id)
        return _form_page(request, admin, session, draft, run, error=error_page(error))
    return RedirectResponse(f"/studies/{study.id}", 303)


@router.get("/studies/{study_id}")
def study_page(
    request: Request, study_id: RowId, admin: Admin, session: Reading, state: State
) -> Response:
    study = get_study(session, study_id)
    progress = study_progress(session, study)
    base = state.settings.base_url
    page = {
        "study": study,
        "progress": progress,
        "plan": plan_items(session, study) if study.state is StudyState.DRAFT else None,
        "raters": [
            (rater, f"{base}/r/{state.signer.rater_link(rater.invitation)}")
            for rater in progress.raters
            if not study.imported  # they have no link, and may be thousands
        ],
    }
    return render(request, "studies/show.html", page, account=admin, section="studies")


@router.get("/studies/{study_id}/edit")
def edit_study(request: Request, study_id: RowId, admin: Admin, session: Reading) -> Response:
    study = get_study(session, study_id)
    return _form_page(request, admin, session, _filled(study), study.run, study=study)


@router.post("/studies/{study_id}/edit")
def save_study(
    request: Request, study_id: RowId, admin: Admin, session: Writing, form: Fields
) -> Response:
    study, draft = get_study(session, study_id), _read(form)
    try:
        with session.begin_nested():
            update_study(session, study, validate(StudyForm, {**draft, "seed": study.seed}))
    except AppError as error:
        return _form_page(
            request, admin, session, draft, study.run, study=study, error=error_page(error)
        )
    return RedirectResponse(f"/studies/{study_id}", 303)


@router.get("/studies/{study_id}/preview")
def preview_study(
    request: Request, study_id: RowId, admin: Admin, session: Reading, item: RowId = 1
) -> Response:
    blinded, count = preview(session, get_study(session, study_id), item)
    page = item_page(
        blinded, place=Place(item - 1, count, item, None, None), address="/studies", errors=[]
    )
    here = f"/studies/{study_id}/preview?item="
    page |= {
        "form_action": f"/studies/{study_id}",
        "is_preview": True,
        "previous_url": f"{here}{item - 1}" if item > 1 else None,
        "next_url": f"{here}{item + 1}" if item < count else None,
    }
    return render(request, "rate/judge.html", page, account=admin)


@router.post("/studies/{study_id}/open", dependencies=[admin_only])
def open_for_raters(study_id: RowId, session: Writing) -> Response:
    open_study(session, get_study(session, study_id))
    return RedirectResponse(f"/studies/{study_id}", 303)


@router.post("/studies/{study_id}/close", dependencies=[admin_only])
def close(study_id: RowId, session: Writing) -> Response:
    close_study(get_study(session, study_id))
    return RedirectResponse(f"/studies/{study_id}", 303)


@router.post("/studies/{study_id}/reopen", dependencies=[admin_only])
def reopen(study_id: RowId, session: Writing) -> Response:
    reopen_study(get_study(session, study_id))
    return RedirectResponse(f"/studies/{study_id}", 303)


@router.post("/studies/{study_id}/delete", dependencies=[admin_only])
def delete_draft(
    study_id: RowId, session: Writing, confirm: Annotated[str, Form()] = ""
) -> Response:
    study = get_study(session, study_id)
    require_name(confirm, study.name)
    delete_study(session, study)
    return RedirectResponse("/studies", 303)


@router.post("/studies/{study_id}/invite", dependencies=[admin_only])
def invite_raters(
    study_id: RowId,
    session: Writing,
    name: Annotated[str, Form()] = "",
    count: Annotated[int, Form()] = 1,
) -> Response:
    """One rater by name, or several under pseudonyms when the name is left empty."""
    study = get_study(session, study_id)
    if name.strip():
        invite(session, study, name)
    else:
        invite_many(session, study, count)
    return RedirectResponse(f"/studies/{study_id}#raters", 303)


@router.post("/studies/{study_id}/revoke/{invitation_id}", dependencies=[admin_only])
def revoke(study_id: RowId, invitation_id: RowId, session: Writing) -> Response:
    revoke_link(session, get_study(session, study_id), invitation_id)
    return RedirectResponse(f"/studies/{study_id}#raters", 303)


# --- the form ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CriterionRow:
    """One criterion in the form; rows without a label are left out."""

    label: str = ""
    key: str = ""
    guidance: str = ""
    asks_preference: bool = True
    scale: Scale | None = Scale.LIKERT
    options: dict[str, Any] = field(default_factory=dict)
    per_answer: bool = True
    required: bool = True
    shown_if: dict[str, Any] | None = None


def _empty(run: Run | None) -> dict[str, Any]:
    return {
        "name": "",
        "run_id": run.id if run else "",
        "run_variant_ids": [member.id for member in run.variants] if run else [],
        "design": "side_by_side",
        "ratings_per_item": 1,
        "instructions": INSTRUCTIONS,
        "show_reference": True,
        "markdown": True,
        "mask_introductions": False,
        "marks": False,
        "category": None,
        "max_prompts": None,
        "criteria": [criterion.model_dump() for criterion in DEFAULT_CRITERIA],
    }


def _filled(study: Study) -> dict[str, Any]:
    fields = {name: getattr(study, name) for name in _empty(None) if hasattr(study, name)}
    criteria = [
        {name: getattr(criterion, name) for name in CriterionForm.model_fields}
        for criterion in study.criteria
    ]
    members = [variant.run_variant_id for variant in study.variants]
    return fields | {"criteria": criteria, "run_variant_ids": members}


def _read(form: FormData) -> dict[str, Any]:
    fields = texts(form)
    return {
        "name": fields.get("name", ""),
        "run_id": fields.get("run_id", "0"),
        "run_variant_ids": [v for v in form.getlist("run_variant_ids") if isinstance(v, str)],
        "design": fields.get("design", ""),
        "ratings_per_item": fields.get("ratings_per_item", ""),
        "instructions": fields.get("instructions", "").replace("\r\n", "\n"),
        "show_reference": "show_reference" in fields,
        "markdown": "markdown" in fields,
        "mask_introductions": "mask_introductions" in fields,
        "marks": "marks" in fields,
        "category": fields.get("category") or None,
        "max_prompts": fields.get("max_prompts") or None,
        "criteria": [row for n in range(9) if (row := _read_criterion(fields, n))],
    }


def _read_criterion(fields: dict[str, str], number: int) -> dict[str, Any] | None:
    label = fields.get(f"criterion-{number}-label", "").strip()
    if not label:
        return None
    key = fields.get(f"criterion-{number}-key", "") or _key(label, number)
    return {
        "key": key,
        "label": label,
        "guidance": fields.get(f"criterion-{number}-guidance", "").replace("\r\n", "\n"),
        "asks_preference": f"criterion-{number}-preference" in fields,
        "scale": Scale.LIKERT if f"criterion-{number}-scores" in fields else None,
    }


def _key(label: str, number: int) -> str:
    """Out of the label where it begins with a Latin letter, else out of its place in the form."""
    letters = "".join(c if c.isascii() and c.isalnum() else "_" for c in label.lower()).strip("_")
    return letters[:40] if letters[:1].isalpha() else f"criterion_{number + 1}"


def _form_page(
    request: Request,
    admin: Account,
    session: Session,
    fields: dict[str, Any],
    run: Run | None,
    *,
    study: Study | None = None,
    error: ErrorPage | None = None,
) -> Response:
    chosen = {str(member) for member in fields["run_variant_ids"]}
    page = {
        "runs": list_runs(session),
        "run": run,
        "study": study,
        "fields": fields,
        "chosen": [m.id for m in run.variants if str(m.id) in chosen] if run else [],
        "categories": categories(session, run) if run else [],
        "criteria": [CriterionRow(**row) for row in fields["criteria"]] + [CriterionRow()],
        "error": error,
    }
    status = error.status if error else 200
    return render(
        request, "studies/form.html", page, account=admin, section="studies", status=status
    )

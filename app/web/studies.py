"""Studies: draft, preview, open, invite, close."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from app.criteria import asked_scale, find_rubric
from app.db import RowId
from app.errors import AppError
from app.ratings import Place, Previewed, preview
from app.runs import get_run, list_runs
from app.sessions import reply_summary
from app.studies import (
    close_study,
    create_study,
    delete_study,
    get_study,
    list_raters,
    list_studies,
    open_study,
    plan_items,
    reopen_study,
    session_of,
    study_power,
    study_progress,
    update_study,
    versions,
)
from app.tables import Role, StudyState
from app.web.deps import Admin, Analyst, Reading, State, Writing, admin_only
from app.web.design_form import times
from app.web.errors import error_page
from app.web.forms import form_data, require_name
from app.web.rate import item_page
from app.web.raters import SAID
from app.web.render import render
from app.web.study_form import (
    empty_fields,
    fields_of,
    form_page,
    meant_form,
    run_of,
    typed_fields,
)

router = APIRouter()
Fields = Annotated[FormData, Depends(form_data)]


@router.get("/studies")
def studies_page(request: Request, analyst: Analyst, session: Reading) -> Response:
    cards = [(study, study_progress(session, study)) for study in list_studies(session)]
    return render(
        request, "studies/index.html", {"cards": cards}, account=analyst, section="studies"
    )


@router.get("/studies/new")
def new_study(
    request: Request,
    admin: Admin,
    session: Reading,
    run: RowId | None = None,
    rubric: str = "",
) -> Response:
    """`rubric` names the criteria to start from."""
    runs = list_runs(session)
    chosen = get_run(session, run) if run is not None else (runs[0] if runs else None)
    return form_page(request, admin, session, empty_fields(chosen, find_rubric(rubric)), chosen)


@router.post("/studies")
def create(request: Request, admin: Admin, session: Writing, form: Fields) -> Response:
    draft = typed_fields(form)
    try:
        with session.begin_nested():
            study = create_study(session, meant_form(draft))
    except AppError as error:
        run = run_of(session, draft)
        return form_page(request, admin, session, draft, run, error=error_page(error))
    return RedirectResponse(f"/studies/{study.id}", 303)


@router.get("/studies/{study_id}")
def study_page(
    request: Request,
    study_id: RowId,
    analyst: Analyst,
    session: Reading,
    state: State,
    said: str = "",
) -> Response:
    """`said` names what has just been done."""
    study = get_study(session, study_id)
    progress = study_progress(session, study)
    base = state.settings.base_url
    shows_raters = not study.imported and analyst.role is Role.ADMIN
    others = [(kind, list_raters(session, study, kind)) for kind in progress.others]
    plan = plan_items(session, study) if study.state is StudyState.DRAFT else None
    page = {
        "study": study,
        "scales": [asked_scale(criterion) for criterion in study.criteria],
        "progress": progress,
        "plan": plan,
        "appearances": times(plan.appearances.values()) if plan else "",
        "meetings": times(plan.meetings.values()) if plan else "",
        "power": study_power(study, plan) if plan else None,
        "said": SAID.get(said),
        "session_saved": said == "session",
        "versions": versions(session, study),
        "session": session_of(study).facts,
        "replies": reply_summary(session, study),
        "join_link": f"{base}/join/{state.signer.join_link(study.join_nonce)}"
        if study.join_nonce
        else None,
        "others": others,
        "raters": [
            (rater, f"{base}/r/{state.signer.rater_link(rater.invitation)}")
            # Imported ones have no link and may be thousands; analysts learn no rater's name.
            for rater in (list_raters(session, study) if shows_raters else ())
        ],
    }
    return render(request, "studies/show.html", page, account=analyst, section="studies")


@router.get("/studies/{study_id}/edit")
def edit_study(request: Request, study_id: RowId, admin: Admin, session: Reading) -> Response:
    study = get_study(session, study_id)
    return form_page(request, admin, session, fields_of(study), study.run, study=study)


@router.post("/studies/{study_id}/edit")
def save_study(
    request: Request, study_id: RowId, admin: Admin, session: Writing, form: Fields
) -> Response:
    study, draft = get_study(session, study_id), typed_fields(form)
    try:
        with session.begin_nested():
            update_study(session, study, meant_form(draft, seed=study.seed))
    except AppError as error:
        return form_page(
            request, admin, session, draft, study.run, study=study, error=error_page(error)
        )
    return RedirectResponse(f"/studies/{study_id}", 303)


@router.get("/studies/{study_id}/preview")
def preview_study(
    request: Request,
    study_id: RowId,
    analyst: Analyst,
    session: Reading,
    item: RowId = 1,
    stripped: bool | None = None,
) -> Response:
    """`stripped`: the answers in this form, whichever raters see."""
    study = get_study(session, study_id)
    found = preview(session, study, item, stripped=stripped)
    count = found.items
    page = item_page(
        found.page, place=Place(item - 1, count, item, None, None), address="/studies", errors=[]
    )
    here = f"/studies/{study_id}/preview?item="
    page |= {
        "form_action": f"/studies/{study_id}",
        "is_preview": True,
        "forms": _forms(found, stripped, f"{here}{item}") if study.strip_half else None,
        "previous_url": f"{here}{item - 1}" if item > 1 else None,
        "next_url": f"{here}{item + 1}" if item < count else None,
    }
    return render(request, "rate/judge.html", page, account=analyst)


def _forms(found: Previewed, stripped: bool | None, here: str) -> dict[str, Any]:
    """Which form raters see, whether this is the one, and where the other is."""
    shown = found.is_stripped if stripped is None else stripped
    return {
        "raters_see_stripped": found.is_stripped,
        "is_stripped": shown,
        "other_url": f"{here}&stripped={str(not shown).lower()}",
    }


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

"""A study's raters: inviting, pausing, extending, revoking, and their links."""

import csv
from io import StringIO
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from app.db import RowId
from app.errors import AppError
from app.sessions import make_link, remove_link
from app.spreadsheets import not_run
from app.studies import (
    RaterRow,
    extend,
    get_invitation,
    get_study,
    invite,
    invite_many,
    list_raters,
    pause,
    resume,
    revoke_link,
)
from app.web.deps import Reading, State, Writing, admin_only

SAID = {
    "invited": "Invited. Send the link in the list below.",
    "revoked": "Revoked. What they judged stays.",
    "paused": "Paused. Their link says so.",
    "let_in": "Let in again.",
    "extended": "They may judge more items.",
    "link_made": "The shared link is below.",
    "link_removed": "The shared link is taken back.",
}
"""What the list of raters says after an action, by the word in its address."""

router = APIRouter(prefix="/studies/{study_id}", dependencies=[admin_only])


@router.post("/invite")
def invite_raters(
    study_id: RowId,
    session: Writing,
    name: Annotated[str, Form()] = "",
    count: Annotated[int, Form()] = 1,
) -> Response:
    """One rater by name, or several under pseudonyms when the name is left empty."""
    study = get_study(session, study_id)
    if name.strip() and count != 1:
        raise AppError(
            "Either one rater by name, or several by number.",
            hint="Leave the name empty for several: they are numbered.",
        )
    if name.strip():
        invite(session, study, name)
    else:
        invite_many(session, study, count)
    return _back(study_id, "invited")


@router.post("/revoke/{invitation_id}")
def revoke(study_id: RowId, invitation_id: RowId, session: Writing) -> Response:
    revoke_link(session, get_study(session, study_id), invitation_id)
    return _back(study_id, "revoked")


@router.post("/pause/{invitation_id}")
def pause_rater(study_id: RowId, invitation_id: RowId, session: Writing) -> Response:
    pause(get_invitation(session, get_study(session, study_id), invitation_id))
    return _back(study_id, "paused")


@router.post("/resume/{invitation_id}")
def resume_rater(study_id: RowId, invitation_id: RowId, session: Writing) -> Response:
    resume(get_invitation(session, get_study(session, study_id), invitation_id))
    return _back(study_id, "let_in")


@router.post("/extend/{invitation_id}")
def extend_rater(
    study_id: RowId, invitation_id: RowId, session: Writing, items: Annotated[int, Form()] = 10
) -> Response:
    extend(get_invitation(session, get_study(session, study_id), invitation_id), items)
    return _back(study_id, "extended")


@router.post("/join-link")
def make_join_link(study_id: RowId, session: Writing) -> Response:
    make_link(get_study(session, study_id))
    return _back(study_id, "link_made")


@router.post("/join-link/remove")
def remove_join_link(study_id: RowId, session: Writing) -> Response:
    remove_link(get_study(session, study_id))
    return _back(study_id, "link_removed")


@router.get("/links.csv")
def rater_links(study_id: RowId, session: Reading, state: State) -> Response:
    """For a mail merge: every rater who may judge, with their link."""
    study = get_study(session, study_id)
    file = StringIO()
    table = csv.writer(file)
    table.writerow(["rater", "link", "panel_id", "judged", "state", "completed_at"])
    for rater in list_raters(session, study):
        if rater.invitation.revoked_at is None:
            link = f"{state.settings.base_url}/r/{state.signer.rater_link(rater.invitation)}"
            table.writerow(_row(rater, link))
    headers = {"content-disposition": f'attachment; filename="raters-{study.id}.csv"'}
    return Response(file.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _row(rater: RaterRow, link: str) -> list[object]:
    one = rater.invitation
    state = "failed the checks" if one.screened_out_at else "paused" if one.paused_at else "in"
    ended = one.completed_at.isoformat(timespec="seconds") if one.completed_at else ""
    panel_id = not_run(one.external_id or "")
    return [not_run(rater.name), link, panel_id, rater.done, "through" if ended else state, ended]


def _back(study_id: int, said: str) -> Response:
    return RedirectResponse(f"/studies/{study_id}?said={said}#raters", 303)

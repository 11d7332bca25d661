"""The settings of a study's rater sessions: what is asked, how long, how raters are checked."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.db import RowId
from app.errors import AppError
from app.studies import (
    Question,
    SessionSpec,
    get_study,
    kind_words,
    kinds_of,
    list_checks,
    session_of,
    set_session,
)
from app.tables import Account, ItemKind, Study
from app.web.deps import Admin, Reading, Writing
from app.web.errors import ErrorPage, error_page
from app.web.forms import form_data, texts, validate
from app.web.render import render

router = APIRouter()
Fields = Annotated[FormData, Depends(form_data)]

_PARTS = ("before", "after")
_MOST = 12  # questions of a part that the form has room for
_PLAIN = (
    *("consent", "break_every", "session_minutes", "rest_minutes", "quota", "gold_every"),
    *("gold_minimum", "gold_percent", "on_failure", "completion_code", "completion_url"),
    *("screened_out_url", "panel_parameter"),
)
_TICKED = ("ask_guess", "ask_kinds")
_MAY_BE_EMPTY = ("break_every", "session_minutes", "quota")


@router.get("/studies/{study_id}/session")
def session_page(request: Request, study_id: RowId, admin: Admin, session: Reading) -> Response:
    study = get_study(session, study_id)
    return _page(request, admin, session, study, _filled(session_of(study)))


@router.post("/studies/{study_id}/session")
def save_session(
    request: Request, study_id: RowId, admin: Admin, session: Writing, form: Fields
) -> Response:
    study, draft = get_study(session, study_id), _typed(texts(form))
    try:
        with session.begin_nested():
            set_session(session, study, validate(SessionSpec, _meant(draft)), draft["note"])
    except AppError as error:
        return _page(request, admin, session, study, draft, error=error_page(error))
    return RedirectResponse(f"/studies/{study_id}?said=session", 303)


def _filled(spec: SessionSpec) -> dict[str, Any]:
    fields = {name: getattr(spec, name) for name in _PLAIN}
    asked = {part: [_row(question) for question in getattr(spec, part)] for part in _PARTS}
    return {**fields, **asked, **{name: getattr(spec, name) for name in _TICKED}, "note": ""}


def _row(question: Question) -> dict[str, Any]:
    row = question.model_dump(mode="json")
    return row | {"choices": "\n".join(question.choices)}


def _typed(fields: Mapping[str, str]) -> dict[str, Any]:
    """As they were sent, sound or not, so that the form can be shown again."""
    plain = {name: fields.get(name, "").replace("\r\n", "\n").strip() for name in _PLAIN}
    rows = {part: list(_typed_rows(fields, part)) for part in _PARTS}
    note = fields.get("note", "").strip()
    return {**plain, **rows, **{name: name in fields for name in _TICKED}, "note": note}


def _typed_rows(fields: Mapping[str, str], part: str) -> list[dict[str, Any]]:
    """The questions with a text, in order."""
    rows = []
    for number in range(_MOST):
        name = f"{part}-{number}"
        label = fields.get(f"{name}-label", "").strip()
        if label:
            rows.append(
                {
                    "key": fields.get(f"{name}-key", "") or _key(label, part, number),
                    "label": label,
                    "kind": fields.get(f"{name}-kind", "text"),
                    "choices": fields.get(f"{name}-choices", "").replace("\r\n", "\n"),
                    "required": f"{name}-optional" not in fields,
                }
            )
    return rows


def _key(label: str, part: str, number: int) -> str:
    """Out of the question where it begins with a Latin letter, else out of its place."""
    letters = "".join(c if c.isascii() and c.isalnum() else "_" for c in label.lower()).strip("_")
    return letters[:40] if letters[:1].isalpha() else f"{part}_{number + 1}"


def _meant(draft: Mapping[str, Any]) -> dict[str, Any]:
    """What `SessionSpec` takes."""
    fields = {name: draft[name] for name in (*_PLAIN, *_TICKED)}
    for name in _MAY_BE_EMPTY:
        fields[name] = fields[name] or None
    for part in _PARTS:
        fields[part] = [_question(row) for row in draft[part]]
    return fields


def _question(row: Mapping[str, Any]) -> dict[str, Any]:
    options = [line.strip() for line in row["choices"].splitlines() if line.strip()]
    return {**row, "choices": options if row["kind"] == "choice" else []}


def _page(
    request: Request,
    admin: Account,
    session: Session,
    study: Study,
    fields: Mapping[str, Any],
    *,
    error: ErrorPage | None = None,
) -> Response:
    kinds = [item.kind for item in list_checks(session, study)]
    page = {
        "study": study,
        "fields": fields,
        "rows": {part: _with_room(fields[part]) for part in _PARTS},
        "training": kinds.count(ItemKind.TRAINING),
        "gold": kinds.count(ItemKind.GOLD),
        "variant_kinds": [kind_words(kind) for kind in kinds_of(study)],
        "error": error,
    }
    status = error.status if error else 200
    return render(
        request, "studies/session.html", page, account=admin, section="studies", status=status
    )


def _with_room(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """An empty question at the end."""
    empty = {"key": "", "label": "", "kind": "text", "choices": "", "required": True}
    return [*rows, empty][:_MOST]

"""Opening freezes a study and makes its items; closing ends judging and may be taken back."""

from collections.abc import Sequence

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.db import now
from app.errors import AppError, Conflict
from app.stripping import RULE
from app.studies.checks import list_checks, require_fitting_checks
from app.studies.items import ItemPlan, PlannedItem, plan_items
from app.studies.versions import record_version
from app.tables import Item, ItemResponse, RunState, Study, StudyState

# Rows, not objects: nobody else can write meanwhile, and studies have hundreds of thousands.
_BATCH = 5000


def open_study(session: Session, study: Study) -> ItemPlan:
    """Makes the items and lets raters in. Raises Conflict (not a draft), AppError (no items)."""
    if study.state is not StudyState.DRAFT:
        raise Conflict(
            f"{study.name} is {study.state} already.", hint="Only a draft can be opened."
        )
    if study.run.state in (RunState.RUNNING, RunState.PENDING):
        raise Conflict(
            f"The run {study.run.name} is still being answered.",
            hint="Open the study when it is done: items are fixed at opening.",
        )
    plan = plan_items(session, study)
    if not plan.items:
        raise AppError(
            "There is no prompt that all chosen variants have answered.",
            hint="Look at the run: resume it, or choose other variants or prompts.",
        )
    require_fitting_checks(session, study)
    first = len(list_checks(session, study))
    for start in range(0, len(plan.items), _BATCH):
        _add_items(session, study.id, first + start, plan.items[start : start + _BATCH])
    study.state, study.opened_at, study.stripping_rule = StudyState.OPEN, now(), RULE
    record_version(session, study, "Opened.")
    return plan


def _add_items(session: Session, study_id: int, start: int, items: Sequence[PlannedItem]) -> None:
    """`items` stand in the study from position `start` on."""
    rows = [
        {
            "study_id": study_id,
            "prompt_id": item.prompt_id,
            "sample": item.sample,
            "position": position,
            "is_stripped": item.is_stripped,
        }
        for position, item in enumerate(items, start)
    ]
    made = session.execute(insert(Item).returning(Item.id, Item.position), rows)
    ids = {position: item_id for item_id, position in made}
    members = [
        {"item_id": ids[position], "response_id": response_id, "position": place}
        for position, item in enumerate(items, start)
        for place, response_id in enumerate(item.response_ids)
    ]
    session.execute(insert(ItemResponse), members)


def close_study(study: Study) -> None:
    """Judgements are refused from now on. Raises Conflict when the study is not open."""
    if study.state is not StudyState.OPEN:
        raise Conflict(f"{study.name} is {study.state}: only an open study can be closed.")
    study.state, study.closed_at = StudyState.CLOSED, now()


def reopen_study(study: Study) -> None:
    """Raises Conflict when the study is not closed, or was judged elsewhere."""
    if study.imported:
        hint = "Make a study of its run to have the answers judged here."
        raise Conflict(f"{study.name} was judged elsewhere and stays closed.", hint=hint)
    if study.state is not StudyState.CLOSED:
        raise Conflict(f"{study.name} is {study.state}: only a closed study can be reopened.")
    study.state, study.closed_at = StudyState.OPEN, None

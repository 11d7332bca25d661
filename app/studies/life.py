"""Opening freezes a study and makes its items; closing ends judging and may be taken back."""

from sqlalchemy.orm import Session

from app.db import now
from app.errors import AppError, Conflict
from app.studies.items import ItemPlan, plan_items
from app.tables import Item, ItemResponse, RunState, Study, StudyState


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
    session.add_all(
        Item(
            study_id=study.id,
            prompt_id=prompt_id,
            position=position,
            responses=[
                ItemResponse(position=place, response_id=response_id)
                for place, response_id in enumerate(responses)
            ],
        )
        for position, (prompt_id, responses) in enumerate(plan.items)
    )
    study.state, study.opened_at = StudyState.OPEN, now()
    session.flush()
    return plan


def close_study(study: Study) -> None:
    """Judgements are refused from now on. Raises Conflict when the study is not open."""
    if study.state is not StudyState.OPEN:
        raise Conflict(f"{study.name} is {study.state}: only an open study can be closed.")
    study.state, study.closed_at = StudyState.CLOSED, now()


def reopen_study(study: Study) -> None:
    """Raises Conflict when the study is not closed."""
    if study.state is not StudyState.CLOSED:
        raise Conflict(f"{study.name} is {study.state}: only a closed study can be reopened.")
    study.state, study.closed_at = StudyState.OPEN, None

"""Whose judgements count: everybody's but those of raters who failed the checks."""

from sqlalchemy import ColumnElement, select

from app.tables import Assignment, Invitation, Study


def is_counted(study: Study) -> ColumnElement[bool]:
    """Of an `Assignment` of the study. What does not count stays stored; results say how much."""
    screened_out = select(Invitation.account_id).where(
        Invitation.study_id == study.id, Invitation.screened_out_at.is_not(None)
    )
    return Assignment.account_id.not_in(screened_out)

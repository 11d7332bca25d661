"""Whose judgements count: people's, but not of those who failed the checks."""

from sqlalchemy import ColumnElement, and_, select

from app.tables import Account, Assignment, Invitation, RaterKind, Study


def is_counted(study: Study, kind: RaterKind = RaterKind.HUMAN) -> ColumnElement[bool]:
    """Of an `Assignment` of the study. What does not count stays stored; results say how much.

    Raters of other kinds count nowhere beside people: they take no item from anybody.
    """
    screened_out = select(Invitation.account_id).where(
        Invitation.study_id == study.id, Invitation.screened_out_at.is_not(None)
    )
    return and_(is_of(study, kind), Assignment.account_id.not_in(screened_out))


def is_of(study: Study, kind: RaterKind) -> ColumnElement[bool]:
    """Of an `Assignment` of the study: raters of this kind hold it.

    People are whoever is of no other kind: there are few others, and raters wait for this.
    """
    invited = select(Account.id).join(Invitation, Invitation.account_id == Account.id)
    mine = invited.where(Invitation.study_id == study.id)
    if kind is RaterKind.HUMAN:
        return Assignment.account_id.not_in(mine.where(Account.rater_kind != kind))
    return Assignment.account_id.in_(mine.where(Account.rater_kind == kind))

"""How far a study is: judgements wanted, done, reserved, and by whom."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from app.db import now
from app.studies.counting import is_counted
from app.tables import (
    Account,
    Assignment,
    Coverage,
    Invitation,
    Item,
    ItemKind,
    ListedItem,
    RaterKind,
    Study,
)


@dataclass(frozen=True)
class StudyProgress:
    """`wanted`: judgements that the study's coverage asks for; `reserved`: being judged now.

    All of people; `others` counts the raters of other kinds, where there are any.
    """

    items: int
    wanted: int
    done: int
    reserved: int
    raters: int
    others: Mapping[RaterKind, int]


def study_progress(session: Session, study: Study) -> StudyProgress:
    items, raters = _regular_items(session, study), _raters(session, study)
    submitted = Assignment.submitted_at.is_not(None)
    live = and_(Assignment.submitted_at.is_(None), Assignment.expires_at > now())
    counts = (
        select(
            func.coalesce(func.sum(case((submitted, 1), else_=0)), 0),
            func.coalesce(func.sum(case((live, 1), else_=0)), 0),
        )
        .join(Item, Item.id == Assignment.item_id)
        .where(Item.study_id == study.id, Item.kind == ItemKind.REGULAR, is_counted(study))
    )
    done, reserved = session.execute(counts).one()
    return StudyProgress(
        items=items,
        wanted=wanted_judgements(session, study, items),
        done=int(done),
        reserved=int(reserved),
        raters=raters.pop(RaterKind.HUMAN, 0),
        others=raters,
    )


def _regular_items(session: Session, study: Study) -> int:
    query = select(func.count(Item.id)).where(
        Item.study_id == study.id, Item.kind == ItemKind.REGULAR
    )
    return session.scalar(query) or 0


def wanted_judgements(session: Session, study: Study, items: int) -> int:
    """Of people: so many per item, every item of everyone who may judge, or as many as listed."""
    match study.coverage:
        case Coverage.EVERYONE:
            may_judge = Invitation.revoked_at.is_(None), Invitation.screened_out_at.is_(None)
            return items * _raters(session, study, *may_judge).get(RaterKind.HUMAN, 0)
        case Coverage.LISTED:
            listed = select(func.count(ListedItem.id)).join(Item, Item.id == ListedItem.item_id)
            return session.scalar(listed.where(Item.study_id == study.id)) or 0
        case Coverage.BALANCED:
            return items * study.ratings_per_item


def _raters(
    session: Session, study: Study, *conditions: ColumnElement[bool]
) -> dict[RaterKind, int]:
    """How many of each kind."""
    query = (
        select(Account.rater_kind, func.count(Invitation.id))
        .join(Invitation, Invitation.account_id == Account.id)
        .where(Invitation.study_id == study.id, *conditions)
        .group_by(Account.rater_kind)
    )
    return {kind: count for kind, count in session.execute(query)}  # noqa: C416 (rows)

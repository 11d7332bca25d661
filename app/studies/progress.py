"""How far a study is: judgements wanted, done, reserved, and by whom."""

from dataclasses import dataclass

from sqlalchemy import Select, and_, case, func, select
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

    All of people, but for `simulated`, which is how many simulated raters there are.
    """

    items: int
    wanted: int
    done: int
    reserved: int
    raters: int
    simulated: int


def study_progress(session: Session, study: Study) -> StudyProgress:
    items = _regular_items(session, study)
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
        raters=session.scalar(_raters(study)) or 0,
        simulated=session.scalar(_raters(study, RaterKind.SIMULATED)) or 0,
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
            raters = _raters(study).where(
                Invitation.revoked_at.is_(None), Invitation.screened_out_at.is_(None)
            )
            return items * (session.scalar(raters) or 0)
        case Coverage.LISTED:
            listed = select(func.count(ListedItem.id)).join(Item, Item.id == ListedItem.item_id)
            return session.scalar(listed.where(Item.study_id == study.id)) or 0
        case Coverage.BALANCED:
            return items * study.ratings_per_item


def _raters(study: Study, kind: RaterKind = RaterKind.HUMAN) -> Select[int]:
    """How many."""
    return (
        select(func.count(Invitation.id))
        .join(Account, Account.id == Invitation.account_id)
        .where(Invitation.study_id == study.id, Account.rater_kind == kind)
    )

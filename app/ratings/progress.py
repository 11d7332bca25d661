"""Where a rater is: how many are done, how many there may still be, what comes before and after."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ratings.access import Rater
from app.ratings.coverage import is_open
from app.tables import Assignment, Item


@dataclass(frozen=True)
class Place:
    """`total`: this rater's own items and those still open to them. `position` counts from 1."""

    done: int
    total: int
    position: int
    previous: str | None
    next: str | None


def rater_progress(session: Session, rater: Rater) -> Place:
    """As if about to get the next item."""
    own = _own(session, rater)
    done = sum(submitted for _, submitted in own)
    judged = [public_id for public_id, submitted in own if submitted]
    return Place(
        done=done,
        total=len(own) + _still_open(session, rater),
        position=done + 1,
        previous=judged[-1] if judged else None,
        next=None,
    )


def place_of(session: Session, rater: Rater, assignment: Assignment) -> Place:
    """Around one of the rater's own assignments."""
    own = _own(session, rater)
    ids = [public_id for public_id, _ in own]
    here = ids.index(assignment.public_id)
    return Place(
        done=sum(submitted for _, submitted in own),
        total=len(own) + _still_open(session, rater),
        position=here + 1,
        previous=ids[here - 1] if here else None,
        next=ids[here + 1] if here + 1 < len(ids) else None,
    )


def _own(session: Session, rater: Rater) -> list[tuple[str, bool]]:
    """(public id, judged) in the order in which the rater got them."""
    query = (
        select(Assignment.public_id, Assignment.submitted_at.is_not(None))
        .join(Item, Item.id == Assignment.item_id)
        .where(Item.study_id == rater.study.id, Assignment.account_id == rater.account.id)
        .order_by(Assignment.position)
    )
    return [(public_id, bool(submitted)) for public_id, submitted in session.execute(query)]


def _still_open(session: Session, rater: Rater) -> int:
    return session.scalar(select(func.count(Item.id)).where(is_open(rater))) or 0

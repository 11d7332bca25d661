"""Where a rater is: how many are done, how many there may still be, what comes before and after."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ratings.access import Rater
from app.ratings.checks import expected_gold, items_had
from app.ratings.coverage import is_open
from app.tables import Assignment, Item, ItemKind


@dataclass(frozen=True)
class Place:
    """`total`: this rater's own items and those still to come. `position` counts from 1.

    Training counts for itself. Gold items count from the start: a total that grows would tell them.
    """

    done: int
    total: int
    position: int
    previous: str | None
    next: str | None


def rater_progress(session: Session, rater: Rater) -> Place:
    """As if about to get the next item."""
    own = _own(session, rater, is_training=False)
    done = sum(submitted for _, submitted in own)
    judged = [public_id for public_id, submitted in own if submitted]
    return Place(
        done=done,
        total=_total(session, rater),
        position=done + 1,
        previous=judged[-1] if judged else None,
        next=None,
    )


def place_of(session: Session, rater: Rater, assignment: Assignment) -> Place:
    """Around one of the rater's own assignments."""
    is_training = assignment.item.kind is ItemKind.TRAINING
    own = _own(session, rater, is_training=is_training)
    ids = [public_id for public_id, _ in own]
    here = ids.index(assignment.public_id)
    return Place(
        done=sum(submitted for _, submitted in own),
        total=_trainings(session, rater) if is_training else _total(session, rater),
        position=here + 1,
        previous=ids[here - 1] if here else None,
        next=ids[here + 1] if here + 1 < len(ids) else None,
    )


def _own(session: Session, rater: Rater, *, is_training: bool) -> list[tuple[str, bool]]:
    """(public id, judged) in the order in which the rater got them."""
    query = (
        select(Assignment.public_id, Assignment.submitted_at.is_not(None))
        .join(Item, Item.id == Assignment.item_id)
        .where(
            Item.study_id == rater.study.id,
            Assignment.account_id == rater.account.id,
            (Item.kind == ItemKind.TRAINING) == is_training,
        )
        .order_by(Assignment.position)
    )
    return [(public_id, bool(submitted)) for public_id, submitted in session.execute(query)]


def _total(session: Session, rater: Rater) -> int:
    had = items_had(session, rater)
    if rater.knows_kinds:
        return had[ItemKind.REGULAR] + had[ItemKind.GOLD]
    waiting = session.scalar(select(func.count(Item.id)).where(is_open(rater))) or 0
    quota = rater.invitation.quota
    regular = had[ItemKind.REGULAR] + waiting
    if quota is not None:
        regular = max(had[ItemKind.REGULAR], min(regular, quota))
    gold = min(expected_gold(rater, regular), _of_kind(session, rater, ItemKind.GOLD))
    return regular + max(gold, had[ItemKind.GOLD])


def _trainings(session: Session, rater: Rater) -> int:
    return _of_kind(session, rater, ItemKind.TRAINING)


def _of_kind(session: Session, rater: Rater, kind: ItemKind) -> int:
    query = select(func.count(Item.id)).where(Item.study_id == rater.study.id, Item.kind == kind)
    return session.scalar(query) or 0

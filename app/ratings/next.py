"""The rater's next item: reserved for a while, never for more raters than the item needs."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from app.assignment import Candidate, choose_item, slot_order
from app.db import now
from app.errors import NotFound
from app.i18n import gettext
from app.ratings.access import Rater
from app.ratings.adaptive import most_uncertain
from app.ratings.checks import items_had, next_check
from app.ratings.coverage import had, is_open, may_have_more, taken
from app.studies import is_of
from app.tables import (
    Assignment,
    Coverage,
    Item,
    ItemKind,
    ListedItem,
    RaterKind,
    Response,
    Slot,
    Study,
)


def reserved_for(study: Study) -> timedelta:
    return timedelta(minutes=study.reserve_minutes)


def next_assignment(session: Session, rater: Rater) -> Assignment | None:
    """The open reservation of this rater, else a new one; None when nothing is left for them.

    Call it in a write session: the check and the reservation are one transaction. Raises Conflict
    when the study is not open.
    """
    rater.require_open(session)
    if rater.knows_kinds:
        return None
    begun = _begun(session, rater)
    if begun is not None:
        begun.expires_at = now() + reserved_for(rater.study)
        return begun
    seen = items_had(session, rater)
    item_id = next_check(session, rater, seen)
    if item_id is None and may_have_more(rater, seen[ItemKind.REGULAR]):
        item_id = _next_regular(session, rater)
    return None if item_id is None else _reserve(session, rater, item_id)


def _next_regular(session: Session, rater: Rater) -> int | None:
    candidates = _candidates(session, rater)
    if not candidates and _free_expired(session, rater):
        candidates = _candidates(session, rater)
    if rater.study.adaptive and candidates:
        candidates = most_uncertain(session, rater.study, candidates)
    return choose_item(
        candidates,
        seed=rater.study.seed,
        rater=rater.account.public_id,
        last_prompt=_last_prompt(session, rater),
    )


def own_assignment(
    session: Session, rater: Rater, public_id: str, *, show: bool = False
) -> Assignment:
    """One of this rater's own; `show` notes when they first saw it.

    Reserves it anew until it is judged: who comes back to it is at work on it.
    Raises NotFound, also for other raters' assignments.
    """
    rater.hold(session)  # before the look: somebody may be taking it back just now
    assignment = session.scalar(
        _own(rater).where(Assignment.public_id == public_id).order_by(Assignment.id)
    )
    if assignment is None:
        raise NotFound(
            gettext("This item is not waiting for you any more."),
            hint=gettext(
                "It was not judged in time and went to somebody else. Go on with the next one."
            ),
        )
    if assignment.submitted_at is None:
        assignment.expires_at = now() + reserved_for(rater.study)
    if show:
        assignment.first_shown_at = assignment.first_shown_at or now()
    return assignment


def _own(rater: Rater) -> Select[Assignment]:
    return (
        select(Assignment)
        .join(Item, Item.id == Assignment.item_id)
        .where(Item.study_id == rater.study.id, Assignment.account_id == rater.account.id)
    )


def _begun(session: Session, rater: Rater) -> Assignment | None:
    """Reserved by this rater and not judged: kept even when expired, unless others needed it."""
    query = _own(rater).where(Assignment.submitted_at.is_(None)).order_by(Assignment.position)
    return session.scalars(query).first()


def _free_expired(session: Session, rater: Rater) -> bool:
    """Takes back one item that was left lying and that this rater may have, the oldest first.

    Only when somebody needs it, and no more than needed: slow raters lose nothing otherwise.
    """
    query = (
        select(Assignment)
        .join(Item, Item.id == Assignment.item_id)
        .where(
            Item.study_id == rater.study.id,
            Item.kind == ItemKind.REGULAR,
            Assignment.submitted_at.is_(None),
            Assignment.expires_at < now(),
            is_of(rater.study, RaterKind.HUMAN),
            ~had(rater),
        )
        .order_by(Assignment.expires_at)
        .limit(1)
    )
    expired = session.scalar(query)
    if expired is None:
        return False
    session.delete(expired)
    session.flush()
    return True


def _candidates(session: Session, rater: Rater) -> list[Candidate]:
    """Items that wait for this rater; of a list, the next one only."""
    query = select(Item.id, Item.prompt_id, taken(rater.study)).where(is_open(rater))
    if rater.study.coverage is Coverage.LISTED:
        mine = and_(ListedItem.item_id == Item.id, ListedItem.account_id == rater.account.id)
        query = query.join(ListedItem, mine).order_by(ListedItem.position).limit(1)
    return [Candidate(*row) for row in session.execute(query)]


def _last_prompt(session: Session, rater: Rater) -> int | None:
    query = (
        select(Item.prompt_id)
        .join(Assignment, Assignment.item_id == Item.id)
        .where(Item.study_id == rater.study.id, Assignment.account_id == rater.account.id)
        .order_by(Assignment.position.desc())
        .limit(1)
    )
    return session.scalar(query)


def _reserve(session: Session, rater: Rater, item_id: int) -> Assignment:
    item = session.get_one(Item, item_id)
    responses = [member.response for member in item.responses]
    members = [response.run_variant_id for response in responses]
    mine = Assignment.account_id == rater.account.id
    by_people = is_of(rater.study, RaterKind.HUMAN)
    order = slot_order(
        members,
        _slots_used(session, members, mine, Item.study_id == rater.study.id),
        _slots_used(session, members, Assignment.item_id == item.id, by_people),
        seed=rater.study.seed,
        item=item.position,
        rater=rater.account.public_id,
    )
    assignment = Assignment(
        item_id=item.id,
        account_id=rater.account.id,
        position=_next_position(session, rater),
        expires_at=now() + reserved_for(rater.study),
        slots=[
            Slot(number=number, response_id=responses[index].id)
            for number, index in enumerate(order, start=1)
        ],
    )
    session.add(assignment)
    session.flush()
    return assignment


def _next_position(session: Session, rater: Rater) -> int:
    query = _own(rater).with_only_columns(func.max(Assignment.position)).order_by(None)
    return int(session.scalar(query) or 0) + 1


def _slots_used(
    session: Session, members: Sequence[int], *where: ColumnElement[bool]
) -> Counter[tuple[int, int]]:
    """(run variant, slot from 0) -> how often it stood there, in items of just these variants.

    In a pairwise study every pair is balanced by itself: balancing the variants alone could show
    one pair in one order only.
    """
    query = (
        select(Slot.assignment_id, Response.run_variant_id, Slot.number - 1)
        .join(Assignment, Assignment.id == Slot.assignment_id)
        .join(Item, Item.id == Assignment.item_id)
        .join(Response, Response.id == Slot.response_id)
        .where(*where)
    )
    shown: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for assignment_id, variant, slot in session.execute(query):
        shown[assignment_id].append((variant, slot))
    group = set(members)
    alike = (places for places in shown.values() if {variant for variant, _ in places} == group)
    return Counter(place for places in alike for place in places)

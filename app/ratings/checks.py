"""Training and gold items: which of them comes next, and whether it was judged as expected."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.assignment import draw, gold_due
from app.db import now
from app.ratings.access import Rater
from app.ratings.coverage import had
from app.studies import OnFailure, session_of
from app.tables import Assignment, Item, ItemKind, Judgement

Had = Counter[ItemKind]


def items_had(session: Session, rater: Rater) -> Had:
    """How many items of each kind the rater got, judged or not."""
    query = (
        select(Item.kind, func.count(Assignment.id))
        .join(Assignment, Assignment.item_id == Item.id)
        .where(Item.study_id == rater.study.id, Assignment.account_id == rater.account.id)
        .group_by(Item.kind)
    )
    return Counter({kind: count for kind, count in session.execute(query)})  # noqa: C416 (rows)


def next_check(session: Session, rater: Rater, seen: Had) -> int | None:
    """The id of the training or gold item that this rater gets now, before any regular one."""
    training = _waiting(rater, ItemKind.TRAINING).order_by(Item.position).limit(1)
    item_id = session.scalar(training)
    if item_id is None and seen[ItemKind.GOLD] < expected_gold(rater, seen[ItemKind.REGULAR]):
        gold = session.scalars(_waiting(rater, ItemKind.GOLD)).all()
        item_id = min(
            gold, key=lambda one: draw(rater.study.seed, one, rater.account.public_id), default=None
        )
    return item_id


def _waiting(rater: Rater, kind: ItemKind) -> Select[int]:
    return select(Item.id).where(Item.study_id == rater.study.id, Item.kind == kind, ~had(rater))


def expected_gold(rater: Rater, regular: int) -> int:
    """Gold items that come with so many regular ones, if there are enough of them."""
    every = session_of(rater.study).gold_every
    return gold_due(regular, every=every, seed=rater.study.seed, rater=rater.account.public_id)


def check(session: Session, rater: Rater, assignment: Assignment, judgement: Judgement) -> None:
    """Notes whether a training or gold item was judged as expected; may screen the rater out."""
    item = assignment.item
    if item.expected is None:
        return
    places = {one.response_id: place for place, one in enumerate(item.responses)}
    said = {
        verdict.criterion.key: {places[one.slot.response_id]: one.rank for one in verdict.slots}
        for verdict in judgement.verdicts
    }
    judgement.passed = is_expected(item.expected, said)
    session.flush()
    if item.kind is ItemKind.GOLD:
        _look_at_gold(session, rater)


def is_expected(
    expected: Mapping[str, Sequence[int]], said: Mapping[str, Mapping[int, int | None]]
) -> bool:
    """Ranks of the responses by their place, per criterion: the same order of every two."""
    return all(_is_same_order(ranks, said.get(key, {})) for key, ranks in expected.items())


def _is_same_order(expected: Sequence[int], said: Mapping[int, int | None]) -> bool:
    for a, b in combinations(range(len(expected)), 2):
        first, second = said.get(a), said.get(b)
        if first is None or second is None:
            return False
        if _sign(expected[a] - expected[b]) != _sign(first - second):
            return False
    return True


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _look_at_gold(session: Session, rater: Rater) -> None:
    spec = session_of(rater.study)
    if rater.invitation.let_in_at:
        return
    passed = gold_passed(session, rater)
    if spec.on_failure is OnFailure.SCREEN_OUT and spec.is_below(passed):
        rater.invitation.screened_out_at = now()


def gold_passed(session: Session, rater: Rater) -> list[bool]:
    """Of each gold item that the rater judged, by the latest revision."""
    query = (
        select(Judgement.assignment_id, Judgement.passed)
        .join(Assignment, Assignment.id == Judgement.assignment_id)
        .join(Item, Item.id == Assignment.item_id)
        .where(
            Item.study_id == rater.study.id,
            Item.kind == ItemKind.GOLD,
            Assignment.account_id == rater.account.id,
        )
        .order_by(Judgement.revision)
    )
    latest = {assignment: bool(passed) for assignment, passed in session.execute(query)}
    return list(latest.values())

"""The raters of a study, one by one: how far, how fast, how reliable. For the admin only."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.studies.session import session_of
from app.tables import (
    Account,
    Assignment,
    Invitation,
    Item,
    ItemKind,
    Judgement,
    RaterKind,
    Study,
)


@dataclass(frozen=True)
class RaterRow:
    """`done`: regular items. `seconds`: the median time that an item was in view when it was first
    judged. `gold_passed` of `gold_seen` gold items were judged as expected; `is_below`: too few.
    """

    invitation: Invitation
    name: str
    done: int
    last_at: datetime | None
    seconds: float | None
    gold_passed: int
    gold_seen: int
    is_below: bool


def list_raters(
    session: Session, study: Study, kind: RaterKind = RaterKind.HUMAN
) -> list[RaterRow]:
    """Those of one kind in the order of inviting, revoked ones too."""
    done = _counts(session, study, ItemKind.REGULAR, Assignment.submitted_at.is_not(None))
    last, times = _last_seen(session, study), _times(session, study)
    gold = gold_results(session, study)
    query = (
        select(Invitation, Account.name)
        .join(Account, Account.id == Invitation.account_id)
        .where(Invitation.study_id == study.id, Account.rater_kind == kind)
        .order_by(Invitation.id)
    )
    return [
        RaterRow(
            invitation,
            name,
            done=done.get(invitation.account_id, 0),
            last_at=last.get(invitation.account_id),
            seconds=times.get(invitation.account_id),
            gold_passed=sum(gold[invitation.account_id]),
            gold_seen=len(gold[invitation.account_id]),
            is_below=session_of(study).is_below(gold[invitation.account_id]),
        )
        for invitation, name in session.execute(query)
    ]


def _counts(
    session: Session, study: Study, kind: ItemKind, *where: ColumnElement[bool]
) -> dict[int, int]:
    query = (
        select(Assignment.account_id, func.count(Assignment.id))
        .join(Item, Item.id == Assignment.item_id)
        .where(Item.study_id == study.id, Item.kind == kind, *where)
        .group_by(Assignment.account_id)
    )
    return {account: count for account, count in session.execute(query)}  # noqa: C416 (rows)


def _last_seen(session: Session, study: Study) -> dict[int, datetime]:
    """When they last got an item or judged one."""
    query = (
        select(
            Assignment.account_id,
            func.max(func.coalesce(Assignment.submitted_at, Assignment.created_at)),
        )
        .join(Item, Item.id == Assignment.item_id)
        .where(Item.study_id == study.id)
        .group_by(Assignment.account_id)
    )
    return {account: at for account, at in session.execute(query)}  # noqa: C416 (rows)


def _times(session: Session, study: Study) -> dict[int, float]:
    query = (
        select(Assignment.account_id, Judgement.duration_ms)
        .join(Judgement, Judgement.assignment_id == Assignment.id)
        .join(Item, Item.id == Assignment.item_id)
        .where(
            Item.study_id == study.id,
            Item.kind == ItemKind.REGULAR,
            Judgement.revision == 1,
            Judgement.duration_ms.is_not(None),
        )
    )
    times: defaultdict[int, list[int]] = defaultdict(list)
    for account, duration in session.execute(query):
        times[account].append(duration or 0)
    return {account: median(all_of) / 1000 for account, all_of in times.items()}


def gold_results(session: Session, study: Study) -> defaultdict[int, list[bool]]:
    """account -> of each gold item judged, by its latest revision: as expected."""
    query = (
        select(Assignment.account_id, Assignment.id, Judgement.passed)
        .join(Judgement, Judgement.assignment_id == Assignment.id)
        .join(Item, Item.id == Assignment.item_id)
        .where(Item.study_id == study.id, Item.kind == ItemKind.GOLD)
        .order_by(Judgement.revision)
    )
    latest = {(account, key): bool(passed) for account, key, passed in session.execute(query)}
    gold: defaultdict[int, list[bool]] = defaultdict(list)
    for (account, _), passed in latest.items():
        gold[account].append(passed)
    return gold

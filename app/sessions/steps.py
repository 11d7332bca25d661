"""Where a rater stands. A function of rows and the clock: browsers keep no step."""

import enum
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import now
from app.ratings import Rater, next_assignment, rater_progress
from app.sessions.guesses import tell_kinds
from app.sessions.replies import has_replied
from app.sessions.rest import Spell, is_break_due, rests_until
from app.studies import asks_after, session_of
from app.tables import Assignment, Item, ItemKind, Part


class Step(enum.StrEnum):
    PAUSED = "paused"
    SCREENED_OUT = "screened_out"
    CONSENT = "consent"
    BEFORE = "before"
    ITEM = "item"
    BREAK = "break"
    REST = "rest"
    AFTER = "after"
    DONE = "done"


@dataclass(frozen=True)
class Next:
    """`assignment` with an item, `until` with a rest, `done` (judgements) with a break."""

    step: Step
    assignment: Assignment | None = None
    until: datetime | None = None
    done: int = 0


def next_step(session: Session, rater: Rater, *, rested: int = 0) -> Next:
    """Call it in a write session: it may reserve an item, or note that the rater is through.

    `rested`: the number of judgements after which the rater had a break. Raises Conflict when the
    study is not open.
    """
    if before := _before_items(session, rater):
        return Next(before)
    if pause := _pause(session, rater, rested):
        return pause
    assignment = next_assignment(session, rater)
    if assignment is not None:
        return Next(Step.ITEM, assignment)
    return Next(_after_items(session, rater))


def step_ahead(session: Session, rater: Rater) -> Step:
    """What `next_step` would give but for breaks and rests; stores nothing."""
    if before := _before_items(session, rater):
        return before
    place = rater_progress(session, rater)
    if place.done < place.total or not place.done:
        return Step.ITEM
    return Step.AFTER if _is_asked_after(session, rater) else Step.DONE


def consent(rater: Rater) -> None:
    """Notes it once; the time of the first stays."""
    rater.invitation.consented_at = rater.invitation.consented_at or now()


def _before_items(session: Session, rater: Rater) -> Step | None:
    spec, invitation = session_of(rater.study), rater.invitation
    if invitation.screened_out_at:
        return Step.SCREENED_OUT
    if invitation.paused_at:
        return Step.PAUSED
    if spec.consent and not invitation.consented_at:
        return Step.CONSENT
    if spec.before and not has_replied(session, rater, Part.BEFORE):
        return Step.BEFORE
    return None


def _pause(session: Session, rater: Rater, rested: int) -> Next | None:
    """Only while something is left to judge."""
    spec, at = session_of(rater.study), now()
    if spec.break_every is None and spec.session_minutes is None:
        return None
    place = rater_progress(session, rater)
    if place.done >= place.total:
        return None
    spells = _spells(session, rater)
    if until := rests_until(spells, spec, at):
        return Next(Step.REST, until=until)
    if is_break_due(spells, spec, at, rested=rested):
        return Next(Step.BREAK, done=len(spells))
    return None


def _after_items(session: Session, rater: Rater) -> Step:
    if not rater_progress(session, rater).done:
        return Step.DONE
    if _is_asked_after(session, rater):
        tell_kinds(rater)
        return Step.AFTER
    rater.invitation.completed_at = rater.invitation.completed_at or now()
    return Step.DONE


def _is_asked_after(session: Session, rater: Rater) -> bool:
    return asks_after(rater.study) and not has_replied(session, rater, Part.AFTER)


def _spells(session: Session, rater: Rater) -> list[Spell]:
    """Of the rater's judgements in this study, training left out."""
    query = (
        select(Assignment.first_shown_at, Assignment.submitted_at)
        .join(Item, Item.id == Assignment.item_id)
        .where(
            Item.study_id == rater.study.id,
            Item.kind != ItemKind.TRAINING,
            Assignment.account_id == rater.account.id,
            Assignment.submitted_at.is_not(None),
        )
        .order_by(Assignment.submitted_at)
    )
    return [(shown or judged, judged) for shown, judged in session.execute(query) if judged]

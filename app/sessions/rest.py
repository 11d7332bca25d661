"""Fatigue: when a rater is offered a break, and when they have to stop for a while. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from app.studies import SessionSpec

Spell = tuple[datetime, datetime]  # an item was first shown, and was judged

# Who comes back after so long has had a break.
_AWAY = timedelta(minutes=10)


def rests_until(spells: Sequence[Spell], spec: SessionSpec, at: datetime) -> datetime | None:
    """When the rater may go on, if they have judged for longer than the study lets them.

    `spells` in the order of judging. Judgements belong to one sitting while the pauses between
    them are shorter than the rest.
    """
    if spec.session_minutes is None or not spells:
        return None
    rest = timedelta(minutes=spec.rest_minutes)
    begin, end = spells[0][0], spells[-1][1]
    for (_, judged), (shown, _) in pairwise(spells):
        if shown - judged >= rest:
            begin = shown
    is_long = end - begin >= timedelta(minutes=spec.session_minutes)
    return end + rest if is_long and at < end + rest else None


def is_break_due(spells: Sequence[Spell], spec: SessionSpec, at: datetime, *, rested: int) -> bool:
    """After every so many judgements, unless the rater said so (`rested`: after how many)."""
    done = len(spells)
    if spec.break_every is None or done == 0 or done == rested:
        return False
    return done % spec.break_every == 0 and at - spells[-1][1] < _AWAY

"""Who judged, without identities: how far, how reliable, and what they replied."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy.orm import Session

from app.results.records import pseudonyms
from app.sessions import GuessRow, latest_replies, read_guesses
from app.studies import TOLD_APART, RaterRow, list_raters
from app.tables import Part, QuestionnaireReply, RaterKind, Study

Replies = dict[tuple[int, Part], QuestionnaireReply]
Guesses = dict[int, list[dict[str, Any]]]


def rater_rows(
    session: Session, study: Study, kind: RaterKind = RaterKind.HUMAN
) -> tuple[dict[str, Any], ...]:
    """One row per rater of a kind, under the pseudonyms of the long table; no name, no panel id."""
    replies, names = latest_replies(session, study), pseudonyms(session, study, kind)
    guesses = _guesses(read_guesses(session, study))
    return tuple(
        dict(_row(names[rater.invitation.account_id], rater, replies, guesses))
        for rater in list_raters(session, study, kind)
    )


def _guesses(rows: Iterable[GuessRow]) -> Guesses:
    """By account: each answer that was asked of, what it was and what the rater took it for."""
    guesses: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        told = {"item": row.item, "slot": row.slot, "variant": row.variant, "kind": row.kind.value}
        guesses[row.account].append(told | {"guess": row.guess.value if row.guess else None})
    return guesses


def _row(
    name: str, rater: RaterRow, replies: Replies, guesses: Guesses
) -> Iterator[tuple[str, Any]]:
    invitation = rater.invitation
    before = replies.get((invitation.account_id, Part.BEFORE))
    after = replies.get((invitation.account_id, Part.AFTER))
    answers = dict(after.answers) if after else {}
    yield "rater", name
    yield "entry", invitation.entry.value
    yield "judged", rater.done
    yield "median_seconds", rater.seconds
    yield "gold_passed", rater.gold_passed
    yield "gold_seen", rater.gold_seen
    yield "screened_out", invitation.screened_out_at is not None
    yield "consented", invitation.consented_at is not None
    yield "completed", invitation.completed_at is not None
    yield TOLD_APART, answers.pop(TOLD_APART, None)
    yield f"{TOLD_APART}_how", after.note if after else ""
    yield "before", before.answers if before else {}
    yield "after", answers
    yield "guesses", guesses.get(invitation.account_id, [])

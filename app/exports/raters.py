"""Who judged, without identities: how far, how reliable, and what they replied."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from app.sessions import latest_replies
from app.studies import TOLD_APART, RaterRow, list_raters
from app.tables import Part, QuestionnaireReply, Study

Replies = dict[tuple[int, Part], QuestionnaireReply]


def rater_rows(session: Session, study: Study) -> tuple[dict[str, Any], ...]:
    """One row per invited rater, under the pseudonyms of the long table; no name, no panel id."""
    replies = latest_replies(session, study)
    return tuple(
        dict(_row(number, rater, replies))
        for number, rater in enumerate(list_raters(session, study), start=1)
    )


def _row(number: int, rater: RaterRow, replies: Replies) -> Iterator[tuple[str, Any]]:
    invitation = rater.invitation
    before = replies.get((invitation.account_id, Part.BEFORE))
    after = replies.get((invitation.account_id, Part.AFTER))
    answers = dict(after.answers) if after else {}
    yield "rater", f"rater-{number}"
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

"""The raters of one kind in a study, under pseudonyms."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.results.columns import RaterRef
from app.results.records import pseudonyms
from app.studies import gold_results, session_of
from app.tables import Invitation, RaterKind, Study


def read_raters(session: Session, study: Study, kind: RaterKind) -> dict[int, RaterRef]:
    """By account, in the order of invitation; also those who have not judged anything."""
    gold, spec = gold_results(session, study), session_of(study)
    screened_out = _screened_out(session, study)
    return {
        account: RaterRef(
            name=name,
            kind=kind,
            screened_out=account in screened_out,
            gold_passed=sum(gold[account]),
            gold_seen=len(gold[account]),
            below_gold=spec.is_below(gold[account]),
        )
        for account, name in pseudonyms(session, study, kind).items()
    }


def _screened_out(session: Session, study: Study) -> set[int]:
    mine = Invitation.study_id == study.id, Invitation.screened_out_at.is_not(None)
    return set(session.scalars(select(Invitation.account_id).where(*mine)))

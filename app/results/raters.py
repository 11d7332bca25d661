"""The raters of one kind in a study, under pseudonyms."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.results.columns import RaterRef
from app.results.records import pseudonyms
from app.studies import gold_results, session_of
from app.tables import Invitation, RaterKind, Study


def read_raters(
    session: Session,
    study: Study,
    kind: RaterKind,
    gold: Mapping[int, Sequence[bool]] | None = None,
) -> dict[int, RaterRef]:
    """By account, in the order of invitation; also those who have not judged anything.

    `gold` is `gold_results` where they are known already.
    """
    gold = gold_results(session, study) if gold is None else gold
    screened_out, spec = _screened_out(session, study), session_of(study)
    unknown = _unknown(session, study)
    return {
        account: RaterRef(
            name=name,
            kind=kind,
            screened_out=account in screened_out,
            gold_passed=sum(gold.get(account, ())),
            gold_seen=len(gold.get(account, ())),
            below_gold=spec.is_below(gold.get(account, ())),
            is_known=account not in unknown,
        )
        for account, name in pseudonyms(session, study, kind).items()
    }


def _unknown(session: Session, study: Study) -> set[int]:
    """Made up by an import, once per judgement of an item, where its file names nobody."""
    if not study.imported:
        return set()
    mine = Invitation.study_id == study.id, Invitation.external_id.is_(None)
    return set(session.scalars(select(Invitation.account_id).where(*mine)))


def _screened_out(session: Session, study: Study) -> set[int]:
    mine = Invitation.study_id == study.id, Invitation.screened_out_at.is_not(None)
    return set(session.scalars(select(Invitation.account_id).where(*mine)))

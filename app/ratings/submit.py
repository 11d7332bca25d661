"""Saving a judgement. Nothing is overwritten: a change is a new revision."""

from sqlalchemy.orm import Session

from app.db import now
from app.errors import NotFound
from app.ratings.access import Rater
from app.ratings.checks import check
from app.ratings.form import RatingForm, VerdictForm
from app.ratings.marks import marks_of, stored_marks
from app.tables import Assignment, Criterion, Judgement, SlotVerdict, Verdict


def submit(session: Session, rater: Rater, assignment: Assignment, form: RatingForm) -> Judgement:
    """The judgement as stored; the same form sent twice is stored once.

    A form that was changed before it was sent again is a revision: its first sending may have
    arrived though the rater heard of an error.
    Raises Conflict when the study is not open, NotFound when the assignment is not this rater's.
    """
    rater.require_open(session)
    if assignment.account_id != rater.account.id:
        raise NotFound("There is no such item for you.")
    for earlier in assignment.judgements:
        if form.form_id is not None and _is_repeated(earlier, form):
            return earlier
    judgement = Judgement(
        assignment_id=assignment.id,
        revision=len(assignment.judgements) + 1,
        form_id=form.form_id,
        study_version=rater.study.version,
        comment=form.comment,
        duration_ms=form.visible_ms,
        verdicts=[_verdict(assignment, rater, verdict) for verdict in form.verdicts],
        marks=stored_marks(assignment, form.marks),
    )
    assignment.judgements.append(judgement)
    assignment.submitted_at = assignment.submitted_at or now()
    assignment.expires_at = None
    session.flush()
    check(session, rater, assignment, judgement)
    return judgement


def _is_repeated(earlier: Judgement, form: RatingForm) -> bool:
    said = {verdict.criterion.key: _said(verdict) for verdict in earlier.verdicts}
    return (
        earlier.form_id == form.form_id
        and earlier.comment == form.comment
        and marks_of(earlier) == form.marks
        and said == {verdict.key: verdict for verdict in form.verdicts}
    )


def _said(verdict: Verdict) -> VerdictForm:
    return VerdictForm(
        key=verdict.criterion.key,
        outcome=verdict.outcome,
        ranks={one.slot.number: one.rank for one in verdict.slots if one.rank is not None},
        scores={one.slot.number: one.score for one in verdict.slots if one.score is not None},
        texts={one.slot.number: one.text for one in verdict.slots if one.text is not None},
        value=verdict.value,
        text=verdict.text,
    )


def _verdict(assignment: Assignment, rater: Rater, form: VerdictForm) -> Verdict:
    return Verdict(
        criterion_id=_criterion(rater, form.key).id,
        outcome=form.outcome,
        value=form.value,
        text=form.text,
        slots=[
            SlotVerdict(
                slot_id=slot.id,
                rank=form.ranks.get(slot.number),
                score=form.scores.get(slot.number),
                text=form.texts.get(slot.number),
            )
            for slot in assignment.slots
            if slot.number in {*form.ranks, *form.scores, *form.texts}
        ],
    )


def _criterion(rater: Rater, key: str) -> Criterion:
    return next(criterion for criterion in rater.study.criteria if criterion.key == key)

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
    arrived though the rater heard of an error. One that arrives after its own change is late.
    Raises Conflict when the study is not open or the rater was told the kinds of variants, NotFound
    when the assignment is not this rater's.
    """
    rater.require_open(session)
    if assignment.account_id != rater.account.id:
        raise NotFound("There is no such item for you.")
    latest = _latest_of(form.form_id, assignment)
    if latest is not None and (_is_late(latest, form) or _is_repeated(latest, form)):
        return latest
    rater.require_blind()
    return record(session, rater, assignment, form)


def record(session: Session, rater: Rater, assignment: Assignment, form: RatingForm) -> Judgement:
    """The judgement as stored, whether or not the study takes any now: `submit` asks first."""
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


def _latest_of(form_id: str | None, assignment: Assignment) -> Judgement | None:
    """What the same form, changed or not, said last."""
    mine, _ = _sending(form_id)
    sent = [one for one in assignment.judgements if mine and _sending(one.form_id)[0] == mine]
    return sent[-1] if sent else None


def _sending(form_id: str | None) -> tuple[str, int]:
    """-> (the form, how often it was changed between sendings); pages write `form.2`."""
    form, _, changes = (form_id or "").rpartition(".")
    return (form, int(changes)) if form and changes.isdecimal() else (form_id or "", 0)


def _is_late(latest: Judgement, form: RatingForm) -> bool:
    return _sending(form.form_id)[1] < _sending(latest.form_id)[1]


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

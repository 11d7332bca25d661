"""Simulated raters and what they said, as rows like those of people. Nobody can sign in as one."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.bulk import add_leaves, add_rows
from app.db import now
from app.simulation.answers import Answers
from app.simulation.judging import Said
from app.simulation.rows import Row, mark_rows, slot_rows, verdict_row
from app.simulation.spec import SimulatedSpec
from app.simulation.worth import Shown
from app.tables import (
    Account,
    Assignment,
    Invitation,
    Judgement,
    Mark,
    RaterKind,
    Role,
    Slot,
    SlotVerdict,
    Study,
    Verdict,
)


@dataclass(frozen=True)
class Sitting:
    """One rater's items, in the order judged, and what they said of each."""

    number: int
    shown: Sequence[Shown]
    said: Sequence[Said]


@dataclass(frozen=True)
class _Judged:
    """One item of a sitting. `position` counts from 1 within it."""

    account: int
    position: int
    at: datetime
    shown: Shown
    said: Said


@dataclass(frozen=True)
class _Slots:
    """The rows that a judgement refers to, by their ids; `slots` in the order shown."""

    assignment: int
    slots: tuple[int, ...]


def write_sittings(
    session: Session,
    study: Study,
    answers: Answers,
    spec: SimulatedSpec,
    sittings: Sequence[Sitting],
) -> None:
    """Accounts are disabled and their invitations revoked from the beginning."""
    accounts = _raters(session, study, spec, sittings)
    judged = [
        _Judged(account, position, at, shown, said)
        for account, sitting in zip(accounts, sittings, strict=True)
        for position, (at, shown, said) in enumerate(
            zip(_times(study, len(sitting.shown)), sitting.shown, sitting.said, strict=True), 1
        )
    ]
    shown = _assignments(session, answers, judged)
    judgements = _judgements(session, study, judged, shown)
    _verdicts(session, study, judgements, judged, shown)
    marks = (
        row
        for judgement, one, there in zip(judgements, judged, shown, strict=True)
        for row in mark_rows(judgement, one.said.marks, there.slots)
    )
    add_leaves(session, Mark, marks)


def truth_of(spec: SimulatedSpec, number: int) -> Row:
    """What `Invitation.external` keeps of a simulated rater."""
    return {"number": number, "is_sloppy": spec.is_sloppy(number), "spec": asdict(spec)}


def _raters(
    session: Session, study: Study, spec: SimulatedSpec, sittings: Sequence[Sitting]
) -> list[int]:
    time, tag = now(), secrets.token_hex(4)  # the tag keeps names unique over studies
    names = [f"simulated rater {sitting.number} ({tag})" for sitting in sittings]
    fixed = {
        "role": Role.RATER,
        "rater_kind": RaterKind.SIMULATED,
        "session_epoch": 1,
        "disabled_at": time,
    }
    accounts = add_rows(session, Account, ({**fixed, "name": name} for name in names), "name")
    invitations = (
        {
            "study_id": study.id,
            "account_id": account,
            "external": truth_of(spec, sitting.number),
            "revoked_at": time,
        }
        for account, sitting in zip(accounts, sittings, strict=True)
    )
    add_leaves(session, Invitation, invitations)
    return accounts


def _times(study: Study, count: int) -> list[datetime]:
    """Evenly between the study's opening and now, or its closing."""
    end = study.closed_at or now()
    begin = min(study.opened_at or end, end)
    return [begin + (end - begin) * number / count for number in range(1, count + 1)]


def _assignments(session: Session, answers: Answers, judged: Sequence[_Judged]) -> list[_Slots]:
    rows = (
        {
            "item_id": answers.items[one.shown.item].id,
            "account_id": one.account,
            "position": one.position,
            "first_shown_at": one.at,
            "submitted_at": one.at,
        }
        for one in judged
    )
    ids = add_rows(session, Assignment, rows, "item_id", "account_id")
    slots = (
        {"assignment_id": id_, "number": number, "response_id": int(answers.response[place])}
        for id_, one in zip(ids, judged, strict=True)
        for number, place in enumerate(one.shown.places, start=1)
    )
    of_all = iter(add_rows(session, Slot, slots, "assignment_id", "number"))
    return [
        _Slots(id_, tuple(next(of_all) for _ in one.shown.places))
        for id_, one in zip(ids, judged, strict=True)
    ]


def _judgements(
    session: Session, study: Study, judged: Sequence[_Judged], shown: Sequence[_Slots]
) -> list[int]:
    rows = (
        {
            "assignment_id": there.assignment,
            "revision": 1,
            "study_version": study.version,
            "duration_ms": one.said.duration_ms,
            "submitted_at": one.at,
        }
        for one, there in zip(judged, shown, strict=True)
    )
    return add_rows(session, Judgement, rows, "assignment_id", "revision")


def _verdicts(
    session: Session,
    study: Study,
    judgements: Sequence[int],
    judged: Sequence[_Judged],
    shown: Sequence[_Slots],
) -> None:
    criteria = {criterion.key: criterion.id for criterion in study.criteria}
    said = [
        (judgement, verdict, there.slots)
        for judgement, one, there in zip(judgements, judged, shown, strict=True)
        for verdict in one.said.verdicts
    ]
    rows = (verdict_row(judgement, verdict, criteria) for judgement, verdict, _ in said)
    ids = add_rows(session, Verdict, rows, "judgement_id", "criterion_id")
    of_slots = (
        row
        for id_, (_, verdict, slots) in zip(ids, said, strict=True)
        for row in slot_rows(id_, verdict, slots)
    )
    add_leaves(session, SlotVerdict, of_slots)

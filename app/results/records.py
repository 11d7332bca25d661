"""What raters said, as flat records: the latest revision of each judgement, read in few queries.

Results and exports both start here, so that they can never count different judgements.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Subquery, and_, func, select
from sqlalchemy.orm import Session

from app.studies import is_counted, is_of
from app.tables import (
    Account,
    Assignment,
    Criterion,
    Invitation,
    Item,
    ItemKind,
    Judgement,
    Mark,
    MarkKind,
    Outcome,
    Prompt,
    RaterKind,
    Response,
    RunVariant,
    Slot,
    SlotVerdict,
    Study,
    StudyVariant,
    Variant,
    VariantKind,
    Verdict,
)

_VERDICT = itemgetter(0, 1, 2, 3, 4)
_PAGE = 10_000  # rows read at a time: there are ten times as many as judgements
Said = tuple[int | None, int | None, str | None]


@dataclass(frozen=True)
class VariantRef:
    name: str
    kind: VariantKind


@dataclass(frozen=True, slots=True)
class ShownResponse:
    """A response in its slot; `variant` is its place among the study's variants."""

    response_id: int
    variant: int
    introduces_itself: bool = False


@dataclass(frozen=True, slots=True)
class VerdictRecord:
    """One criterion of a judgement; ranks, scores and texts by slot, in the order shown.

    `value` and `text` answer a scale that is asked once of the item.
    """

    criterion: str
    outcome: Outcome | None
    ranks: tuple[int | None, ...]
    scores: tuple[int | None, ...]
    texts: tuple[str | None, ...]
    value: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class MarkRecord:
    """A marked span of the answer in `slot`; offsets are code points of its raw text."""

    slot: int
    start: int
    end: int
    kind: MarkKind
    correction: str
    source: str


@dataclass(frozen=True, slots=True)
class JudgementRecord:
    """One rater on one item. `item` counts from 1, `rater` is the pseudonym. `is_stripped`: the
    answers were shown without openers and formatting."""

    item: int
    prompt: str
    category: str | None
    rater: str
    revision: int
    submitted_at: datetime
    duration_ms: int | None
    comment: str
    shown: tuple[ShownResponse, ...]
    verdicts: tuple[VerdictRecord, ...]
    marks: tuple[MarkRecord, ...] = ()
    is_stripped: bool = False


@dataclass(frozen=True)
class StudyRecords:
    """`items` counts all of the study; `superseded` counts judgements with a later revision,
    `screened_out` those of raters who failed the checks.
    """

    variants: tuple[VariantRef, ...]
    criteria: tuple[Criterion, ...]
    items: int
    superseded: int
    screened_out: int
    judgements: tuple[JudgementRecord, ...]


def read_records(
    session: Session, study: Study, *, kind: RaterKind = RaterKind.HUMAN
) -> StudyRecords:
    """In the order of items, then raters. The number of queries does not depend on the data."""
    variants = study_variants(session, study)
    criteria = tuple(study.criteria)
    counted = _latest(study, kind)
    shown = _shown(session, counted, {key: place for place, key in enumerate(variants)})
    verdicts = _verdicts(session, counted, {c.id: c.key for c in criteria}, shown)
    marks = _marks(session, counted)
    raters = pseudonyms(session, study, kind)
    number = {account: place for place, account in enumerate(raters)}
    rows = sorted(_judgements(session, counted), key=lambda row: (row[0], number[row[1]]))
    return StudyRecords(
        variants=tuple(variants.values()),
        criteria=criteria,
        items=session.scalar(
            select(func.count(Item.id)).where(
                Item.study_id == study.id, Item.kind == ItemKind.REGULAR
            )
        )
        or 0,
        superseded=_revisions(session, study, kind) - len(rows),
        screened_out=_screened_out(session, study, kind),
        judgements=tuple(
            JudgementRecord(
                position + 1,
                prompt,
                category,
                raters[account],
                revision,
                submitted_at,
                duration_ms,
                comment,
                tuple(shown[assignment].values()),
                tuple(verdicts[assignment]),
                tuple(marks.get(assignment, ())),
                is_stripped,
            )
            for (
                position,
                account,
                prompt,
                category,
                assignment,
                revision,
                submitted_at,
                duration_ms,
                comment,
                is_stripped,
            ) in rows
        ),
    )


def _latest(study: Study, kind: RaterKind) -> Subquery:
    """(judgement, assignment) of the revisions that count."""
    newest = (
        select(Judgement.assignment_id, func.max(Judgement.revision).label("revision"))
        .join(Assignment, Assignment.id == Judgement.assignment_id)
        .join(Item, Item.id == Assignment.item_id)
        .where(Item.study_id == study.id, Item.kind == ItemKind.REGULAR, is_counted(study, kind))
        .group_by(Judgement.assignment_id)
        .subquery()
    )
    this = and_(
        Judgement.assignment_id == newest.c.assignment_id,
        Judgement.revision == newest.c.revision,
    )
    return select(Judgement.id, Judgement.assignment_id).join(newest, this).subquery()


def _revisions(session: Session, study: Study, kind: RaterKind) -> int:
    query = (
        select(func.count(Judgement.id))
        .join(Assignment, Assignment.id == Judgement.assignment_id)
        .join(Item, Item.id == Assignment.item_id)
        .where(Item.study_id == study.id, Item.kind == ItemKind.REGULAR, is_counted(study, kind))
    )
    return session.scalar(query) or 0


def _screened_out(session: Session, study: Study, kind: RaterKind) -> int:
    query = (
        select(func.count(Assignment.id))
        .join(Item, Item.id == Assignment.item_id)
        .where(
            Item.study_id == study.id,
            Item.kind == ItemKind.REGULAR,
            Assignment.submitted_at.is_not(None),
            is_of(study, kind),
            ~is_counted(study, kind),
        )
    )
    return session.scalar(query) or 0


def study_variants(session: Session, study: Study) -> dict[int, VariantRef]:
    """By run variant, in the study's order."""
    query = (
        select(StudyVariant.run_variant_id, Variant.name, Variant.kind)
        .join(RunVariant, RunVariant.id == StudyVariant.run_variant_id)
        .join(Variant, Variant.id == RunVariant.variant_id)
        .where(StudyVariant.study_id == study.id)
        .order_by(StudyVariant.position)
    )
    return {member: VariantRef(name, kind) for member, name, kind in session.execute(query)}


_CALLED = {
    RaterKind.HUMAN: "rater",
    RaterKind.JUDGE: "judge",
    RaterKind.SIMULATED: "simulated",
}


def pseudonyms(session: Session, study: Study, kind: RaterKind) -> dict[int, str]:
    """account -> rater-1, rater-2, ... by order of invitation: no name leaves the database."""
    query = (
        select(Invitation.account_id)
        .join(Account, Account.id == Invitation.account_id)
        .where(Invitation.study_id == study.id, Account.rater_kind == kind)
        .order_by(Invitation.id)
    )
    return {
        account: f"{_CALLED[kind]}-{number}"
        for number, account in enumerate(session.scalars(query), start=1)
    }


def _judgements(session: Session, counted: Subquery) -> list[Any]:
    """Columns, not objects: there are hundreds of thousands."""
    query = (
        select(
            Item.position,
            Assignment.account_id,
            Prompt.key,
            Prompt.category,
            Judgement.assignment_id,
            Judgement.revision,
            Judgement.submitted_at,
            Judgement.duration_ms,
            Judgement.comment,
            Item.is_stripped,
        )
        .join(counted, counted.c.id == Judgement.id)
        .join(Assignment, Assignment.id == Judgement.assignment_id)
        .join(Item, Item.id == Assignment.item_id)
        .join(Prompt, Prompt.id == Item.prompt_id)
    )
    return list(session.execute(query))


def _shown(
    session: Session, counted: Subquery, places: dict[int, int]
) -> dict[int, dict[int, ShownResponse]]:
    """assignment -> slot number -> what stood there, by number."""
    query = (
        select(
            Slot.assignment_id,
            Slot.number,
            Slot.response_id,
            Response.run_variant_id,
            Response.introduces_itself.is_not(None),
        )
        .join(counted, counted.c.assignment_id == Slot.assignment_id)
        .join(Response, Response.id == Slot.response_id)
        .order_by(Slot.assignment_id, Slot.number)
    )
    shown: defaultdict[int, dict[int, ShownResponse]] = defaultdict(dict)
    for assignment, number, response, member, introduces in session.execute(
        query, execution_options={"yield_per": _PAGE}
    ):
        shown[assignment][number] = ShownResponse(response, places[member], introduces)
    return shown


def _marks(session: Session, counted: Subquery) -> dict[int, list[MarkRecord]]:
    """assignment -> its marks, in the order of the answers and their texts."""
    query = (
        select(
            counted.c.assignment_id,
            Slot.number,
            Mark.start,
            Mark.end,
            Mark.kind,
            Mark.correction,
            Mark.source,
        )
        .join(Mark, Mark.judgement_id == counted.c.id)
        .join(Slot, Slot.id == Mark.slot_id)
        .order_by(counted.c.assignment_id, Slot.number, Mark.start, Mark.id)
    )
    marks: defaultdict[int, list[MarkRecord]] = defaultdict(list)
    for assignment, *values in session.execute(query, execution_options={"yield_per": _PAGE}):
        marks[assignment].append(MarkRecord(*values))
    return marks


def _verdicts(
    session: Session,
    counted: Subquery,
    keys: dict[int, str],
    shown: dict[int, dict[int, ShownResponse]],
) -> dict[int, list[VerdictRecord]]:
    """assignment -> its verdicts, in the criteria's order."""
    query = (
        select(
            counted.c.assignment_id,
            Verdict.criterion_id,
            Verdict.outcome,
            Verdict.value,
            Verdict.text,
            Slot.number,
            SlotVerdict.rank,
            SlotVerdict.score,
            SlotVerdict.text,
        )
        .join(Verdict, Verdict.judgement_id == counted.c.id)
        .join(Criterion, Criterion.id == Verdict.criterion_id)
        .outerjoin(SlotVerdict, SlotVerdict.verdict_id == Verdict.id)
        .outerjoin(Slot, Slot.id == SlotVerdict.slot_id)
        .order_by(counted.c.assignment_id, Criterion.position)
    )
    verdicts: defaultdict[int, list[VerdictRecord]] = defaultdict(list)
    rows = session.execute(query, execution_options={"yield_per": _PAGE})
    for (assignment, criterion, outcome, value, text), group in groupby(rows, _VERDICT):
        said: dict[int | None, Said] = {
            number: (rank, score, words) for *_, number, rank, score, words in group
        }
        slots = [said.get(number, (None, None, None)) for number in shown[assignment]]
        ranks, scores, texts = (tuple(column) for column in zip(*slots, strict=True))
        verdicts[assignment].append(
            VerdictRecord(keys[criterion], outcome, ranks, scores, texts, value, text)
        )
    return verdicts

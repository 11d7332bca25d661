"""The judgements of a study from the database, as columns."""

from collections.abc import Iterator, Mapping

import numpy as np
from sqlalchemy import case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.results.arrays import LARGEST, among, fetch, stream
from app.results.columns import (
    NOTHING,
    OUTCOMES,
    CriterionColumns,
    Integers,
    JudgementColumns,
    MarkColumns,
    RaterRef,
)
from app.results.lookup import NULL, Lookup
from app.results.outline import Outline, read_outline
from app.results.packing import Number
from app.results.raters import read_raters
from app.results.times import microseconds
from app.tables import (
    Account,
    Assignment,
    Item,
    Judgement,
    Mark,
    MarkKind,
    RaterKind,
    Slot,
    SlotVerdict,
    Study,
    Verdict,
)

_FIRST, _LAST = -62_135_596_800 * 10**6, 253_402_300_800 * 10**6  # of Python's times, 1 to 9999
_ROOM = 100_000
_SMALL = 2**10 - 2  # slots, ranks, and what is said on a scale: 100 at most

_OUTCOME = case(
    {outcome: code for code, outcome in enumerate(OUTCOMES) if outcome is not None},
    value=Verdict.outcome,
    else_=0,
)
_MARK = case({kind: code for code, kind in enumerate(MarkKind)}, value=Mark.kind)


def read_columns(
    session: Session, study: Study, kind: RaterKind = RaterKind.HUMAN
) -> JudgementColumns:
    """In the order of items, then raters."""
    outline, raters = read_outline(session, study), read_raters(session, study, kind)
    return read_judgements(session, outline, raters, Assignment.item_id, outline.item)


def read_judgements(
    session: Session,
    outline: Outline,
    raters: Mapping[int, RaterRef],
    column: InstrumentedAttribute[int],
    ids: Integers,
) -> JudgementColumns:
    """What was said of the assignments whose `column` is among the ids, as far as they are of these
    items and raters, by account. In the order of items, then raters."""
    given = _assignments(session, outline, raters, column, ids)
    judged = _latest(session, given[:, 0])
    order = Lookup(given[:, 0]).of(judged[:, 0])
    given = given[order]
    places = np.argsort(outline.position[given[:, 1]] * len(raters) + given[:, 2])
    given, judged = given[places], judged[places]
    response, number = _slots(session, outline, given[:, 0])
    return JudgementColumns(
        variants=outline.variants,
        prompts=outline.prompts,
        raters=tuple(raters.values()),
        item=(outline.position[given[:, 1]] + 1).astype(np.int32),
        prompt=outline.prompt[given[:, 1]].astype(np.int32),
        rater=given[:, 2].astype(np.int32),
        submitted_at=judged[:, 1] / 1_000_000,
        duration_ms=judged[:, 3].astype(np.int32),
        revision=judged[:, 2].astype(np.int32),
        shown=np.append(outline.responses.variant, NOTHING).astype(np.int16)[response],
        response=response,
        stripped=outline.stripped[given[:, 1]],
        criteria=tuple(_criteria(session, outline, judged[:, 4], number)),
        responses=outline.responses,
        marks=_marks(session, judged[:, 4], number),
        items=len(outline.item),
    )


def _assignments(
    session: Session,
    outline: Outline,
    raters: Mapping[int, RaterRef],
    column: InstrumentedAttribute[int],
    ids: Integers,
) -> Integers:
    """Shape (n, 3): id, place of the item, place of the rater."""
    columns = (
        _id(session, Assignment.id),
        Number(Assignment.item_id, 0, _largest(session, Item.id)),
        Number(Assignment.account_id, 0, _largest(session, Account.id)),
    )
    rows = fetch(session, column, ids, *columns)[:, 1:]
    rows[:, 1] = Lookup(outline.item).of(rows[:, 1])
    rows[:, 2] = Lookup(np.array(list(raters), dtype=np.int64)).of(rows[:, 2])
    return np.asarray(rows[(rows[:, 1:] != NULL).all(axis=1)])


def _latest(session: Session, assignments: Integers) -> Integers:
    """Shape (judgements, 5): assignment, time, revision, duration, id; by assignment."""
    columns = (
        Number(microseconds(Judgement.submitted_at), _FIRST, _LAST),
        Number(Judgement.revision, 0, LARGEST),  # files of others may count as they like
        Number(Judgement.duration_ms, NULL, LARGEST),
        _id(session, Judgement.id),
    )
    rows = fetch(session, Judgement.assignment_id, assignments, *columns)
    rows = rows[np.argsort(rows[:, 0] * (LARGEST + 1) + rows[:, 2], kind="stable")]
    is_last = np.append(rows[1:, 0] != rows[:-1, 0], True)[: len(rows)]
    return np.asarray(rows[is_last])


def _slots(session: Session, outline: Outline, assignments: Integers) -> tuple[Integers, Lookup]:
    """Shape (assignments, slots): the places of the responses; and each slot's number from 0."""
    columns = (
        Number(Slot.number - 1, 0, _SMALL),
        _id(session, Slot.id),
        among(Slot.response_id, outline.responses.id),
    )
    place, of_response = Lookup(assignments), Lookup(outline.responses.id)
    response = np.full((len(assignments), outline.slots), NOTHING, dtype=np.int32)
    ids: list[Integers] = [np.empty(0, np.int64)]
    numbers: list[Integers] = [np.empty(0, np.int8)]
    for rows in stream(session, Slot.assignment_id, assignments, *columns):
        response[place.of(rows[:, 0]), rows[:, 1]] = of_response.of(rows[:, 3])
        ids.append(rows[:, 2].copy())
        numbers.append(rows[:, 1].astype(np.int8))
    return response, Lookup(np.concatenate(ids), np.concatenate(numbers))


def _criteria(
    session: Session, outline: Outline, judgements: Integers, number: Lookup
) -> Iterator[CriterionColumns]:
    """In the study's order. All are read at once, so there is a row for every judgement on every
    criterion, first those on the first one."""
    count = len(judgements)
    rows = count * len(outline.criteria)
    outcome, values = np.zeros(rows, np.int8), np.full(rows, NOTHING, np.int16)
    verdicts = _verdicts(session, outline, judgements, outcome, values)
    ranks = np.zeros((rows, outline.slots), np.int8)
    scores = np.full((rows, outline.slots), NOTHING, np.int16)
    _slot_verdicts(session, *verdicts, number, ranks, scores)
    for place, key in enumerate(outline.criteria):
        mine = slice(place * count, (place + 1) * count)
        yield CriterionColumns(key, outcome[mine], ranks[mine], scores[mine], values[mine])


def _verdicts(
    session: Session,
    outline: Outline,
    judgements: Integers,
    outcome: Integers,
    values: Integers,
) -> tuple[Integers, Integers]:
    """Fills the arrays. -> the ids of the verdicts, and the row of each."""
    criteria = np.array(list(outline.criteria.values()), dtype=np.int64)
    columns = (
        Number(Verdict.value, NULL, _SMALL),
        Number(_OUTCOME, 0, len(OUTCOMES)),
        among(Verdict.criterion_id, criteria),
        _id(session, Verdict.id),
    )
    place, of_criterion = Lookup(judgements), Lookup(criteria)
    ids: list[Integers] = [np.empty(0, np.int64)]
    rows_of: list[Integers] = [np.empty(0, np.int64)]
    for rows in stream(session, Verdict.judgement_id, judgements, *columns):
        at = of_criterion.of(rows[:, 3]) * len(judgements) + place.of(rows[:, 0])
        values[at], outcome[at] = rows[:, 1], rows[:, 2]
        ids.append(rows[:, 4].copy())
        rows_of.append(at)
    return np.concatenate(ids), np.concatenate(rows_of)


def _slot_verdicts(
    session: Session,
    verdicts: Integers,
    rows_of: Integers,
    number: Lookup,
    ranks: Integers,
    scores: Integers,
) -> None:
    """Fills the arrays."""
    columns = (
        Number(SlotVerdict.rank, NULL, _SMALL),
        Number(SlotVerdict.score, NULL, _SMALL),
        Number(SlotVerdict.slot_id, 0, _largest(session, Slot.id)),
    )
    row = Lookup(verdicts, rows_of)
    for rows in stream(session, SlotVerdict.verdict_id, verdicts, *columns):
        at = row.of(rows[:, 0]), number.of(rows[:, 3])
        ranks[at], scores[at] = np.maximum(rows[:, 1], 0), rows[:, 2]


def _marks(session: Session, judgements: Integers, number: Lookup) -> MarkColumns:
    """By judgement, then as they stand in the item."""
    columns = (
        _id(session, Mark.id),
        Number(Mark.slot_id, 0, LARGEST),
        Number(_MARK, 0, len(MarkKind)),
        Number(Mark.start, 0, LARGEST),
        Number(Mark.end, 0, LARGEST),
    )
    rows = fetch(session, Mark.judgement_id, judgements, *columns)
    judgement, slot = Lookup(judgements).of(rows[:, 0]), number.of(rows[:, 2])
    order = np.lexsort((rows[:, 1], rows[:, 4], slot, judgement))
    kind, start, end = rows[order, 3:6].T
    return MarkColumns(judgement[order], slot[order], kind, start, end)


def _id(session: Session, column: InstrumentedAttribute[int]) -> Number:
    return Number(column, 0, _largest(session, column))


def _largest(session: Session, column: InstrumentedAttribute[int]) -> int:
    """And room for rows that others add before the next query."""
    return (session.scalar(select(func.max(column))) or 0) + _ROOM

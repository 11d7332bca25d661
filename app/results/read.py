"""The judgements of a study from the database, as columns."""

from collections.abc import Iterator, Mapping

import numpy as np
from sqlalchemy import case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.results.arrays import LARGEST, NULL, Number, among, chunks, fetch, places_in
from app.results.columns import (
    NOTHING,
    OUTCOMES,
    CriterionColumns,
    Integers,
    JudgementColumns,
    MarkColumns,
    RaterRef,
    joined,
)
from app.results.outline import Outline, read_outline
from app.results.raters import read_raters
from app.results.times import microseconds
from app.tables import (
    Assignment,
    Judgement,
    Mark,
    MarkKind,
    RaterKind,
    Slot,
    SlotVerdict,
    Study,
    Verdict,
)

_TIME = 2**62 - 1
_SMALL = 2**10 - 2  # slots, ranks and revisions
_SCORE = 2**15 - 1

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
    return JudgementReader(session, outline, raters).of(Assignment.item_id, outline.item)


class JudgementReader:
    """Reads what raters, given by account, said on a study; a chunk of assignments at a time."""

    def __init__(self, session: Session, outline: Outline, raters: Mapping[int, RaterRef]) -> None:
        self._session = session
        self._outline = outline
        self._raters = tuple(raters.values())
        self._accounts = np.array(list(raters), dtype=np.int64)
        self._criteria = np.array(list(outline.criteria.values()), dtype=np.int64)

    def of(self, column: InstrumentedAttribute[int], ids: Integers) -> JudgementColumns:
        """Of the assignments whose column is among the ids, as far as they are of these items and
        raters. In the order of items, then raters."""
        outline = self._outline
        columns = (
            self._id(Assignment.id),
            Number(Assignment.item_id, 0, LARGEST),
            Number(Assignment.account_id, 0, LARGEST),
        )
        rows = fetch(self._session, column, ids, *columns)[:, 1:]
        rows[:, 1] = places_in(outline.item, rows[:, 1])
        rows[:, 2] = places_in(self._accounts, rows[:, 2])
        given = rows[(rows[:, 1:] != NULL).all(axis=1)]
        given = given[np.argsort(given[:, 0])]
        return joined([self._read(part) for part in (given[:0], *chunks(given))])

    def _read(self, given: Integers) -> JudgementColumns:
        """`given`, shape (n, 3): ids of assignments, places of their items and raters."""
        outline = self._outline
        judged = self._latest(given[:, 0])
        given = given[places_in(given[:, 0], judged[:, 0])]
        slots = self._slots(given[:, 0])
        response = np.full((len(given), outline.slots), NOTHING, dtype=np.int32)
        response[slots[:, 0], slots[:, 2]] = places_in(outline.responses.id, slots[:, 3])
        shown = np.where(response == NOTHING, NOTHING, outline.responses.variant[response])
        return JudgementColumns(
            variants=outline.variants,
            prompts=outline.prompts,
            raters=self._raters,
            item=(outline.position[given[:, 1]] + 1).astype(np.int32),
            prompt=outline.prompt[given[:, 1]].astype(np.int32),
            rater=given[:, 2].astype(np.int32),
            submitted_at=judged[:, 4] / 1_000_000,
            duration_ms=judged[:, 2].astype(np.int32),
            revision=judged[:, 3].astype(np.int32),
            shown=shown.astype(np.int16),
            response=response,
            criteria=tuple(self._said(judged[:, 1], slots)),
            responses=outline.responses,
            marks=self._marks(judged[:, 1], slots),
            items=len(outline.item),
        )

    def _latest(self, assignments: Integers) -> Integers:
        """Shape (judgements, 5): assignment, id, duration, revision, time; by assignment."""
        columns = (
            self._id(Judgement.id),
            Number(Judgement.duration_ms, NULL, LARGEST),
            Number(Judgement.revision, 0, _SMALL),
            Number(microseconds(Judgement.submitted_at), 0, _TIME),
        )
        rows = fetch(self._session, Judgement.assignment_id, assignments, *columns)
        rows = rows[np.lexsort((rows[:, 3], rows[:, 0]))]
        is_last = np.append(rows[1:, 0] != rows[:-1, 0], True)[: len(rows)]
        return np.asarray(rows[is_last])

    def _slots(self, assignments: Integers) -> Integers:
        """Shape (slots, 4): place of the assignment, id, place in the item, response's id."""
        columns = (
            self._id(Slot.id),
            Number(Slot.number - 1, 0, _SMALL),
            among(Slot.response_id, self._outline.responses.id),
        )
        rows = fetch(self._session, Slot.assignment_id, assignments, *columns)
        rows[:, 0] = places_in(assignments, rows[:, 0])
        return rows

    def _said(self, judgements: Integers, slots: Integers) -> Iterator[CriterionColumns]:
        """In the study's order, though the verdicts of all are read at once."""
        columns = (
            self._id(Verdict.id),
            among(Verdict.criterion_id, self._criteria),
            Number(_OUTCOME, 0, len(OUTCOMES)),
            Number(Verdict.value, NULL, _SCORE),
        )
        verdicts = fetch(self._session, Verdict.judgement_id, judgements, *columns)
        verdicts[:, 0] = places_in(judgements, verdicts[:, 0])
        of_slots = self._said_of_slots(verdicts[:, 1], slots)
        shape = len(judgements), self._outline.slots
        for key, id_ in self._outline.criteria.items():
            mine = verdicts[verdicts[:, 2] == id_]
            outcome, values = np.zeros(shape[0], np.int8), np.full(shape[0], NOTHING, np.int16)
            outcome[mine[:, 0]], values[mine[:, 0]] = mine[:, 3], mine[:, 4]
            ranks, scores = np.zeros(shape, np.int8), np.full(shape, NOTHING, np.int16)
            one = of_slots[verdicts[of_slots[:, 0], 2] == id_]
            at = verdicts[one[:, 0], 0], one[:, 1]
            ranks[at], scores[at] = np.maximum(one[:, 2], 0), one[:, 3]
            yield CriterionColumns(key, outcome, ranks, scores, values)

    def _said_of_slots(self, verdicts: Integers, slots: Integers) -> Integers:
        """Shape (rows, 4): place of the verdict, place in the item, rank, score."""
        columns = (
            among(SlotVerdict.slot_id, slots[:, 1]),
            Number(SlotVerdict.rank, NULL, _SMALL),
            Number(SlotVerdict.score, NULL, _SCORE),
        )
        rows = fetch(self._session, SlotVerdict.verdict_id, verdicts, *columns)
        rows[:, 0] = places_in(verdicts, rows[:, 0])
        rows[:, 1] = slots[places_in(slots[:, 1], rows[:, 1]), 2]
        return rows

    def _marks(self, judgements: Integers, slots: Integers) -> MarkColumns:
        """By judgement, then as they stand in the item."""
        columns = (
            self._id(Mark.id),
            among(Mark.slot_id, slots[:, 1]),
            Number(_MARK, 0, len(MarkKind)),
            Number(Mark.start, 0, LARGEST),
            Number(Mark.end, 0, LARGEST),
        )
        rows = fetch(self._session, Mark.judgement_id, judgements, *columns)
        judgement = places_in(judgements, rows[:, 0])
        slot = slots[places_in(slots[:, 1], rows[:, 2]), 2]
        order = np.lexsort((rows[:, 1], rows[:, 4], slot, judgement))
        kind, start, end = rows[order, 3:6].T
        return MarkColumns(judgement[order], slot[order], kind, start, end)

    def _id(self, column: InstrumentedAttribute[int]) -> Number:
        return Number(column, 0, self._session.scalar(select(func.max(column))) or 0)

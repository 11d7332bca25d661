"""Columns that are kept, and brought up to date by reading what has been said since.

Judgements are only ever added, so what is newer than the newest seen is all that can have changed.
On PostgreSQL one with a smaller number may appear a moment later: its transaction took longer.
Hence the last few numbers are looked at again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.results.arrays import LARGEST, fetch
from app.results.columns import JudgementColumns, updated
from app.results.outline import Outline, read_outline
from app.results.packing import Integers, Number
from app.results.raters import read_raters
from app.results.read import read_judgements
from app.studies import gold_results
from app.tables import Assignment, Judgement, RaterKind, Study

_LOOKED_AT_AGAIN = 1000


@dataclass(frozen=True)
class Kept:
    """`recent`, shape (n, 2): the last judgements of the database, of all studies, each with its
    assignment. `studies` were there, and their ids may be given anew once one is removed.
    """

    columns: JudgementColumns
    outline: Outline
    accounts: tuple[int, ...]
    gold: Mapping[int, Sequence[bool]]
    recent: Integers
    studies: frozenset[str]


def read_kept(session: Session, study: Study, kind: RaterKind) -> Kept:
    outline, gold = read_outline(session, study), gold_results(session, study)
    raters = read_raters(session, study, kind, gold)
    return Kept(
        columns=read_judgements(session, outline, raters, Assignment.item_id, outline.item),
        outline=outline,
        accounts=tuple(raters),
        gold=gold,
        recent=_recent(session, _newest(session)),
        studies=_studies(session),
    )


def brought_up_to_date(session: Session, study: Study, kind: RaterKind, kept: Kept) -> Kept:
    """The study has been opened, so its items are what they were."""
    recent = _recent(session, int(kept.recent[:, 0].max(initial=0)))
    new = recent[np.isin(recent[:, 0], kept.recent[:, 0], invert=True), 1]
    gold = gold_results(session, study) if len(new) else kept.gold
    raters = read_raters(session, study, kind, gold)
    studies = _studies(session)
    if not kept.studies <= studies or tuple(raters)[: len(kept.accounts)] != kept.accounts:
        return read_kept(session, study, kind)
    columns = replace(kept.columns, raters=tuple(raters.values()))
    if len(new):
        of_new = Assignment.id, np.unique(new)
        columns = updated(columns, read_judgements(session, kept.outline, raters, *of_new))
    last = recent[:, 0].max(initial=0) - _LOOKED_AT_AGAIN
    return Kept(
        columns=columns,
        outline=kept.outline,
        accounts=tuple(raters),
        gold=gold,
        recent=recent[recent[:, 0] > last],
        studies=studies,
    )


def _newest(session: Session) -> int:
    return session.scalar(select(func.max(Judgement.id))) or 0


def _recent(session: Session, seen: int) -> Integers:
    """Those that came after the one `seen`, and some before it."""
    ids = np.arange(max(seen - _LOOKED_AT_AGAIN, 0), _newest(session)) + 1
    return fetch(session, Judgement.id, ids, Number(Judgement.assignment_id, 0, LARGEST))


def _studies(session: Session) -> frozenset[str]:
    return frozenset(session.scalars(select(Study.public_id)))

"""Judged studies that many tests read: judged once, and put into their databases as rows."""

from typing import Any

from sqlalchemy import Table, insert, select, text
from sqlalchemy.orm import Session

from app.db import Base
from app.tables import Design, Study
from tests.results.judged_study import Judge, judge_all, mixed_judge, opened_study

Rows = dict[Table, list[dict[str, Any]]]

_kept: dict[tuple[Judge, str], Rows] = {}


def judged_study(
    session: Session,
    design: Design = Design.SIDE_BY_SIDE,
    *,
    judge: Judge = mixed_judge,
    raters: int = 3,
    **study: Any,
) -> Study:
    """What `opened_study` and `judge_all` make, in a database that is empty."""
    key = judge, repr((design, raters, study))
    if key in _kept:
        _put(session, _kept[key])
    else:
        assert session.scalars(select(Study)).first() is None
        opened = opened_study(session, design, raters=raters, **study)
        judge_all(session, opened, judge, raters=raters)
        session.flush()
        _kept[key] = _rows(session)
        session.expunge_all()
    return session.scalars(select(Study)).one()


def _rows(session: Session) -> Rows:
    return {
        table: [dict(row) for row in session.execute(select(table)).mappings()]
        for table in Base.metadata.sorted_tables
    }


def _put(session: Session, kept: Rows) -> None:
    session.execute(text("PRAGMA defer_foreign_keys=ON"))
    for table, rows in kept.items():
        if rows:
            session.execute(insert(table), rows)

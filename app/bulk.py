"""Rows into the database by thousands: rows, not objects, which cost as much again."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from app.db import Base

_BATCH = 5000

Rows = Iterable[dict[str, Any]]
Tell = Callable[[int], None]
"""Told how many rows more are written, now and then."""


def _silent(_count: int) -> None:
    pass


def add_rows(
    session: Session, table: type[Base], rows: Rows, *key: str, tell: Tell = _silent
) -> list[int]:
    """The new rows' ids, in the order of the rows; `key` names columns that are unique."""
    columns = _table(table).c
    # By their key, for databases return rows in no order that they promise.
    statement = insert(_table(table)).returning(columns.id, *(columns[name] for name in key))
    ids: list[int] = []
    for chunk in _chunks(rows):
        made = {tuple(values): id_ for id_, *values in session.execute(statement, chunk)}
        ids += [made[tuple(row[name] for name in key)] for row in chunk]
        tell(len(chunk))
    return ids


def add_leaves(session: Session, table: type[Base], rows: Rows, *, tell: Tell = _silent) -> None:
    """Rows that nothing refers to."""
    for chunk in _chunks(rows):
        session.execute(insert(_table(table)), chunk)
        tell(len(chunk))


def _table(table: type[Base]) -> Table:
    return cast(Table, table.__table__)


def _chunks(rows: Rows) -> Iterator[list[dict[str, Any]]]:
    entries = iter(rows)
    while chunk := list(islice(entries, _BATCH)):
        yield chunk

"""Columns of very many rows of the database, as arrays of whole numbers."""

from collections.abc import Iterator
from typing import Any, cast

import numpy as np
from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from app.results.answers import answers
from app.results.lookup import NULL, Lookup
from app.results.packing import Column, Integers, Number, packed, unpacked

LARGEST = 2**31 - 1
"""Of an id."""

_CHUNK = 50_000  # ids that one statement asks for
_DENSE = 10  # a range of ids is read whole unless it has more than so many times those wanted


def among(column: Column, ids: Integers) -> Number:
    return Number(column, int(ids.min(initial=LARGEST)), int(ids.max(initial=0)))


def fetch(session: Session, parent: Column, ids: Integers, *numbers: Number) -> Integers:
    """Shape (rows, 1 + numbers): of the rows whose `parent` is among `ids`, the parent and the
    numbers, with NULL for null. In no order. `parent` is best the first column of an index."""
    none = np.empty((0, 1 + len(numbers)), dtype=np.int64)
    return np.concatenate([none, *stream(session, parent, ids, *numbers)])


def stream(session: Session, parent: Column, ids: Integers, *numbers: Number) -> Iterator[Integers]:
    """What `fetch` gives, many thousand rows at a time."""
    parts = list(chunks(np.sort(ids)))
    columns = [(*numbers, among(parent, part)) for part in parts]
    queries = [
        select(packed(wanted)).where(_within(parent, part))
        for part, wanted in zip(parts, columns, strict=True)
    ]
    for part, wanted, text in zip(parts, columns, answers(session, queries), strict=True):
        rows = np.roll(unpacked(text or "", wanted), 1, axis=0).T
        is_whole = part[-1] - part[0] < len(part)
        yield rows if is_whole else rows[Lookup(part).of(rows[:, 0]) != NULL]


def chunks(ids: Integers) -> Iterator[Integers]:
    """As many at a time as one statement may ask for."""
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def named(column: Column, ids: Integers) -> ColumnElement[bool]:
    """The ids are written into the statement: binding each takes longer than finding it."""
    values: Any = bindparam("ids", ids.tolist(), expanding=True, literal_execute=True)
    return cast(ColumnElement[bool], column.in_(values))


def _within(column: Column, ids: Integers) -> ColumnElement[bool]:
    first, last = int(ids[0]), int(ids[-1])
    is_dense = last - first < _DENSE * len(ids)
    return column.between(first, last) if is_dense else named(column, ids)

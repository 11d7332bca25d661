"""Whole numbers of very many rows of the database, as arrays.

Most of the time of reading goes into making objects of rows. So the database itself packs the
numbers of a row into one and joins those of thousands of rows into one text, which numpy reads.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Select, String, bindparam, func, literal, select
from sqlalchemy import cast as to_type
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.results.answers import answers
from app.results.lookup import NULL, Lookup

Integers = NDArray[np.integer[Any]]
Column = ColumnElement[Any] | InstrumentedAttribute[Any]

LARGEST = 2**31 - 1
"""Of an id."""

_CHUNK = 50_000  # ids that one statement asks for
_DENSE = 10  # a range of ids is read whole unless it has more than so many times those wanted
_BITS = 63


@dataclass(frozen=True)
class Number:
    """A column without values below `low` or above `high`, apart from null if `low` is NULL."""

    column: Column
    low: int
    high: int

    @property
    def bits(self) -> int:
        return (self.high - self.low).bit_length()


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
    texts = answers(session, [_query(parent, part, numbers) for part in parts])
    for part, text in zip(parts, texts, strict=True):
        yield _rows(text or "", parent, part, numbers)


def chunks(ids: Integers) -> Iterator[Integers]:
    """As many at a time as one statement may ask for."""
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def named(column: Column, ids: Integers) -> ColumnElement[bool]:
    """The ids are written into the statement: binding each takes longer than finding it."""
    values: Any = bindparam("ids", ids.tolist(), expanding=True, literal_execute=True)
    return cast(ColumnElement[bool], column.in_(values))


def _query(parent: Column, ids: Integers, numbers: Sequence[Number]) -> Select[Any]:
    words = _words(parent, ids, numbers)
    text = func.aggregate_strings(_text([_packed(word) for word in words]), " ")
    return select(text).where(_within(parent, ids))


def _rows(text: str, parent: Column, ids: Integers, numbers: Sequence[Number]) -> Integers:
    words = _words(parent, ids, numbers)
    packed = np.fromstring(text, dtype=np.int64, sep=" ").reshape(-1, len(words))
    columns = [one for n, word in enumerate(words) for one in _unpacked(packed[:, n], word)]
    rows = np.stack(columns, axis=1)
    is_whole = ids[-1] - ids[0] < len(ids)
    return rows if is_whole else rows[Lookup(ids).of(rows[:, 0]) != NULL]


def _within(column: Column, ids: Integers) -> ColumnElement[bool]:
    first, last = int(ids[0]), int(ids[-1])
    is_dense = last - first < _DENSE * len(ids)
    return column.between(first, last) if is_dense else named(column, ids)


def _words(parent: Column, ids: Integers, numbers: Sequence[Number]) -> list[list[Number]]:
    """The parent and the numbers, as many together as fit into a whole number of the database."""
    words = [[among(parent, ids)]]
    for number in numbers:
        if sum(one.bits for one in words[-1]) + number.bits > _BITS:
            words.append([])
        words[-1].append(number)
    return words


def _packed(word: Sequence[Number]) -> ColumnElement[int]:
    """The first number in the highest bits."""
    total: ColumnElement[int] = to_type(_from_low(word[0]), BigInteger)
    for number in word[1:]:
        total = total * literal(2**number.bits, BigInteger) + _from_low(number)
    return total


def _from_low(number: Number) -> ColumnElement[int]:
    value = func.coalesce(number.column, NULL) if number.low == NULL else number.column
    return cast(ColumnElement[int], value - number.low)


def _unpacked(packed: Integers, word: Sequence[Number]) -> list[Integers]:
    values: list[Integers] = []
    for number in reversed(word):
        values.insert(0, (packed & (2**number.bits - 1)) + number.low)
        packed = packed >> number.bits
    return values


def _text(values: Sequence[ColumnElement[int]]) -> ColumnElement[str]:
    text: ColumnElement[str] = to_type(values[0], String)
    for value in values[1:]:
        text = text + " " + to_type(value, String)
    return text

"""Whole numbers of very many rows of the database, as arrays.

Most of the time of reading goes into making objects of rows. So the database itself packs the
numbers of a row into one and joins those of thousands of rows into one text, which numpy reads.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, String, func, literal, select
from sqlalchemy import cast as to_type
from sqlalchemy.orm import InstrumentedAttribute, Session

Integers = NDArray[np.integer[Any]]
Column = ColumnElement[Any] | InstrumentedAttribute[Any]

NULL = -1
LARGEST = 2**31 - 1
"""Of an id."""

_CHUNK = 20_000  # databases limit how many values a statement may name
_DENSE = 2  # a range of ids is read whole unless it has more than so many times those wanted
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
    return Number(column, int(ids.min(initial=2**62)), int(ids.max(initial=0)))


def fetch(session: Session, parent: Column, ids: Integers, *numbers: Number) -> Integers:
    """Shape (rows, 1 + numbers): of the rows whose `parent` is among `ids`, the parent and the
    numbers, with NULL for null. In no order. `parent` is best the first column of an index."""
    parts = [_fetch(session, parent, chunk, numbers) for chunk in chunks(np.sort(ids))]
    return np.concatenate([np.empty((0, 1 + len(numbers)), dtype=np.int64), *parts])


def chunks(rows: Integers) -> Iterator[Integers]:
    """Consecutive rows, as many as one statement may name."""
    return (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))


def places_in(ids: Integers, wanted: Integers) -> Integers:
    """Where in `ids`, all different, each of the wanted stands; NULL where it does not."""
    if not len(ids):
        return np.full(len(wanted), NULL)
    order = np.argsort(ids, kind="stable")
    places = order[np.minimum(np.searchsorted(ids, wanted, sorter=order), len(ids) - 1)]
    return np.where(ids[places] == wanted, places, NULL)


def _fetch(session: Session, parent: Column, ids: Integers, numbers: Sequence[Number]) -> Integers:
    first, last = int(ids[0]), int(ids[-1])
    is_dense = last - first < _DENSE * len(ids)
    within = parent.between(first, last) if is_dense else parent.in_(ids.tolist())
    words = _words([Number(parent, first, last), *numbers])
    text = func.aggregate_strings(_text([_packed(word) for word in words]), " ")
    found = session.scalar(select(text).where(within)) or ""
    packed = np.fromstring(found, dtype=np.int64, sep=" ").reshape(-1, len(words))
    rows = np.stack([one for n, word in enumerate(words) for one in _unpacked(packed[:, n], word)])
    return np.asarray(rows.T[places_in(ids, rows[0]) != NULL])


def _words(numbers: Sequence[Number]) -> list[list[Number]]:
    """As many together as fit into a whole number of the database."""
    words: list[list[Number]] = [[]]
    for number in numbers:
        if words[-1] and sum(one.bits for one in words[-1]) + number.bits > _BITS:
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

"""Rows of whole numbers as one text that the database writes and numpy reads.

Most of the time of reading many rows goes into making objects of them. So the database packs the
numbers of a row into as few as possible and joins those of all rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, String, func, literal
from sqlalchemy import cast as to_type
from sqlalchemy.orm import InstrumentedAttribute

from app.results.lookup import NULL

Integers = NDArray[np.integer[Any]]
Column = ColumnElement[Any] | InstrumentedAttribute[Any]

_BITS = 63  # of a positive whole number of the database
_BETWEEN = " "


@dataclass(frozen=True)
class Number:
    """A column without values below `low` or above `high`, apart from null if `low` is NULL."""

    column: Column
    low: int
    high: int

    @property
    def bits(self) -> int:
        return (self.high - self.low).bit_length()


def packed(numbers: Sequence[Number]) -> ColumnElement[str]:
    """Of all rows that a statement finds. Shortest where the first numbers are mostly small."""
    words = [to_type(_packed(word), String) for word in _words(numbers)]
    row: ColumnElement[str] = words[0]
    for word in words[1:]:
        row = row + _BETWEEN + word
    return func.aggregate_strings(row, _BETWEEN)


def unpacked(text: str, numbers: Sequence[Number]) -> Integers:
    """Shape (numbers, rows), with NULL for null."""
    words = _words(numbers)
    rows = np.fromstring(text, dtype=np.int64, sep=_BETWEEN).reshape(-1, len(words))
    return np.stack([one for n, word in enumerate(words) for one in _unpacked(rows[:, n], word)])


def _words(numbers: Sequence[Number]) -> list[list[Number]]:
    """As many numbers together as fit into one of the database."""
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


def _unpacked(words: Integers, word: Sequence[Number]) -> list[Integers]:
    values: list[Integers] = []
    for number in reversed(word):
        values.insert(0, (words & (2**number.bits - 1)) + number.low)
        words = words >> number.bits
    return values

"""Columns of a table by name, whatever library made it; none is imported."""

import json
from collections.abc import Collection, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


def column_names(frame: Any) -> Collection[str]:
    """A pyarrow Table and a Dataset have `column_names`; the `columns` of a Table are its data."""
    for attribute in ("column_names", "columns"):
        if hasattr(frame, attribute):
            return list(getattr(frame, attribute))
    return list(frame)


def column(frame: Any, name: str) -> list[Any]:
    """Raises ValueError where the table has no such column."""
    if name not in column_names(frame):
        raise ValueError(f"there is no column {name}")
    values = frame[name]
    for method in ("to_pylist", "to_list", "tolist"):
        if hasattr(values, method):
            return list(getattr(values, method)())
    return list(values)


def taken(values: Sequence[T], places: Sequence[int]) -> list[T]:
    return [values[place] for place in places]


def listed(value: Any) -> list[Any]:
    """A list, JSON text of one as in CSV, or nothing."""
    if isinstance(value, str):
        return list(json.loads(value))
    return [] if is_missing(value) else list(value)


def is_missing(value: Any) -> bool:
    """None, or the NaN that a DataFrame puts in its place."""
    return value is None or (isinstance(value, float) and value != value)

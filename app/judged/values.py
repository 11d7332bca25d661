"""Single cells. What a cell cannot mean raises RowError, whatever it holds."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.prompts import RowError
from app.prompts.rows import check_storable, decoded_list, identifier, short_text
from app.tables import RaterKind, VariantKind

_NAME_LIMIT = 100
_LARGEST = 2**31 - 1
_DAY_MS = 24 * 3600 * 1000
_LONGEST_COMMENT = 20_000  # characters


def is_missing(value: Any) -> bool:
    """Empty cells: null, blank text, and the NaN that data frames write."""
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or (isinstance(value, str) and not value.strip())


def whole(values: Mapping[str, Any], key: str, *, least: int = 0) -> int | None:
    """A whole number, also as text or with a point and zeros."""
    value = values.get(key)
    if is_missing(value):
        return None
    number = _number(value)
    if number is None or not number.is_integer() or not least <= number <= _LARGEST:
        raise RowError(f"'{key}' must be a whole number from {least} on.")
    return int(number)


def required_whole(values: Mapping[str, Any], key: str, *, least: int = 0) -> int:
    number = whole(values, key, least=least)
    if number is None:
        raise RowError(f"'{key}' is missing.", "Give it a whole number.")
    return number


def _number(value: Any) -> float | None:
    if isinstance(value, str) and len(value) < 40:
        try:
            value = float(value)
        except ValueError:
            return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def duration(values: Mapping[str, Any], key: str, *, unit_ms: int = 1) -> int | None:
    """Milliseconds; no judgement takes longer than a day, so longer ones count as unknown."""
    value = values.get(key)
    number = None if is_missing(value) else _number(value)
    if number is None or number < 0 or number * unit_ms > _DAY_MS:
        return None
    return round(number * unit_ms)


def moment(values: Mapping[str, Any], *keys: str) -> datetime | None:
    """The first of the keys that is there: ISO 8601, or seconds since 1970; UTC unless it says."""
    key = next((key for key in keys if not is_missing(values.get(key))), None)
    if key is None:
        return None
    try:
        return _moment(values[key])
    except (ValueError, OverflowError, OSError):
        hint = "Like 2026-03-01T12:30:00+00:00, or seconds since 1970."
        raise RowError(f"'{key}' is not a time.", hint) from None


def _moment(value: Any) -> datetime:
    number = _number(value)
    if number is not None:
        return datetime.fromtimestamp(number, UTC)
    time = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)


def variant_name(values: Mapping[str, Any], key: str) -> str:
    name = identifier(values, key)
    if name is None:
        raise RowError(f"'{key}' does not name a variant.", "Give the variant a name.")
    return checked_name(name)


def checked_name(name: Any) -> str:
    if not isinstance(name, str) or not name.strip():
        raise RowError("a variant has no name.", "Give every variant a name.")
    check_storable(name, "a variant's name")
    if len(name.strip()) > _NAME_LIMIT:
        raise RowError(f"a variant's name has {len(name)} characters.", f"At most {_NAME_LIMIT}.")
    return name.strip()


def variant_kind(values: Mapping[str, Any], key: str) -> VariantKind | None:
    text = None if is_missing(values.get(key)) else short_text(values, key)
    try:
        return VariantKind(text.lower()) if text else None
    except ValueError:
        raise RowError(f"'{key}' must be base, lora, full or other, not '{text}'.") from None


def person(values: Mapping[str, Any], *keys: str) -> str | None:
    """Who judged: the first of the keys that is there."""
    key = next((key for key in keys if not is_missing(values.get(key))), None)
    return identifier(values, key) if key else None


def rater_kind(values: Mapping[str, Any], key: str) -> RaterKind:
    """A person, unless the file says otherwise."""
    text = None if is_missing(values.get(key)) else short_text(values, key)
    try:
        return RaterKind(text.lower()) if text else RaterKind.HUMAN
    except ValueError:
        message = f"'{key}' must be {', '.join(RaterKind)}, not '{text}'."
        raise RowError(message) from None


def comment(value: Any) -> str:
    """The text as it is kept, without blanks around it."""
    if is_missing(value):
        return ""
    if not isinstance(value, str):
        raise RowError("the comment must be text.", "Put it in quotes.")
    check_storable(value, "the comment")
    if len(value) > _LONGEST_COMMENT:
        raise RowError(f"the comment has {len(value)} characters.", f"At most {_LONGEST_COMMENT}.")
    return value.strip()


def whole_list(values: Mapping[str, Any], key: str) -> list[int]:
    """Whole numbers from 0, or nothing."""
    entries = decoded_list(values, key)
    if not all(isinstance(n, int) and not isinstance(n, bool) for n in entries):
        raise RowError(f"'{key}' must be a list of whole numbers.")
    if not all(0 <= n <= _LARGEST for n in entries):
        raise RowError(f"'{key}' has a number that is out of bounds.")
    return entries

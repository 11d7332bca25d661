"""Marked spans of our own long table: the JSON of a row back into a mark."""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from app.judged.shapes import Shown
from app.prompts import RowError
from app.ratings.marks import MarkForm


def mark_of(value: str, slot: int | None, shown: Sequence[Shown]) -> MarkForm | None:
    """None where the file has no text of the answer. Raises RowError for what is no mark of it."""
    if slot is None or slot > len(shown):
        raise RowError("'slot' does not say which answer is marked.", "Count from 1 as shown.")
    fields = _fields(value)
    words = fields.pop("text", None)
    try:
        mark = MarkForm.model_validate_json(json.dumps(fields | {"answer": slot}))
    except (ValidationError, ValueError) as error:
        raise _unreadable() from error
    text = shown[slot - 1].text
    if text is None:
        return None
    if not mark.start < mark.end <= len(text):
        raise RowError("the mark lies outside of the answer.", "Offsets count code points.")
    if words is not None and words != text[mark.start : mark.end]:
        raise RowError("the marked words are not those of the answer at this place.")
    return mark


def _fields(value: str) -> dict[str, Any]:
    try:
        fields = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise _unreadable() from error
    if not isinstance(fields, dict):
        raise _unreadable()
    return fields


def _unreadable() -> RowError:
    hint = "Write it as the export does: start, end, kind, correction, source."
    return RowError("'value' is not a mark.", hint)

"""JSON lines and JSON lists, read so that every slip has its line."""

import json
import re
from collections.abc import Iterator
from typing import Any

from app.readers.rows import Rows, decode_text

_BLANK = re.compile(r"[ \t\r\n]*")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key '{twice}' stands twice in one object")
    return values


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)


def decode_json(text: str, start: int = 0) -> tuple[Any, int]:
    """The JSON value at `start` and where it ends. Raises ValueError."""
    try:
        return _DECODER.raw_decode(text, start)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _why(error: ValueError) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)


def read_jsonl(content: bytes, rows: Rows) -> None:
    # Not splitlines(): U+2028 and its like may stand inside a JSON string.
    for number, line in enumerate(decode_text(content, rows.filename).split("\n"), start=1):
        text = line.strip(" \t\r")
        if text:
            _read_line(text, number, rows)


def _read_line(text: str, number: int, rows: Rows) -> None:
    try:
        value, end = decode_json(text)
        if end < len(text):
            raise ValueError(f"there is more after the object, from column {end + 1}")  # noqa: TRY301
    except ValueError as error:
        hint = "Each line is one whole JSON object, as json.dumps writes it."
        rows.problem(f"{rows.filename}:{number}", f"is not JSON: {_why(error)}.", hint)
    else:
        rows.add(number, value)


def read_json(content: bytes, rows: Rows) -> None:
    text = decode_text(content, rows.filename)
    start = _skip(text, 0)
    if text[start : start + 1] != "[":
        read_jsonl(content, rows)  # many tools write JSON lines into .json
        return
    for line, value in _entries(text, start + 1, rows):
        rows.add(line, value)


def _entries(text: str, at: int, rows: Rows) -> Iterator[tuple[int, Any]]:
    """Each entry of a JSON list with its line; stops at the first that cannot be read."""
    line, counted = 1, 0
    at = _skip(text, at)
    while text[at : at + 1] != "]":
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, at = decode_json(text, at)
            yield line, value
            at = _next(text, at)
        except ValueError as error:
            line = error.lineno if isinstance(error, json.JSONDecodeError) else line
            rows.problem(f"{rows.filename}:{line}", f"is not JSON: {_why(error)}.", _LIST_HINT)
            return
    if text[at + 1 :].strip():
        line += text.count("\n", counted, at)
        rows.problem(f"{rows.filename}:{line}", "there is more after the list.", _LIST_HINT)


_LIST_HINT = "The file is one JSON list of objects, as json.dump writes it."


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _next(text: str, at: int) -> int:
    """From the end of an entry to the next one, or to the closing bracket."""
    at = _skip(text, at)
    if text[at : at + 1] == "]":
        return at
    if text[at : at + 1] != ",":
        raise json.JSONDecodeError("a comma or ] is missing", text, at)
    return _skip(text, at + 1)

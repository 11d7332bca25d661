"""Rows of a person's file (JSONL, JSON list, CSV, TSV, Parquet), each with the place it stands at.

Whatever is wrong with a file is gathered and raised once, as InvalidInput with the lines.
"""

import codecs
import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from app.errors import InvalidInput, Problem

SHOWN = 50
"""Problems listed one by one; the rest are counted."""

_CELL_LIMIT = 64 * 2**20
_BLANK = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True)
class Source:
    """A file to read: its name as a person knows it, and its content or where that is."""

    filename: str
    data: BinaryIO | Path

    def read(self) -> bytes:
        """Raises InvalidInput when the file cannot be read."""
        if not isinstance(self.data, Path):
            return self.data.read()
        try:
            return self.data.read_bytes()
        except OSError as error:
            problem = Problem(str(self.data), f"cannot be read: {error.strerror}.")
            raise invalid_file(self.filename, [problem]) from None


@dataclass(frozen=True)
class Row:
    """`where` is `file.jsonl:17`; `values` as they stand in the file."""

    where: str
    values: dict[str, Any]


@dataclass
class Rows:
    """What a file holds, and what is wrong with it so far."""

    filename: str
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def columns(self) -> list[str]:
        """Every column of any row, in order of first appearance."""
        names = dict.fromkeys(key for row in self.rows for key in row.values)
        return [_printable(name) for name in names]

    def add(self, line: int, values: Any) -> None:
        where = f"{self.filename}:{line}"
        if isinstance(values, dict):
            self.rows.append(Row(where, values))
        else:
            hint = 'Like {"prompt": "What is vLLM?"}.'
            self.problem(where, "each entry must be a JSON object.", hint)

    def problem(self, where: str, message: str, hint: str | None = None) -> None:
        self.problems.append(Problem(where, _printable(message), hint))

    def raise_if_any(self) -> None:
        if self.problems:
            raise invalid_file(self.filename, self.problems)


def _printable(text: str) -> str:
    # JSON can name half of a surrogate pair, which no page or terminal can be sent.
    return text.encode(errors="replace").decode()


def invalid_file(name: str, problems: list[Problem]) -> InvalidInput:
    """The first problems one by one, the rest as a count."""
    count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
    shown = problems[:SHOWN]
    if len(problems) > SHOWN:
        shown.append(Problem(name, f"and {len(problems) - SHOWN} more problems."))
    return InvalidInput(f"{name} has {count}; nothing was imported.", shown)


def read_rows(filename: str, data: BinaryIO | Path | bytes) -> Rows:
    """The rows that could be read; `problems` holds the others.

    Raises InvalidInput when the file as a whole is not what its ending says.
    """
    content = data if isinstance(data, bytes) else Source(filename, data).read()
    rows = Rows(filename)
    reader = _reader(filename)
    if not content.strip():
        problem = Problem(filename, "is empty.", "It needs at least one row.")
        raise invalid_file(filename, [problem])
    reader(content, rows)
    if not rows.rows and not rows.problems:
        rows.problem(filename, "has no rows.", "It needs at least one row.")
    return rows


def _reader(filename: str) -> Callable[[bytes, Rows], None]:
    ending = Path(filename).suffix.lower()
    if ending not in _READERS:
        kinds = ", ".join(_READERS)
        problem = Problem(filename, "has an ending that is not known.", f"Known: {kinds}.")
        raise invalid_file(filename, [problem])
    return _READERS[ending]


# --- text ---------------------------------------------------------------------------------------


def _text(content: bytes, filename: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # With "utf-8-sig" the position counts from behind the byte order mark.
        skipped = len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0
        start = error.start + skipped
        line = content.count(b"\n", 0, start) + 1
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        message = "is UTF-16 text, not UTF-8."
    else:
        message = f"byte {start + 1} of the file (0x{content[start]:02x}) is not UTF-8 text."
    problem = Problem(f"{filename}:{line}", message, "Save the file as UTF-8.")
    raise invalid_file(filename, [problem])


# --- JSON ---------------------------------------------------------------------------------------


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


def _read_jsonl(content: bytes, rows: Rows) -> None:
    # Not splitlines(): U+2028 and its like may stand inside a JSON string.
    for number, line in enumerate(_text(content, rows.filename).split("\n"), start=1):
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


def _read_json(content: bytes, rows: Rows) -> None:
    text = _text(content, rows.filename)
    start = _skip(text, 0)
    if text[start : start + 1] != "[":
        _read_jsonl(content, rows)  # many tools write JSON lines into .json
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


# --- CSV ----------------------------------------------------------------------------------------


def _read_csv(content: bytes, rows: Rows) -> None:
    text = _text(content, rows.filename)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    _read_table(text, max(",;\t", key=first.count), rows)


def _read_tsv(content: bytes, rows: Rows) -> None:
    _read_table(_text(content, rows.filename), "\t", rows)


def _read_table(text: str, delimiter: str, rows: Rows) -> None:
    lines = _records(text, delimiter, rows)
    line, header = next(lines, (1, []))
    header = [name.strip() for name in header]
    if len(set(header)) < len(header) or "" in header:
        message = "the first line must name every column once."
        rows.problem(f"{rows.filename}:{line}", message, f"Found: {', '.join(header)}.")
        return
    for line, cells in lines:
        if len(cells) == len(header):
            rows.add(line, dict(zip(header, cells, strict=True)))
        else:
            message = f"has {len(cells)} fields, and the first line names {len(header)}."
            hint = "Put quotes around text with commas or line breaks."
            rows.problem(f"{rows.filename}:{line}", message, hint)


def _records(text: str, delimiter: str, rows: Rows) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins at; quoted text may span lines."""
    csv.field_size_limit(_CELL_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        hint = 'Close every quote; a quote inside quoted text is written "".'
        rows.problem(f"{rows.filename}:{line}", f"is not CSV: {error}.", hint)


# --- Parquet ------------------------------------------------------------------------------------


def _read_parquet(content: bytes, rows: Rows) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        entries = parquet.read_table(io.BytesIO(content)).to_pylist()
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        problem = Problem(rows.filename, f"is not a Parquet file: {reason}.", "Write it again.")
        raise invalid_file(rows.filename, [problem]) from None
    for number, values in enumerate(entries, start=1):
        rows.rows.append(Row(f"{rows.filename} row {number}", values))


_READERS: dict[str, Callable[[bytes, Rows], None]] = {
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
    ".json": _read_json,
    ".csv": _read_csv,
    ".tsv": _read_tsv,
    ".parquet": _read_parquet,
}

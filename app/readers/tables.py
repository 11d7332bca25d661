"""CSV, TSV and Parquet."""

import csv
import io
from collections.abc import Iterator

from app.errors import Problem
from app.readers.rows import Row, Rows, decode_text, invalid_file

_CELL_LIMIT = 64 * 2**20  # characters


def read_csv(content: bytes, rows: Rows) -> None:
    text = decode_text(content, rows.filename)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    _read_table(text, max(",;\t", key=first.count), rows)


def read_tsv(content: bytes, rows: Rows) -> None:
    _read_table(decode_text(content, rows.filename), "\t", rows)


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


def read_parquet(content: bytes, rows: Rows) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        entries = parquet.read_table(io.BytesIO(content)).to_pylist()
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        problem = Problem(rows.filename, f"is not a Parquet file: {reason}.", "Write it again.")
        raise invalid_file(rows.filename, [problem]) from None
    for number, values in enumerate(entries, start=1):
        rows.rows.append(Row(f"{rows.filename} row {number}", values))

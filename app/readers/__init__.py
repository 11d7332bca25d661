"""Rows of a person's file (JSONL, JSON list, CSV, TSV, Parquet), each with the place it stands at.

Whatever is wrong with a file is gathered and raised once, as InvalidInput with the lines. Data sets
for training, which may be huge, are read row by row instead.
"""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from app.errors import Problem
from app.readers.instructions import Layout, read_instructions
from app.readers.json_files import decode_json, read_json, read_jsonl
from app.readers.rows import SHOWN, Row, Rows, Source, invalid_file
from app.readers.splits import files_of
from app.readers.tables import read_csv, read_parquet, read_tsv

__all__ = [
    "ENDINGS",
    "SHOWN",
    "Layout",
    "Row",
    "Rows",
    "Source",
    "decode_json",
    "files_of",
    "invalid_file",
    "read_instructions",
    "read_rows",
]

_READERS: dict[str, Callable[[bytes, Rows], None]] = {
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".json": read_json,
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".parquet": read_parquet,
}

ENDINGS = tuple(_READERS)


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

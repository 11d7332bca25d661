"""The long table as JSONL, CSV and Parquet, each beside `responses.jsonl`."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from app.exports.files import write_jsonl
from app.exports.long_rows import LongRow, long_rows, response_rows
from app.exports.shapes import Material, Option, Writer, Written, WrittenFile
from app.spreadsheets import not_run

RowsWriter = Callable[[Path, Iterator[LongRow], Mapping[str, str]], WrittenFile]

FORMULAS = Option(
    "formulas",
    ("escape", "keep"),
    "escape: an apostrophe before texts that a spreadsheet would run; keep: texts as they are",
)
_BATCH = 10_000

SCHEMA = pa.schema(
    [
        ("schema_version", pa.int32()),
        ("study", pa.string()),
        ("item", pa.int64()),
        ("prompt_id", pa.string()),
        ("category", pa.string()),
        ("criterion", pa.string()),
        ("kind", pa.string()),
        ("variants", pa.list_(pa.string())),
        ("response_ids", pa.list_(pa.int64())),
        ("slot", pa.int64()),
        ("variant", pa.string()),
        ("value", pa.string()),
        ("scale", pa.string()),
        ("label", pa.string()),
        ("ranks", pa.list_(pa.int64())),
        ("rater", pa.string()),
        ("rater_kind", pa.string()),
        ("submitted_at", pa.timestamp("us", tz="UTC")),
        ("duration_ms", pa.int64()),
        ("revision", pa.int64()),
        ("flags", pa.list_(pa.string())),
        ("stripped", pa.bool_()),
        ("lens_tokens", pa.list_(pa.int64())),
        ("lens_shifted", pa.list_(pa.float64())),
        ("lens_opening_shifted", pa.list_(pa.float64())),
        ("lens_kl", pa.list_(pa.float64())),
        ("lens_kl_exact", pa.list_(pa.bool_())),
        ("lens_borrowed_words", pa.list_(pa.int64())),
    ]
)
_LISTS = tuple(field.name for field in SCHEMA if pa.types.is_list(field.type))


def long_writer(name: str, write_rows: RowsWriter) -> Writer:
    """A format's writer: the table under `name`, the responses' texts, and who judged."""

    def write(material: Material, folder: Path, options: Mapping[str, str]) -> Written:
        table = write_rows(folder / name, long_rows(material), options)
        texts = write_jsonl(folder / "responses.jsonl", response_rows(material))
        files = [table, texts]
        if material.raters:  # nobody knows them of judgements made elsewhere
            files.append(write_jsonl(folder / "raters.jsonl", material.raters))
        return Written(tuple(files), {"rows": table.rows})

    return write


def write_rows_jsonl(path: Path, rows: Iterator[LongRow], _: Mapping[str, str]) -> WrittenFile:
    return write_jsonl(path, map(_timed, rows))


def write_rows_csv(path: Path, rows: Iterator[LongRow], options: Mapping[str, str]) -> WrittenFile:
    safe = not_run if options["formulas"] == "escape" else _kept
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, SCHEMA.names, lineterminator="\n")
        writer.writeheader()
        for count, row in enumerate(rows, start=1):  # noqa: B007 (the count is wanted)
            writer.writerow({key: safe(value) for key, value in _flat(row).items()})
    return WrittenFile(path.name, count)


def write_rows_parquet(path: Path, rows: Iterator[LongRow], _: Mapping[str, str]) -> WrittenFile:
    count = 0
    with pq.ParquetWriter(path, SCHEMA) as writer:
        while batch := list(islice(rows, _BATCH)):
            writer.write_table(pa.Table.from_pylist(batch, schema=SCHEMA))
            count += len(batch)
    return WrittenFile(path.name, count)


def _timed(row: LongRow) -> dict[str, Any]:
    return {**row, "submitted_at": row["submitted_at"].isoformat()}


def _flat(row: LongRow) -> dict[str, Any]:
    """Lists as JSON text: CSV has none."""
    values = _timed(row)
    lists = {key: json.dumps(values[key]) for key in _LISTS if values[key] is not None}
    return values | lists


def _kept(value: Any) -> Any:
    return value

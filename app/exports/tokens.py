"""One row per token of the answers that the lens scored, as JSONL and Parquet."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from app.analysis.tokens import NOWHERE, Kind, Shift, classes_of, kinds_of
from app.analysis.votes import Floats, Integers
from app.errors import Conflict
from app.exports.files import write_jsonl
from app.exports.lens import LensMaterial
from app.exports.shapes import Exclusion, Material, Writer, Written, WrittenFile
from app.results.tokens import ScoredAnswers, counts_in_spans
from app.tables import MarkKind

SCHEMA = pa.schema(
    [
        ("run", pa.string()),
        ("variant", pa.string()),
        ("prompt_id", pa.string()),
        ("sample", pa.int64()),
        ("answer", pa.int64()),
        ("position", pa.int64()),
        ("token", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("kind", pa.string()),
        ("rank", pa.int64()),
        ("class", pa.string()),
        ("logprob", pa.float64()),
        ("base_logprob", pa.float64()),
        ("kl", pa.float64()),
        ("unknown", pa.float64()),
        ("kl_exact", pa.bool_()),
        ("borrowed", pa.bool_()),
        ("marked_wrong", pa.int64()),
    ]
)
"""docs/exports.md describes every column."""

_BATCH = 10_000
Row = dict[str, Any]
Spans = Mapping[int, list[tuple[int, int]]]


def tokens_writer(name: str, write_rows: Callable[[Path, Iterator[Row]], WrittenFile]) -> Writer:
    """A format's writer. It raises Conflict where the run was not put under the lens."""

    def write(material: Material, folder: Path, _: Mapping[str, str]) -> Written:
        lens = material.lens
        if lens is None:
            raise Conflict(
                f"No tokens of the run {material.study.run.name} have been scored.",
                hint="Start the token lens on the run’s page, and export when it has ended.",
            )
        table = write_rows(folder / name, token_rows(material, lens))
        unscored = sum(response not in lens.samples for response in material.responses)
        return Written((table,), {"tokens": table.rows}, (Exclusion("not_scored", unscored),))

    return write


def write_tokens_jsonl(path: Path, rows: Iterator[Row]) -> WrittenFile:
    return write_jsonl(path, rows)


def write_tokens_parquet(path: Path, rows: Iterator[Row]) -> WrittenFile:
    count = 0
    with pq.ParquetWriter(path, SCHEMA) as writer:
        while batch := list(islice(rows, _BATCH)):
            writer.write_table(pa.Table.from_pylist(batch, schema=SCHEMA))
            count += len(batch)
    return WrittenFile(path.name, count)


def token_rows(material: Material, lens: LensMaterial) -> Iterator[Row]:
    """Of the study's answers, variant by variant, each token in its place."""
    wrong = _wrong_spans(material)
    for variant, scored in lens.variants():
        for row in _rows(scored, wrong):
            answer = material.responses[row["answer"]]
            of_answer = {"prompt_id": answer.prompt_id, "sample": lens.samples[row["answer"]]}
            yield {"run": lens.run, "variant": variant, **of_answer, **row}


def _rows(scored: ScoredAnswers, wrong: Spans) -> Iterator[Row]:
    """In slices: rows take up many times the memory of arrays."""
    spans = {number: wrong.get(one, []) for number, one in enumerate(scored.read.responses)}
    kinds, marked = kinds_of(scored.tokens), counts_in_spans(scored.tokens, spans)
    for begin in range(0, len(scored.tokens), _BATCH):
        columns = _columns(scored, kinds, marked, slice(begin, begin + _BATCH))
        for values in zip(*columns.values(), strict=True):
            yield dict(zip(columns, values, strict=True))


def _columns(
    scored: ScoredAnswers, kinds: Integers, marked: Integers, rows: slice
) -> dict[str, list[Any]]:
    tokens, responses = scored.tokens, np.array(scored.read.responses, dtype=np.int64)
    token = tokens.text.code[rows].tolist()
    has = scored.is_borrowed
    return {
        "answer": responses[tokens.answer[rows]].tolist(),
        "position": tokens.position[rows].tolist(),
        "token": [tokens.text.known[code] for code in token],
        "start": _places(tokens.start[rows]),
        "end": _places(tokens.end[rows]),
        "kind": [Kind(code).name.lower() for code in kinds[rows].tolist()],
        "rank": tokens.rank[rows].tolist(),
        "class": [Shift(code).name.lower() for code in classes_of(tokens.rank[rows]).tolist()],
        "logprob": tokens.logprob[rows].tolist(),
        "base_logprob": tokens.base_logprob[rows].tolist(),
        "kl": _numbers(tokens.kl[rows]),
        "unknown": _numbers(tokens.unknown[rows]),
        "kl_exact": [scored.read.exact] * len(token),
        "borrowed": [None] * len(token) if has is None else _truths(has[rows]),
        "marked_wrong": marked[rows].tolist(),
    }


def _places(values: Integers) -> list[int | None]:
    return [None if value == NOWHERE else value for value in values.tolist()]


def _truths(values: Floats) -> list[bool | None]:
    return [bool(value) if isfinite(value) else None for value in values.tolist()]


def _numbers(values: Floats) -> list[float | None]:
    return [value if isfinite(value) else None for value in values.tolist()]


def _wrong_spans(material: Material) -> Spans:
    """By response id, as often as raters marked them."""
    found: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for judgement in material.records.judgements:
        for mark in judgement.marks:
            if mark.kind is MarkKind.WRONG:
                response = judgement.shown[mark.slot - 1].response_id
                found[response].append((mark.start, mark.end))
    return found

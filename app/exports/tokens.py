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

from app.analysis.tokens import NOWHERE, Kind, Shift, kinds_of
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
        unscored = sum(response not in lens.answers for response in material.responses)
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
    for variant, scored in lens.variants:
        columns = _columns(scored, wrong)
        for values in zip(*columns.values(), strict=True):
            row = dict(zip(columns, values, strict=True))
            if answer := material.responses.get(row["answer"]):
                of_answer = {"prompt_id": answer.prompt_id, "sample": lens.samples[row["answer"]]}
                yield {"run": lens.run, "variant": variant, **of_answer, **row}


def _columns(scored: ScoredAnswers, wrong: Spans) -> dict[str, list[Any]]:
    tokens, responses = scored.tokens, scored.read.responses
    spans = {number: wrong.get(one, []) for number, one in enumerate(responses)}
    has = [None] * len(tokens) if scored.is_borrowed is None else scored.is_borrowed.tolist()
    return {
        "answer": np.array(responses, dtype=np.int64)[tokens.answer].tolist(),
        "position": tokens.position.tolist(),
        "token": [tokens.text.known[code] for code in tokens.text.code.tolist()],
        "start": _places(tokens.start),
        "end": _places(tokens.end),
        "kind": [Kind(code).name.lower() for code in kinds_of(tokens).tolist()],
        "rank": tokens.rank.tolist(),
        "class": [Shift(code).name.lower() for code in tokens.shift.tolist()],
        "logprob": tokens.logprob.tolist(),
        "base_logprob": tokens.base_logprob.tolist(),
        "kl": _numbers(tokens.kl),
        "unknown": _numbers(tokens.unknown),
        "kl_exact": [scored.read.exact] * len(tokens),
        "borrowed": has,
        "marked_wrong": counts_in_spans(tokens, spans).tolist(),
    }


def _places(values: Integers) -> list[int | None]:
    return [None if value == NOWHERE else value for value in values.tolist()]


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

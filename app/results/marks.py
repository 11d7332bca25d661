"""Marked spans: how many, and what share of a variant's answers has at least one of a kind."""

from dataclasses import dataclass

import numpy as np

from app.analysis.intervals import Estimate, clustered_share
from app.results.columns import NOTHING, JudgementColumns
from app.results.records import VariantRef
from app.tables import MarkKind


@dataclass(frozen=True)
class MarkResult:
    """Marks of one kind in the answers of one variant.

    `share` is that of the answers, as often as each was judged, with at least one such mark.
    """

    variant: VariantRef
    kind: MarkKind
    marks: int
    answers: int
    share: Estimate


def mark_results(columns: JudgementColumns) -> tuple[MarkResult, ...]:
    """By variant, then kind; empty where nobody marked anything."""
    if not len(columns.marks.judgement):
        return ()
    return tuple(
        _result(columns, place, number)
        for place in range(len(columns.variants))
        for number in range(len(MarkKind))
    )


def _result(columns: JudgementColumns, place: int, kind: int) -> MarkResult:
    marks = columns.marks
    mine = marks.kind == kind
    found = np.zeros(columns.shown.shape, dtype=np.intp)
    np.add.at(found, (marks.judgement[mine], marks.slot[mine]), 1)
    row, slot = np.nonzero((columns.shown == place) & (columns.shown != NOTHING))
    counts = found[row, slot]
    return MarkResult(
        variant=columns.variants[place],
        kind=list(MarkKind)[kind],
        marks=int(counts.sum()),
        answers=int((counts > 0).sum()),
        share=clustered_share(counts > 0, columns.prompt[row]),
    )

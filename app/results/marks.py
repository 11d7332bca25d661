"""Marked spans: how many, and what share of a variant's answers has at least one of a kind."""

from dataclasses import dataclass

import numpy as np

from app.analysis.intervals import Estimate, means_of
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
    of_kinds = [_of_kind(columns, kind) for kind in range(len(MarkKind))]
    return tuple(of_kind[place] for place in range(len(columns.variants)) for of_kind in of_kinds)


def _of_kind(columns: JudgementColumns, kind: int) -> list[MarkResult]:
    """One per variant; an answer counts as often as it was judged."""
    marks, slots = columns.marks, columns.slots
    mine = marks.kind == kind
    answer = marks.judgement[mine].astype(np.intp) * slots + marks.slot[mine]
    there = columns.shown.ravel() != NOTHING
    found = np.bincount(answer, minlength=columns.shown.size)[there]
    variant = columns.shown.ravel()[there]
    prompt = np.repeat(columns.prompt, slots)[there]
    count = len(columns.variants)
    means = means_of((found > 0).astype(np.float64), variant, count, prompt)
    total = np.bincount(variant, weights=found, minlength=count)
    marked = np.bincount(variant[found > 0], minlength=count)
    return [
        MarkResult(
            variant=columns.variants[place],
            kind=list(MarkKind)[kind],
            marks=int(total[place]),
            answers=int(marked[place]),
            share=means.share(place),
        )
        for place in range(count)
    ]

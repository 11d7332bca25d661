"""Marked spans: how many, and what share of a variant's answers has at least one of a kind."""

from dataclasses import dataclass

import numpy as np

from app.analysis.intervals import Estimate, means_from
from app.analysis.resampling import Units, units_of
from app.results.columns import NOTHING, Integers, JudgementColumns
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
    there = columns.shown.ravel() != NOTHING
    variant = columns.shown.ravel()[there]
    units = units_of(np.repeat(columns.prompt, columns.slots)[there])
    place = np.cumsum(there) - 1  # of an answer among those that are there
    of_kinds = [_of_kind(columns, kind, variant, units, place) for kind in range(len(MarkKind))]
    return tuple(of_kind[one] for one in range(len(columns.variants)) for of_kind in of_kinds)


def _of_kind(
    columns: JudgementColumns, kind: int, variant: Integers, units: Units, place: Integers
) -> list[MarkResult]:
    """One per variant; an answer counts as often as it was judged. `variant` and `units`: of every
    answer that was judged, `place`: which of these stood in each slot."""
    marks, count = columns.marks, len(columns.variants)
    mine = marks.kind == kind
    answer = place[marks.judgement[mine].astype(np.intp) * columns.slots + marks.slot[mine]]
    marked = np.zeros(len(variant), dtype=np.float64)
    marked[answer] = 1
    means = means_from(
        units.sums(marked, variant, count),
        units.sums(None, variant, count),
        units.clusters_with(variant, things=count),
    )
    total = np.bincount(variant[answer], minlength=count)
    answers = np.bincount(variant, weights=marked, minlength=count)
    return [
        MarkResult(
            variant=columns.variants[one],
            kind=list(MarkKind)[kind],
            marks=int(total[one]),
            answers=int(answers[one]),
            share=means.share(one),
        )
        for one in range(count)
    ]

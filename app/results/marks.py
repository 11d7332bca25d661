"""Marked spans: how many, and what share of a variant's answers has at least one of a kind."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.analysis.intervals import Estimate, clustered_share
from app.results.records import StudyRecords, VariantRef
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


def mark_results(records: StudyRecords) -> tuple[MarkResult, ...]:
    """By variant, then kind; empty where nobody marked anything."""
    if not any(judgement.marks for judgement in records.judgements):
        return ()
    return tuple(
        _result(records, place, variant, kind)
        for place, variant in enumerate(records.variants)
        for kind in MarkKind
    )


def _result(records: StudyRecords, place: int, variant: VariantRef, kind: MarkKind) -> MarkResult:
    found = list(_counts(records, place, kind))
    marked = [count > 0 for count, _ in found]
    return MarkResult(
        variant=variant,
        kind=kind,
        marks=sum(count for count, _ in found),
        answers=sum(marked),
        share=clustered_share(marked, [prompt for _, prompt in found]),
    )


def _counts(records: StudyRecords, place: int, kind: MarkKind) -> Iterator[tuple[int, str]]:
    """(marks of the kind, prompt) of every answer of a variant that was judged."""
    for judgement in records.judgements:
        for slot, shown in enumerate(judgement.shown, start=1):
            if shown.variant == place:
                of_it = (mark for mark in judgement.marks if mark.slot == slot)
                yield sum(mark.kind is kind for mark in of_it), judgement.prompt

"""Shares of answers with a mark: each judged answer once, clustered by prompt."""

from datetime import UTC, datetime

from app.analysis.intervals import clustered_share
from app.results import JudgementRecord, MarkRecord, StudyRecords, VariantRef
from app.results.marks import mark_results
from app.results.records import ShownResponse
from app.tables import MarkKind, VariantKind

VARIANTS = (VariantRef("base", VariantKind.BASE), VariantRef("lora", VariantKind.LORA))


def judgement(n: int, *marks: tuple[int, MarkKind]) -> JudgementRecord:
    """Of prompt `n`; its answers stand in turned order in every second."""
    order = (0, 1) if n % 2 else (1, 0)
    return JudgementRecord(
        item=n,
        prompt=f"p{n}",
        category=None,
        rater="rater-1",
        revision=1,
        submitted_at=datetime(2026, 1, 1, tzinfo=UTC),
        duration_ms=None,
        comment="",
        shown=tuple(ShownResponse(10 * n + place, place) for place in order),
        verdicts=(),
        marks=tuple(MarkRecord(slot, 0, 3, kind, "", "") for slot, kind in marks),
    )


def records(*judgements: JudgementRecord) -> StudyRecords:
    return StudyRecords(VARIANTS, (), len(judgements), 0, 0, judgements)


def test_nothing_marked() -> None:
    assert mark_results(records(judgement(1), judgement(2))) == ()


def test_by_variant_and_kind() -> None:
    wrong, style = MarkKind.WRONG, MarkKind.STYLE
    found = mark_results(
        records(
            judgement(1, (1, wrong), (1, wrong), (2, style)),
            judgement(2, (2, wrong)),
            *(judgement(n) for n in range(3, 9)),
        )
    )
    by = {(one.variant.name, one.kind): one for one in found}
    assert len(by) == 6
    base = by["base", wrong]
    assert (base.marks, base.answers, base.share.n) == (3, 2, 8)
    assert base.share == clustered_share([1, 1, *[0] * 6], [f"p{n}" for n in range(1, 9)])
    assert by["lora", style].answers == 1
    assert by["lora", wrong].share.value == 0
    assert by["lora", wrong].share.exact

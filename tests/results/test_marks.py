"""Shares of answers with a mark: each judged answer once, clustered by prompt."""

import numpy as np

from app.analysis.intervals import clustered_share
from app.results import JudgementColumns, VariantRef
from app.results.columns import MarkColumns, PromptRef, ResponseColumns
from app.results.marks import mark_results
from app.tables import MarkKind, VariantKind

VARIANTS = (VariantRef("base", VariantKind.BASE), VariantRef("lora", VariantKind.LORA))
KINDS = list(MarkKind)


def columns(prompts: int, *marks: tuple[int, int, MarkKind]) -> JudgementColumns:
    """One judgement per prompt, every second with its answers in turned order. Marks are
    (judgement, variant, kind)."""
    number = np.arange(prompts)
    shown = np.where(number[:, None] % 2 == 0, [[0, 1]], [[1, 0]])
    at = np.array([judgement for judgement, _, _ in marks], dtype=np.intp)
    slots = [int(np.flatnonzero(shown[j] == variant)[0]) for j, variant, _ in marks]
    none = np.zeros(0, dtype=np.intp)
    return JudgementColumns(
        variants=VARIANTS,
        prompts=tuple(PromptRef(f"p{n}", None) for n in number),
        raters=(),
        item=number + 1,
        prompt=number,
        rater=number * 0,
        submitted_at=number * 1.0,
        duration_ms=number,
        revision=number * 0 + 1,
        shown=shown,
        response=number[:, None] * 2 + shown,
        stripped=number < 0,
        criteria=(),
        responses=ResponseColumns(none, none, none, none.astype(bool), np.zeros((0, 4)), none),
        marks=MarkColumns(
            at,
            np.array(slots, dtype=np.intp),
            np.array([KINDS.index(kind) for _, _, kind in marks], dtype=np.intp),
            at * 0,
            at * 0 + 3,
        ),
        items=prompts,
    )


def test_nothing_marked() -> None:
    assert mark_results(columns(2)) == ()


def test_by_variant_and_kind() -> None:
    wrong, style = MarkKind.WRONG, MarkKind.STYLE
    found = mark_results(columns(8, (0, 0, wrong), (0, 0, wrong), (0, 1, style), (1, 0, wrong)))
    by = {(one.variant.name, one.kind): one for one in found}
    assert len(by) == 6
    base = by["base", wrong]
    assert (base.marks, base.answers, base.share.n) == (3, 2, 8)
    assert base.share == clustered_share([1, 1, *[0] * 6], [f"p{n}" for n in range(8)])
    assert by["lora", style].answers == 1
    assert by["lora", wrong].share.value == 0
    assert by["lora", wrong].share.exact

"""The long table: one row per rater x item x criterion (x slot for scales), marks and comments."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypedDict

from app.criteria import AskedScale, asked_scale
from app.exports.shapes import SCHEMA_VERSION, Material
from app.results import JudgementRecord, MarkRecord, VerdictRecord


class LongRow(TypedDict):
    """docs/exports.md describes every column. Lists are in the order shown to the rater."""

    schema_version: int
    study: str
    item: int
    prompt_id: str
    category: str | None
    criterion: str | None
    kind: str
    variants: list[str]
    response_ids: list[int]
    slot: int | None
    variant: str | None
    value: str
    scale: str | None
    label: str | None
    ranks: list[int] | None
    rater: str
    rater_kind: str
    submitted_at: datetime
    duration_ms: int | None
    revision: int
    flags: list[str]
    stripped: bool
    lens_tokens: list[int | None] | None
    lens_shifted: list[float | None] | None
    lens_opening_shifted: list[float | None] | None
    lens_kl: list[float | None] | None
    lens_kl_exact: list[bool | None] | None
    lens_borrowed_words: list[int | None] | None


def long_rows(material: Material) -> Iterator[LongRow]:
    scales = {criterion.key: asked_scale(criterion) for criterion in material.records.criteria}
    for judgement in material.records.judgements:
        common = _common(material, judgement)
        for verdict in judgement.verdicts:
            yield from _verdict_rows(common, verdict, scales[verdict.criterion])
        for mark in judgement.marks:
            yield _mark_row(material, common, mark)
        if judgement.comment:
            yield _row(common, kind="comment", value=judgement.comment)


def _verdict_rows(
    common: LongRow, verdict: VerdictRecord, scale: AskedScale | None
) -> Iterator[LongRow]:
    mine = _row(common, criterion=verdict.criterion)
    if verdict.outcome is not None:
        ranks = [rank for rank in verdict.ranks if rank is not None]
        yield _row(mine, kind="preference", value=verdict.outcome.value, ranks=ranks or None)
    if scale is not None:
        yield from _scale_rows(_row(mine, scale=scale.kind.value), verdict, scale)


def _scale_rows(mine: LongRow, verdict: VerdictRecord, scale: AskedScale) -> Iterator[LongRow]:
    """Numbers and texts, of each answer or once of the item."""
    answers = zip(mine["variants"], verdict.scores, verdict.texts, strict=True)
    for slot, (variant, score, text) in enumerate(answers, start=1):
        here = _row(mine, slot=slot, variant=variant)
        if score is not None:
            yield _row(here, kind="score", value=str(score), label=_label(scale, score))
        if text is not None:
            yield _row(here, kind="text", value=text)
    if verdict.value is not None:
        label = _label(scale, verdict.value)
        yield _row(mine, kind="value", value=str(verdict.value), label=label)
    if verdict.text is not None:
        yield _row(mine, kind="text", value=verdict.text)


def _label(scale: AskedScale, value: int) -> str | None:
    """What a number of an answer in words stands for."""
    return None if scale.has_mean else scale.words(value)


def _mark_row(material: Material, common: LongRow, mark: MarkRecord) -> LongRow:
    """The span as JSON text in `value`, so that every format has the same columns."""
    response = material.responses[common["response_ids"][mark.slot - 1]]
    value = {
        "start": mark.start,
        "end": mark.end,
        "kind": mark.kind.value,
        "text": response.text[mark.start : mark.end],
        "correction": mark.correction,
        "source": mark.source,
    }
    return _row(
        common,
        kind="mark",
        slot=mark.slot,
        variant=common["variants"][mark.slot - 1],
        value=json.dumps(value, ensure_ascii=False),
    )


def _common(material: Material, judgement: JudgementRecord) -> LongRow:
    names = [variant.name for variant in material.records.variants]
    return LongRow(
        schema_version=SCHEMA_VERSION,
        study=material.study.name,
        item=judgement.item,
        prompt_id=judgement.prompt,
        category=judgement.category,
        criterion=None,
        kind="",
        variants=[names[shown.variant] for shown in judgement.shown],
        response_ids=[shown.response_id for shown in judgement.shown],
        slot=None,
        variant=None,
        value="",
        scale=None,
        label=None,
        ranks=None,
        rater=judgement.rater,
        rater_kind=material.kind.value,
        submitted_at=judgement.submitted_at,
        duration_ms=judgement.duration_ms,
        revision=judgement.revision,
        flags=[],
        stripped=judgement.is_stripped,
        lens_tokens=_of_lens(material, judgement, "tokens"),
        lens_shifted=_of_lens(material, judgement, "shifted"),
        lens_opening_shifted=_of_lens(material, judgement, "opening_shifted"),
        lens_kl=_of_lens(material, judgement, "kl"),
        lens_kl_exact=_of_lens(material, judgement, "kl_exact"),
        lens_borrowed_words=_of_lens(material, judgement, "borrowed_words"),
    )


def _of_lens(material: Material, judgement: JudgementRecord, name: str) -> list[Any] | None:
    """A number of each answer, in the order shown; None where it is had of none of them."""
    answers = material.lens.answers if material.lens else {}
    values = [getattr(answers.get(shown.response_id), name, None) for shown in judgement.shown]
    return None if all(value is None for value in values) else values


def _row(common: LongRow, **own: Any) -> LongRow:
    row: LongRow = {**common, **own}  # type: ignore[typeddict-item]
    return row


def response_rows(material: Material) -> Iterator[Mapping[str, Any]]:
    """The texts, once each: `response_ids` of the long table point here."""
    for response in material.responses.values():
        yield {
            "response_id": response.response_id,
            "prompt_id": response.prompt_id,
            "category": response.category,
            "messages": list(response.messages),
            "reference": response.reference,
            "variant": response.variant,
            "kind": response.kind,
            "text": response.text,
            "finish_reason": response.finish_reason,
            "seed": response.seed,
            # JSON text: its keys differ between variants, which column readers do not like.
            "sampling": json.dumps(response.sampling),
        }

"""What was said on a criterion's scale: means of numbers, shares of answers in words."""

from dataclasses import dataclass, replace

import numpy as np

from app.analysis.agreement import Agreement, Measurement, alpha
from app.analysis.intervals import clustered_share
from app.analysis.scores import Scores, score_table
from app.criteria import AskedScale
from app.results.columns import NOTHING, CriterionColumns, Integers, JudgementColumns
from app.results.model import CountsResult, OptionResult, ScoreResult
from app.results.records import VariantRef
from app.results.unknown import without_raters
from app.tables import Scale, VariantKind


@dataclass(frozen=True)
class Given:
    """Numbers that were given, shape (numbers,) each. `unit` numbers what they were given to: a
    variant's answer to an item, or the item.
    """

    variants: tuple[VariantRef | None, ...]
    value: Integers
    variant: Integers
    prompt: Integers
    rater: Integers
    unit: Integers


def given_on(columns: JudgementColumns, key: str, scale: AskedScale) -> Given:
    """Of every variant, or (None) of items where the scale is asked once."""
    criterion = columns.criterion(key)
    if scale.per_answer:
        return _of_answers(columns, criterion)
    rows = np.flatnonzero(criterion.values != NOTHING)
    none = np.zeros(len(rows), dtype=np.intp)
    item = columns.item[rows]
    return Given(
        (None,), criterion.values[rows], none, columns.prompt[rows], columns.rater[rows], item
    )


def _of_answers(columns: JudgementColumns, criterion: CriterionColumns) -> Given:
    row, slot = np.nonzero((criterion.scores != NOTHING) & (columns.shown != NOTHING))
    variant = columns.shown[row, slot]
    return Given(
        columns.variants,
        criterion.scores[row, slot],
        variant,
        columns.prompt[row],
        columns.rater[row],
        columns.item[row].astype(np.int64) * len(columns.variants) + variant,
    )


def scores(
    given: Given, scale: AskedScale, *, knows_raters: bool = True
) -> tuple[ScoreResult, ...]:
    """Means with clustered intervals, for each variant or once."""
    table = score_table(
        given.value,
        given.variant,
        given.prompt,
        given.rater,
        variants=len(given.variants),
        base=_base(given),
    )
    if not knows_raters:
        table = tuple(replace(one, by_rater=without_raters(one.by_rater)) for one in table)
    return tuple(
        _score(variant, found, scale) for variant, found in zip(given.variants, table, strict=True)
    )


def _base(given: Given) -> int | None:
    """The place of the study's one base."""
    kinds = [one.kind if one else None for one in given.variants]
    return kinds.index(VariantKind.BASE) if kinds.count(VariantKind.BASE) == 1 else None


def _score(variant: VariantRef | None, found: Scores, scale: AskedScale) -> ScoreResult:
    return ScoreResult(
        variant=variant,
        mean=found.mean,
        by_rater=found.by_rater,
        to_base=found.to_base,
        count=found.count,
        distribution=tuple(
            sum(found.distribution.get(value, 0) for value in bar) for bar in scale.bars
        ),
    )


def counts(given: Given, scale: AskedScale) -> tuple[CountsResult, ...]:
    """Shares of options with clustered intervals, for each variant or once; none of texts."""
    if not scale.values:
        return ()
    return tuple(_count(given, place, scale) for place in range(len(given.variants)))


def _count(given: Given, place: int, scale: AskedScale) -> CountsResult:
    mine = given.variant == place
    value, prompt = given.value[mine], given.prompt[mine]
    order = (1, 0) if scale.kind is Scale.YES_NO else scale.values
    options = tuple(_option(value == one, prompt, scale.words(one)) for one in order)
    return CountsResult(given.variants[place], len(value), options)


def _option(chosen: Integers, prompt: Integers, words: str) -> OptionResult:
    return OptionResult(words, int(chosen.sum()), clustered_share(chosen, prompt))


def scale_agreement(given: Given, scale: AskedScale) -> Agreement | None:
    """Points and sliders are ordered, answers in words are not; None for texts."""
    if not scale.values:
        return None
    level = Measurement.ORDINAL if scale.has_mean else Measurement.NOMINAL
    return alpha(given.value, given.unit, given.rater, level=level, prompt=given.prompt, once=True)

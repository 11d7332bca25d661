"""What style alone changes: preferences as answers are, and stripped of openers and formatting."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from app.analysis.halves import HalvesOfPair, halves_of_pairs
from app.results.columns import NOTHING, JudgementColumns
from app.results.records import VariantRef
from app.results.style_effects import StyleEffect, finding
from app.results.unknown import without_raters
from app.results.votes import CriterionVotes
from app.tables import RaterKind


@dataclass(frozen=True)
class StyleOnCriterion:
    """`finding`: in a sentence. `effects`: every pair of the study's variants."""

    key: str
    label: str
    finding: str
    effects: tuple[StyleEffect, ...]


@dataclass(frozen=True)
class StrippedVariant:
    """Of its `answers` that raters saw stripped: how many were `changed` by it, and the share of
    the characters of an answer that was `deleted`, on average."""

    variant: VariantRef
    answers: int
    changed: int
    deleted: float


@dataclass(frozen=True)
class ExperimentResult:
    """Counts of judgements in each form. `criteria` and `variants` in the study's order; variants
    that nobody saw stripped are left out."""

    as_is: int
    stripped: int
    criteria: tuple[StyleOnCriterion, ...]
    variants: tuple[StrippedVariant, ...]


def experiment_result(
    columns: JudgementColumns,
    labels: Mapping[str, str],
    given: Mapping[str, CriterionVotes],
    who: RaterKind,
) -> ExperimentResult:
    """`labels` and votes by criterion; of votes, those of `columns`. `who` judged."""
    stripped = int(columns.stripped.sum())
    return ExperimentResult(
        as_is=len(columns) - stripped,
        stripped=stripped,
        criteria=tuple(
            _on_criterion(columns, key, labels[key], votes, who) for key, votes in given.items()
        ),
        variants=tuple(_stripped_variants(columns)),
    )


def _on_criterion(
    columns: JudgementColumns, key: str, label: str, given: CriterionVotes, who: RaterKind
) -> StyleOnCriterion:
    assert given.votes.judgement is not None
    pairs = halves_of_pairs(given.votes, columns.stripped[given.votes.judgement])
    effects = tuple(_effect(columns, pair) for pair in pairs)
    return StyleOnCriterion(key, label, finding(label, effects, who), effects)


def _effect(columns: JudgementColumns, pair: HalvesOfPair) -> StyleEffect:
    by_rater = pair.by_rater if columns.knows_raters else without_raters(pair.by_rater)
    return StyleEffect(
        columns.variants[pair.first],
        columns.variants[pair.second],
        as_is=pair.rest,
        stripped=pair.half,
        gap=pair.gap,
        by_rater=by_rater,
    )


def _stripped_variants(columns: JudgementColumns) -> Iterator[StrippedVariant]:
    shown = np.unique(columns.response[columns.stripped])
    shown = shown[shown != NOTHING]
    variant, deleted = columns.responses.variant[shown], columns.responses.deleted[shown]
    for place, ref in enumerate(columns.variants):
        mine = deleted[variant == place]
        if len(mine):
            yield StrippedVariant(ref, len(mine), int((mine > 0).sum()), float(mine.mean()))

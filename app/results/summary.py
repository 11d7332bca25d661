"""Counting records: per criterion and pair of variants, never merged over criteria."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations

from sqlalchemy.orm import Session

from app.analysis.intervals import (
    EXACT_METHOD,
    METHOD,
    RESAMPLES,
    SEED,
    Estimate,
    clustered_share,
)
from app.criteria import asked_scale
from app.results.comparisons import POINTS, TIES, Comparison, Side, compare
from app.results.marks import mark_results
from app.results.model import CriterionResult, PairResult, Sensitivity, StudyResult
from app.results.records import StudyRecords, VariantRef, read_records
from app.results.scales import counts, scores
from app.results.sentences import preference_sentence
from app.studies.progress import wanted_judgements
from app.tables import Criterion, Outcome, Study

SETTINGS = {
    "intervals": METHOD,
    "resamples": str(RESAMPLES),
    "seed": str(SEED),
    "where all comparisons went the same way": EXACT_METHOD,
}


def study_result(session: Session, study: Study) -> StudyResult:
    """The results as they stand; zeros and empty intervals before the first judgement."""
    records = read_records(session, study)
    return StudyResult(
        raters=len({judgement.rater for judgement in records.judgements}),
        judgements=len(records.judgements),
        items_judged=len({judgement.item for judgement in records.judgements}),
        items=records.items,
        wanted=wanted_judgements(session, study, records.items),
        criteria=_criteria(records),
        settings=dict(SETTINGS),
        screened_out=records.screened_out,
        adaptive=study.adaptive,
        without_introductions=_without_introductions(records),
        marks=mark_results(records),
    )


def _criteria(records: StudyRecords) -> tuple[CriterionResult, ...]:
    comparisons: dict[str, list[Comparison]] = {c.key: [] for c in records.criteria}
    for comparison in compare(records.judgements):
        comparisons[comparison.criterion].append(comparison)
    return tuple(
        _criterion(records, criterion, comparisons[criterion.key]) for criterion in records.criteria
    )


def _without_introductions(records: StudyRecords) -> Sensitivity | None:
    kept = tuple(
        judgement
        for judgement in records.judgements
        if not any(shown.introduces_itself for shown in judgement.shown)
    )
    left_out = len(records.judgements) - len(kept)
    if not left_out:
        return None
    return Sensitivity(left_out, len(kept), _criteria(replace(records, judgements=kept)))


def _criterion(
    records: StudyRecords, criterion: Criterion, comparisons: Sequence[Comparison]
) -> CriterionResult:
    asked, scale = criterion.asks_preference, asked_scale(criterion)
    return CriterionResult(
        key=criterion.key,
        label=criterion.label,
        pairs=_pairs(records.variants, criterion, comparisons) if asked else (),
        scores=scores(records, criterion.key, scale) if scale and scale.has_mean else (),
        first_slot=_first_slot(comparisons) if asked else None,
        cannot_judge=sum(
            verdict.criterion == criterion.key and verdict.outcome is Outcome.CANNOT_JUDGE
            for judgement in records.judgements
            for verdict in judgement.verdicts
        ),
        scale=scale,
        counts=counts(records, criterion.key, scale) if scale and not scale.has_mean else (),
    )


def _pairs(
    variants: Sequence[VariantRef], criterion: Criterion, comparisons: Iterable[Comparison]
) -> tuple[PairResult, ...]:
    pairs = list(combinations(range(len(variants)), 2))
    grouped: dict[tuple[int, int], list[Comparison]] = {pair: [] for pair in pairs}
    for comparison in comparisons:
        grouped[comparison.first.variant, comparison.second.variant].append(comparison)
    return tuple(
        _pair(variants[first], variants[second], criterion, grouped[first, second])
        for first, second in pairs
    )


def _pair(
    first: VariantRef, second: VariantRef, criterion: Criterion, comparisons: Sequence[Comparison]
) -> PairResult:
    sides = Counter(comparison.side for comparison in comparisons)
    judged = [c for c in comparisons if c.side is not Side.CANNOT_JUDGE]
    share = clustered_share([POINTS[c.side] for c in judged], [c.judgement.prompt for c in judged])
    return PairResult(
        first=first,
        second=second,
        wins=sides[Side.WIN],
        losses=sides[Side.LOSS],
        ties=sides[Side.TIE],
        ties_good=sides[Side.TIE_GOOD],
        ties_bad=sides[Side.TIE_BAD],
        cannot_judge=sides[Side.CANNOT_JUDGE],
        comparisons=len(judged),
        share=share,
        sentence=preference_sentence(
            first.name,
            second.name,
            criterion.label,
            share,
            all_tied=bool(judged) and all(c.side in TIES for c in judged),
        ),
    )


def _first_slot(comparisons: Sequence[Comparison]) -> Estimate:
    decided = [c for c in comparisons if c.side in (Side.WIN, Side.LOSS)]
    earlier_won = [(c.side is Side.WIN) == (c.first_slot < c.second_slot) for c in decided]
    return clustered_share(earlier_won, [c.judgement.prompt for c in decided])

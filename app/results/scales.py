"""What was said on a criterion's scale: means of numbers, shares of answers in words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.analysis.intervals import clustered_mean, clustered_share
from app.criteria import AskedScale
from app.results.model import CountsResult, OptionResult, ScoreResult
from app.results.records import JudgementRecord, StudyRecords, VariantRef, VerdictRecord
from app.tables import Scale


@dataclass(frozen=True)
class _Given:
    """Numbers with their prompts, of one variant, or of items (None)."""

    variant: VariantRef | None
    values: Sequence[int]
    prompts: Sequence[str]


def scores(records: StudyRecords, criterion: str, scale: AskedScale) -> tuple[ScoreResult, ...]:
    """Means with clustered intervals, for each variant or once."""
    return tuple(_score(given, scale) for given in _given(records, criterion, scale))


def counts(records: StudyRecords, criterion: str, scale: AskedScale) -> tuple[CountsResult, ...]:
    """Shares of options with clustered intervals, for each variant or once; none of texts."""
    if not scale.values:
        return ()
    return tuple(_count(given, scale) for given in _given(records, criterion, scale))


def _score(given: _Given, scale: AskedScale) -> ScoreResult:
    counted = Counter(given.values)
    return ScoreResult(
        variant=given.variant,
        mean=clustered_mean(given.values, given.prompts),
        count=len(given.values),
        distribution=tuple(sum(counted[value] for value in bar) for bar in scale.bars),
    )


def _count(given: _Given, scale: AskedScale) -> CountsResult:
    order = (1, 0) if scale.kind is Scale.YES_NO else scale.values
    options = tuple(_option(given, value, scale.words(value)) for value in order)
    return CountsResult(given.variant, len(given.values), options)


def _option(given: _Given, value: int, words: str) -> OptionResult:
    chosen = [one == value for one in given.values]
    return OptionResult(words, sum(chosen), clustered_share(chosen, given.prompts))


def _given(records: StudyRecords, criterion: str, scale: AskedScale) -> Iterator[_Given]:
    said = [
        (judgement, verdict)
        for judgement in records.judgements
        for verdict in judgement.verdicts
        if verdict.criterion == criterion
    ]
    if not scale.per_answer:
        yield _of_items(said)
        return
    for place, variant in enumerate(records.variants):
        yield _of_variant(said, place, variant)


def _of_items(said: Sequence[tuple[JudgementRecord, VerdictRecord]]) -> _Given:
    values = [(v.value, j.prompt) for j, v in said if v.value is not None]
    return _Given(None, [value for value, _ in values], [prompt for _, prompt in values])


def _of_variant(
    said: Sequence[tuple[JudgementRecord, VerdictRecord]], place: int, variant: VariantRef
) -> _Given:
    values = [
        (score, judgement.prompt)
        for judgement, verdict in said
        for shown, score in zip(judgement.shown, verdict.scores, strict=True)
        if shown.variant == place and score is not None
    ]
    return _Given(variant, [value for value, _ in values], [prompt for _, prompt in values])

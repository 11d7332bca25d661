"""The figures of a study's results, by name."""

from collections.abc import Callable, Iterator

from app.analysis import Strength
from app.analysis.intervals import Estimate
from app.figures.agreements import agreement
from app.figures.cross import cross_table
from app.figures.figure import Figure
from app.figures.plane import plane
from app.figures.preference import preference_bars
from app.figures.rankings import strengths, style_coefficients
from app.figures.scores import score_distributions
from app.figures.shapes import (
    AgreementRow,
    CategoryRow,
    NamedRow,
    PairRow,
    PlaneRow,
    ScoreRow,
    StrengthRow,
    Variant,
    in_order,
)
from app.figures.shares import by_category, positions
from app.results import CriterionResult, LedgersResult, PairResult, StudyResult, VariantRef

_CROSSED = 3  # pairs that get a table of their own
_RATERS = 40  # more in one figure cannot be read

Look = Callable[[VariantRef], Variant]


def figures_of(result: StudyResult) -> dict[str, Figure]:
    """Those for which there are data, in the order of the page."""
    if not result.judgements:
        return {}
    variants = in_order((one.name, one.kind.value) for one in result.variants)
    looks = dict(zip(result.variants, variants, strict=True))
    figures = [
        figure for one in result.criteria for figure in _of_criterion(one, looks.__getitem__)
    ]
    if result.ledgers:
        figures += _of_ledgers(result.ledgers, looks.__getitem__)
    figures += [*_agreement(result), *_positions(result)]
    return {figure.name: figure for figure in figures}


# --- one criterion ------------------------------------------------------------------------------


def _of_criterion(criterion: CriterionResult, look: Look) -> Iterator[Figure]:
    on = criterion.label.lower()
    if criterion.pairs:
        rows = [_pair(pair, look) for pair in criterion.pairs]
        question = f"Which variant is preferred on {on}?"
        order = [look(variant) for variant in _by_strength(criterion)]
        yield preference_bars(question, rows, name=f"preferences-{criterion.key}", order=order)
    yield from _of_ranking(criterion, look)
    if criterion.categories:
        yield by_category(
            f"Does the preference on {on} depend on the category of the prompt?",
            [
                CategoryRow(look(one.first), look(one.second), one.category or "none", one.share)
                for one in criterion.categories
            ],
            name=f"categories-{criterion.key}",
        )
    yield from _of_scores(criterion, look)


def _by_strength(criterion: CriterionResult) -> list[VariantRef]:
    """From the strongest down; empty where there is no ranking."""
    ranking = criterion.ranking
    if ranking is None or not ranking.strengths:
        return []
    both = zip(ranking.variants, ranking.strengths, strict=True)
    return [variant for variant, _ in sorted(both, key=lambda one: -one[1].value)]


def _pair(pair: PairResult, look: Look) -> PairRow:
    return PairRow(
        look(pair.first),
        look(pair.second),
        pair.wins,
        pair.ties,
        pair.ties_good,
        pair.ties_bad,
        pair.losses,
        pair.share,
        pair.by_rater,
    )


def _of_ranking(criterion: CriterionResult, look: Look) -> Iterator[Figure]:
    ranking, on = criterion.ranking, criterion.label.lower()
    if ranking is None or not ranking.strengths:
        return
    n = sum(pair.comparisons for pair in criterion.pairs)
    prompts = max(pair.share.clusters for pair in criterion.pairs)

    def rows(found: tuple[Strength, ...], series: str) -> Iterator[StrengthRow]:
        for variant, strength in zip(ranking.variants, found, strict=False):
            yield StrengthRow(look(variant), _estimate(strength, n, prompts), series)

    style = ranking.style
    drawn = [*rows(ranking.strengths, "as judged")]
    if style and style.with_style:
        drawn += rows(style.with_style, "length and formatting taken out")
    yield strengths(
        f"How strong are the variants on {on}?", drawn, name=f"strengths-{criterion.key}"
    )
    if style and style.coefficients:
        yield style_coefficients(
            f"What are length and formatting worth on {on}?",
            [
                NamedRow(one.name, Estimate(one.value, one.low, one.high, n, prompts, one.reason))
                for one in style.coefficients
            ],
            name=f"style-{criterion.key}",
        )


def _estimate(found: Strength, n: int, prompts: int) -> Estimate:
    return Estimate(found.value, found.low, found.high, n, prompts)


def _of_scores(criterion: CriterionResult, look: Look) -> Iterator[Figure]:
    scale = criterion.scale
    given = [score for score in criterion.scores if score.variant and score.count]
    if not given or scale is None:
        return
    yield score_distributions(
        f"How were the variants scored on {criterion.label.lower()}?",
        [ScoreRow(look(one.variant), one.distribution, one.mean) for one in given if one.variant],
        [(bar[0], bar[-1]) for bar in scale.bars],
        axis=f"Score, {scale.lowest} ({scale.low}) to {scale.highest} ({scale.high})",
        name=f"scores-{criterion.key}",
    )


# --- two criteria -------------------------------------------------------------------------------


def _of_ledgers(ledgers: LedgersResult, look: Look) -> Iterator[Figure]:
    x, y = ledgers.x.lower(), ledgers.y.lower()
    yield plane(
        f"Is what is preferred on {y} also preferred on {x}?",
        [PlaneRow(look(variant), place.x, place.y) for variant, place in ledgers.places],
        f"{ledgers.x}: share of comparisons won",
        f"{ledgers.y}: share of comparisons won",
    )
    if len(ledgers.tables) > _CROSSED:
        return
    for first, second, table in ledgers.tables:
        yield cross_table(
            f"{first.name} against {second.name}: do {y} and {x} agree?",
            table.counts,
            look(first),
            look(second),
            titles=(y, x),
            parted=table.share,
            name=cross_name(first, second, ledgers),
        )


def cross_name(first: VariantRef, second: VariantRef, ledgers: LedgersResult) -> str:
    """Of the cross table of a pair: places, for names may hold anything."""
    places = [variant for variant, _ in ledgers.places]
    return f"cross-{places.index(first)}-{places.index(second)}"


# --- raters -------------------------------------------------------------------------------------


def _agreement(result: StudyResult) -> Iterator[Figure]:
    found = [(one, one.agreement) for one in result.criteria if one.agreement]
    rows = [AgreementRow(one.label, given.alpha, given.raw) for one, given in found if given.units]
    if rows:
        yield agreement("Do raters agree on who is better?", rows)


def _positions(result: StudyResult) -> Iterator[Figure]:
    """Of each criterion, then of the raters who judged most."""
    rows = [
        NamedRow(one.label, one.first_slot, "All raters together")
        for one in result.criteria
        if one.first_slot and one.first_slot.value is not None
    ]
    if not rows:
        return
    busiest = sorted(result.rater_reports, key=lambda one: -one.report.judgements)[:_RATERS]
    if len(busiest) > 1:
        rows += [NamedRow(one.name, one.report.left, "Each rater") for one in busiest]
    yield positions("Does the place of an answer decide?", rows)

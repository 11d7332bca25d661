"""Who was preferred: pairs, the ranking, and the same without answers that introduce themselves."""

from collections.abc import Iterator, Mapping

from app.figures import Figure
from app.reports.document import MOST_ROWS, Block, Drawn, Heading, Paragraph, Section, Table
from app.reports.facts import Evidence
from app.reports.words import (
    NONE,
    lowered,
    share,
    share_interval,
    strength,
    strength_interval,
    whole,
)
from app.results import CriterionResult, PairResult, RankingResult, StudyResult

Figures = Mapping[str, Figure]


def preferences_section(evidence: Evidence, figures: Figures) -> Section:
    result = evidence.result
    blocks = [
        block
        for criterion in result.criteria
        if criterion.pairs
        for block in _criterion(criterion, figures, with_ranking=len(result.variants) > 2)
    ]
    return Section("preferences", "Preferences", (*blocks, *_introductions(evidence)))


def drawn(figures: Figures, *names: str) -> Iterator[Drawn]:
    """Those of the figures that there are."""
    return (Drawn(figures[name]) for name in names if name in figures)


def _criterion(
    criterion: CriterionResult, figures: Figures, *, with_ranking: bool
) -> Iterator[Block]:
    yield Heading(criterion.label)
    yield from drawn(figures, f"preferences-{criterion.key}")
    yield _pairs(criterion)
    if criterion.ranking and with_ranking:
        yield from _ranking(criterion, criterion.ranking, figures)


def _pairs(criterion: CriterionResult) -> Table:
    return Table(
        f"Comparisons on {lowered(criterion.label)}",
        (
            "Pair",
            "Wins",
            "Both good",
            "Ties",
            "Both bad",
            "Losses",
            "Could not be judged",
            "Share of the first, prompts resampled",
            "Raters resampled",
        ),
        tuple(map(_pair, _in_order(criterion.pairs))),
        "Wins and losses are those of the variant named first. A tie is half a win in the share.",
    )


def _in_order(pairs: tuple[PairResult, ...]) -> list[PairResult]:
    """The study's; those compared most often come first where not all can be shown."""
    if len(pairs) <= MOST_ROWS:
        return list(pairs)
    return sorted(pairs, key=lambda pair: -pair.comparisons)


def _pair(pair: PairResult) -> tuple[str, ...]:
    counts = (
        pair.wins,
        pair.ties_good,
        pair.ties,
        pair.ties_bad,
        pair.losses,
        pair.cannot_judge,
    )
    exact = " exact" if pair.share.exact else ""
    return (
        name_of(pair),
        *map(whole, counts),
        share(pair.share) + exact,
        share_interval(pair.by_rater),
    )


def name_of(pair: PairResult) -> str:
    return f"{pair.first.name} over {pair.second.name}"


# --- rankings -----------------------------------------------------------------------------------


def _ranking(
    criterion: CriterionResult, ranking: RankingResult, figures: Figures
) -> Iterator[Block]:
    on = lowered(criterion.label)
    for warning in ranking.warnings:
        yield Paragraph(f"There is no ranking on {on}. {warning}")
    if not ranking.strengths:
        return
    yield from drawn(figures, f"strengths-{criterion.key}")
    yield _strengths(on, ranking)
    if ranking.style and ranking.style.reason:
        yield Paragraph(
            f"Length and formatting could not be taken out on {on}: {ranking.style.reason}."
        )


def _strengths(on: str, ranking: RankingResult) -> Table:
    styled = ranking.style.with_style if ranking.style else ()
    columns = ["Variant", "Strength", "Raters resampled"]
    columns += ["Length and formatting taken out"] if styled else []
    columns += [f"{model.name[:1].upper()}{model.name[1:]}" for model in ranking.tie_models]
    return Table(
        f"Strengths on {on}",
        tuple(columns),
        tuple(_strength_row(ranking, place) for place in range(len(ranking.variants))),
        "Log odds with a mean of zero: a variant that is one above another is preferred in 73 %. "
        "Strengths move together, so a difference is surer than the ends of two intervals suggest.",
    )


def _strength_row(ranking: RankingResult, place: int) -> tuple[str, ...]:
    row = [ranking.variants[place].name, strength(ranking.strengths[place])]
    row.append(strength_interval(ranking.by_rater[place]) if ranking.by_rater else NONE)
    if ranking.style and ranking.style.with_style:
        row.append(strength(ranking.style.with_style[place]))
    for model in ranking.tie_models:
        row.append(strength(model.strengths[place]) if model.strengths else f"none: {model.reason}")
    return tuple(row)


# --- introductions ------------------------------------------------------------------------------


def _introductions(evidence: Evidence) -> Iterator[Block]:
    result = evidence.result
    without = result.without_introductions
    if without is None:
        return
    masked = ", though the words were blacked out" if evidence.study.mask_introductions else ""
    yield Heading("Without answers that introduce themselves")
    yield Paragraph(
        f"{whole(without.left_out)} of {whole(result.judgements)} judgements were of items with an "
        f"answer that says who or what made it, which can tell raters the variant{masked}."
    )
    yield Table(
        "Shares with and without answers that introduce themselves",
        ("Pair", "All judgements", "Without"),
        tuple(_sensitivity(result)),
    )


def _sensitivity(result: StudyResult) -> Iterator[tuple[str, ...]]:
    assert result.without_introductions is not None
    without = dict(result.without_introductions.pairs)
    for criterion in result.criteria:
        for pair, other in zip(criterion.pairs, without.get(criterion.key, ()), strict=False):
            name = f"{name_of(pair)}, {lowered(criterion.label)}"
            yield name, share(pair.share), share(other.share)

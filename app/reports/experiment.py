"""What style alone changes, where half of the items were stripped."""

from collections.abc import Iterator

from app.analysis.intervals import Estimate
from app.reports.document import Block, Paragraph, Section, Table
from app.reports.facts import Evidence
from app.reports.words import NONE, SPACE, lowered, share, whole
from app.results import ExperimentResult, StyleEffect
from app.results.experiment import StyleOnCriterion
from app.results.sentences import percent
from app.results.style_effects import gap_range, points


def experiment_section(evidence: Evidence) -> Section:
    experiment = evidence.result.experiment
    blocks = tuple(_blocks(experiment)) if experiment else ()
    return Section("experiment", "What style alone changes", blocks)


def _blocks(experiment: ExperimentResult) -> Iterator[Block]:
    for on in experiment.criteria:
        yield Paragraph(on.finding)
    yield from map(_table, experiment.criteria)
    if experiment.variants:
        yield _deleted(experiment)


def _table(on: StyleOnCriterion) -> Table:
    return Table(
        f"Preferences on {lowered(on.label)} as answers are and stripped",
        (
            "Pair",
            "As they are",
            "Stripped",
            "Difference in points, prompts resampled",
            "Raters resampled",
        ),
        tuple(map(_row, on.effects)),
        "Shares of the variant named first, ties as half; the difference is the first share less "
        "the second: above zero, its openers and formatting favoured it.",
    )


def _row(effect: StyleEffect) -> tuple[str, ...]:
    return (
        f"{effect.first.name} over {effect.second.name}",
        share(effect.as_is),
        share(effect.stripped),
        _gap(effect.gap),
        _interval(effect.by_rater),
    )


def _gap(gap: Estimate) -> str:
    return NONE if gap.value is None else f"{points(gap.value)} ({_interval(gap)})"


def _interval(gap: Estimate) -> str:
    if gap.low is None:
        return f"no interval: {gap.reason}"
    return gap_range(gap).replace(" ", SPACE)


def _deleted(experiment: ExperimentResult) -> Table:
    return Table(
        "What stripping took from the judged answers",
        ("Variant", "Stripped answers", "Changed by it", "Characters deleted, on average"),
        tuple(
            (one.variant.name, whole(one.answers), whole(one.changed), percent(one.deleted))
            for one in experiment.variants
        ),
    )

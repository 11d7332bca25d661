"""Figures of checkpoints: of one study's results, and over several studies."""

from collections.abc import Iterable, Mapping, Sequence

from app.figures import CheckpointRow, Figure, checkpoints
from app.lineage.checkpoints import base_of, checkpoint_rows, rows_of
from app.lineage.members import Spec
from app.lineage.model import Measure, Series
from app.results import StudyResult


def checkpoint_figures(result: StudyResult, specs: Mapping[str, Spec]) -> dict[str, Figure]:
    """By name, those that a single study's results have, in the order of its criteria.

    `specs` as `specs_of` gives them.
    """
    base = base_of(result.variants)
    figures = [
        checkpoint_figure(
            rows, criterion.label, measure, against=base, name=f"{_NAMES[measure]}-{criterion.key}"
        )
        for criterion in result.criteria
        for measure in Measure
        if (rows := checkpoint_rows(result, specs, criterion.key, measure))
    ]
    return {figure.name: figure for figure in figures}


def series_figure(
    series: Iterable[Series], label: str, measure: Measure, against: str | None
) -> Figure | None:
    """None where there is no series."""
    rows = rows_of(series)
    return checkpoint_figure(rows, label, measure, against=against) if rows else None


def checkpoint_figure(
    rows: Sequence[CheckpointRow],
    label: str,
    measure: Measure,
    *,
    against: str | None,
    name: str = "checkpoints",
) -> Figure:
    """`label` is the criterion's, `against` the opponent of the shares."""
    on = label.lower()
    if measure is Measure.SCORE:
        question = f"How does the mean score on {on} change with training?"
        return checkpoints(
            question, rows, f"Mean score on {on}", name=name, in_shares=False, reference=None
        )
    question = f"How does the preference over {against} on {on} change with training?"
    return checkpoints(question, rows, f"Preferred over {against} on {on}", name=name)


_NAMES = {Measure.SHARE: "checkpoints", Measure.SCORE: "checkpoint-scores"}

"""`triptych compare`: the same variants in several studies, as tables."""

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from app.analysis.intervals import Estimate
from app.cli.app import root, settings
from app.cli.data import using_database
from app.cli.export import find_study
from app.cli.terminal import say, show_table
from app.lineage import AcrossResult, Cell, Measure, Row, Wanted, across_studies, headline
from app.results.sentences import percent
from app.tables import RaterKind

Written = Callable[[float], str]


@root.command()
def compare(
    studies: Annotated[list[str], typer.Argument(help="Names of two or more studies.")],
    criterion: Annotated[
        str | None, typer.Option(help="Key of a criterion; by default the one most studies ask.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(help="Variant to be preferred over; by default the base most studies have."),
    ] = None,
    kind: Annotated[RaterKind, typer.Option(help="Whose judgements.")] = RaterKind.HUMAN,
) -> None:
    """Compare studies: each variant is recognised by what it is, and nothing is pooled."""
    with using_database(settings()) as database, database.reading() as session:
        chosen = [find_study(session, name) for name in studies]
        result = across_studies(session, chosen, Wanted(criterion, against, kind=kind))
    say(headline(result), bold=True)
    say()
    for measure in Measure:
        _show(result, measure)
    for notice in result.notices:
        say(f"{notice.title}: {notice.text}")


def _show(result: AcrossResult, measure: Measure) -> None:
    rows = result.rows(measure)
    if not rows:
        return
    columns = ("variant", *(study.name for study in result.studies), "difference")
    cells = [_cells(row, measure) for row in rows]
    show_table(columns, cells, title=f"{_title(result, measure)} on {result.criterion.label}")


def _title(result: AcrossResult, measure: Measure) -> str:
    if measure is Measure.SCORE:
        return "Mean score"
    return f"Preferred over {result.against.name}" if result.against else "Preferred"


def _cells(row: Row, measure: Measure) -> Sequence[str]:
    written, change = _WRITTEN[measure]
    step = f", step {row.variant.checkpoint.step:,}" if row.variant.checkpoint else ""
    told = (_told(cell, written, row.variant.name) for cell in row.cells)
    return row.variant.name + step, *told, _told(row.difference, change, row.variant.name)


def _told(cell: Cell, written: Written, name: str) -> str:
    told = _estimate(cell.estimate, written) if cell.estimate else cell.reason
    return f"{told}, as {cell.name}" if cell.name not in (None, name) else told


def _estimate(one: Estimate, written: Written) -> str:
    value = "" if one.value is None else written(one.value)
    if one.low is None or one.high is None:
        return f"{value} (no interval: {one.reason})"
    return f"{value} ({written(one.low)} to {written(one.high)})"


def _points(share: float) -> str:
    return f"{100 * share:+.0f} points"


_WRITTEN: dict[Measure, tuple[Written, Written]] = {
    Measure.SHARE: (percent, _points),
    Measure.SCORE: (lambda value: f"{value:.2f}", lambda value: f"{value:+.2f}"),
}

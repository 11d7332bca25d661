"""`triptych report`: a study's results to hand around, with the methods filled in."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.app import root, settings
from app.cli.data import using_database
from app.cli.export import checked_folder, find_study
from app.cli.terminal import say
from app.reports import PAGE, TEXT, write_report
from app.results import Flag, Form, Gold, ResultFilter
from app.tables import RaterKind


@root.command()
def report(
    study: Annotated[str, typer.Argument(help="Name of a study.")],
    out: Annotated[
        Path | None,
        typer.Option(callback=checked_folder, help="A new folder; study-NUMBER-report by default."),
    ] = None,
    kind: Annotated[RaterKind, typer.Option(help="Whose judgements.")] = RaterKind.HUMAN,
    rater: Annotated[
        list[str] | None,
        typer.Option(metavar="PSEUDONYM", help="Only this rater, such as rater-1. Repeatable."),
    ] = None,
    category: Annotated[
        list[str] | None, typer.Option(help="Only prompts of this category. Repeatable.")
    ] = None,
    without: Annotated[
        list[Flag] | None, typer.Option(help="Leave out such judgements. Repeatable.")
    ] = None,
    gold: Annotated[
        Gold, typer.Option(help="Raters who failed the checks: left out, counted, or alone.")
    ] = Gold.PASSED,
    form: Annotated[
        Form, typer.Option(help="Of a style experiment: both forms of answers, or one.")
    ] = Form.ALL,
) -> None:
    """Write a study's report: one HTML file, and the same as Markdown with figures."""
    chosen = ResultFilter(
        kind=kind,
        raters=tuple(sorted(set(rater or ()))),
        categories=tuple(sorted(set(category or ()))),
        without=tuple(sorted(set(without or ()))),
        gold=gold,
        form=form,
    )
    with using_database(settings()) as database, database.reading() as session:
        found = find_study(session, study)
        ending = "" if kind is RaterKind.HUMAN else f"-{kind}"
        folder = out or Path(f"study-{found.id}-report{ending}")
        write_report(session, found, chosen, folder)
    say(f"Written to {folder}: open {PAGE}, or {TEXT} for Markdown with figures.")

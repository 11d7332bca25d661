"""`triptych studies` and `triptych export`: what raters said, as files."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.app import root, settings
from app.cli.data import open_database
from app.errors import NotFound
from app.exports import FORMATS, write_export
from app.studies import list_studies, study_progress
from app.tables import Study

console = Console()


@root.command()
def studies() -> None:
    """The studies and how far they are."""
    table = Table("name", "state", "items", "judged", "raters")
    with open_database(settings()) as database, database.reading() as session:
        for study in list_studies(session):
            counts = study_progress(session, study)
            judged = f"{counts.done} of {counts.wanted}"
            row = (study.name, study.state, str(counts.items), judged, str(len(counts.raters)))
            table.add_row(*row)
    console.print(table)


@root.command()
def export(
    study: Annotated[str, typer.Argument(help="name of a study")],
    format_name: Annotated[
        str, typer.Option("--format", help=f"one of: {', '.join(FORMATS)}")
    ] = "long-jsonl",
    out: Annotated[Path | None, typer.Option(help="a new folder; default: made from names")] = None,
    option: Annotated[
        list[str] | None, typer.Option(help="name=value, for formats that take options")
    ] = None,
) -> None:
    """Write a study's judgements to a folder with a manifest of what was left out and why."""
    if format_name not in FORMATS:
        raise NotFound(
            f"There is no format {format_name}.", hint=f"The formats: {', '.join(FORMATS)}."
        )
    with open_database(settings()) as database, database.reading() as session:
        found = _study(session, study)
        folder = out or Path(f"study-{found.id}-{format_name}")
        write_export(session, found, format_name, folder, **_options(option or []))
    console.print(f"Written to {folder}; manifest.json says what is in it.")


def _study(session: Session, name: str) -> Study:
    found = session.scalar(select(Study).where(Study.name == name))
    if found is None:
        known = ", ".join(study.name for study in list_studies(session)) or "none yet"
        raise NotFound(f"There is no study '{name}'.", hint=f"The studies: {known}.")
    return found


def _options(given: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    for name, equals, _ in pairs:
        if not equals:
            raise NotFound(f"'{name}' is no option.", hint="Write --option name=value.")
    return {name: value for name, _, value in pairs}

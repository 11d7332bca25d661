"""`triptych studies` and `triptych export`: what raters said, as files."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.app import root, settings
from app.cli.data import using_database
from app.cli.terminal import say, show_table
from app.errors import NotFound
from app.exports import FORMATS, Option, suffix, write_export
from app.studies import list_studies, study_progress
from app.tables import Study


def _options() -> str:
    """Every option once, with the formats that have it."""
    formats = {o: [f.name for f in FORMATS.values() if o in f.options] for o in _all_options()}
    return "; ".join(
        f"{option.name}={'|'.join(option.choices)} "
        f"({'every format' if len(names) == len(FORMATS) else ', '.join(names)})"
        for option, names in formats.items()
    )


def _all_options() -> list[Option]:
    return list(dict.fromkeys(o for export in FORMATS.values() for o in export.options))


@root.command()
def studies() -> None:
    """Show the studies and how far they are."""
    rows = []
    with using_database(settings()) as database, database.reading() as session:
        for study in list_studies(session):
            counts = study_progress(session, study)
            judged = f"{counts.done} of {counts.wanted}"
            rows.append((study.name, study.state, counts.items, judged, counts.raters))
    empty = "No studies yet. Make one in the browser: triptych serve"
    show_table(("name", "state", "items", "judged", "raters"), rows, empty=empty)


def _format(name: str) -> str:
    if name not in FORMATS:
        raise typer.BadParameter(f"'{name}' is not one of: {', '.join(FORMATS)}.")
    return name


def _pairs(given: list[str] | None) -> list[str] | None:
    for text in given or ():
        name, equals, _ = text.partition("=")
        if not (name and equals):
            raise typer.BadParameter(f"'{text}' is not of the form name=value.")
    return given


def checked_folder(folder: Path | None) -> Path | None:
    if folder == Path():  # also what an empty value becomes
        raise typer.BadParameter("name a new folder, which will be made.")
    return folder


@root.command()
def export(
    study: Annotated[str, typer.Argument(help="Name of a study.")],
    format_name: Annotated[
        str, typer.Option("--format", callback=_format, help=f"One of: {', '.join(FORMATS)}.")
    ] = "long-jsonl",
    out: Annotated[
        Path | None,
        typer.Option(callback=checked_folder, help="A new folder; study-NUMBER-FORMAT by default."),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", callback=_pairs, help=f"Repeatable: {_options()}."),
    ] = None,
) -> None:
    """Write a study's judgements to a folder with a manifest of what was left out and why."""
    options = dict(text.split("=", 1) for text in option or ())
    with using_database(settings()) as database, database.reading() as session:
        found = find_study(session, study)
        folder = out or Path(f"study-{found.id}-{format_name}{suffix(options)}")
        write_export(session, found, format_name, folder, **options)
    say(f"Written to {folder}; manifest.json says what is in it.")


def find_study(session: Session, name: str) -> Study:
    found = session.scalar(select(Study).where(Study.name == name.strip()))
    if found is None:
        known = ", ".join(f"'{study.name}'" for study in list_studies(session))
        hint = f"The studies: {known}." if known else "There are none yet: triptych serve"
        raise NotFound(f"There is no study '{name}'.", hint=hint)
    return found

"""`triptych import-judgements`: judgements made elsewhere become a closed study."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from app.cli.app import root, settings
from app.cli.data import KINDS, using_database
from app.cli.terminal import console, say
from app.judged import (
    LAYOUTS,
    JudgementsReport,
    read_judgements,
    store_judgements,
)
from app.judged import Progress as Show
from app.readers import ENDINGS, Source
from app.wording import counted

_NAMES = ", ".join(layout.name for layout in LAYOUTS)


@root.command("import-judgements")
def import_judgement_files(
    files: Annotated[
        list[Path], typer.Argument(help=f"Files ({KINDS}), or the folder of an export.")
    ],
    name: Annotated[
        str | None, typer.Option(help="Name of the study; the first file's name by default.")
    ] = None,
    layout: Annotated[
        str | None,
        typer.Option("--format", help=f"One of: {_NAMES}; by default told by the content."),
    ] = None,
) -> None:
    """Import judgements made elsewhere as a closed study: all of them, or nothing."""
    sources = [Source(path.name, path) for file in files for path in _contents(file)]
    judged = read_judgements(sources, layout)
    chosen = files[0].stem if name is None else name
    with using_database(settings()) as database, _bar() as show, database.writing() as session:
        report = store_judgements(session, judged, name=chosen, progress=show)
        found = report.study.name
    say(f"Imported as the study '{found}', closed. Its results: triptych export \"{found}\"")
    _say_report(report)


def _contents(file: Path) -> list[Path]:
    """An export's folder stands for the files in it."""
    if not file.is_dir():
        return [file]
    return sorted(path for path in file.iterdir() if path.suffix.lower() in ENDINGS)


@contextmanager
def _bar() -> Iterator[Show]:
    """A bar where someone is looking."""
    here = console()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=here, disable=not here.is_terminal, transient=True) as bar:
        task = bar.add_task("writing", total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield show


def _say_report(report: JudgementsReport) -> None:
    say(
        f"{counted(report.judgements, 'judgement')} of {counted(report.items, 'item')} "
        f"by {counted(report.raters, 'rater')}, "
        f"{counted(report.variants, 'variant')} ({report.layout})."
    )
    if report.superseded:
        say(f"{report.superseded} earlier judgements of the same rater and item are kept, too.")
    for reason, count in report.ignored:
        say(f"Left out: {count} {reason}.")
    if report.columns:
        say(f"Columns not used: {', '.join(report.columns)}.")
    for note in report.notes:
        say(note)

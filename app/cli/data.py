"""`triptych prompts|recorded`: prompts and answers from files."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.app import root, settings
from app.cli.terminal import say, show_table
from app.db import Database
from app.errors import NotFound
from app.migrate import open_database
from app.prompts import import_prompts, list_prompt_sets
from app.readers import ENDINGS, Source
from app.recorded import LAYOUTS, import_responses
from app.settings import Settings
from app.tables import PromptSet
from app.wording import counted

prompts = typer.Typer(help="Prompt sets.", no_args_is_help=True)
recorded = typer.Typer(help="Answers made elsewhere.", no_args_is_help=True)
root.add_typer(prompts, name="prompts")
root.add_typer(recorded, name="recorded")

KINDS = ", ".join(ENDINGS)


@contextmanager
def using_database(settings: Settings) -> Iterator[Database]:
    """The database at its newest schema, for one command. Raises AppError."""
    database = open_database(settings.sqlalchemy_url)
    try:
        yield database
    finally:
        database.dispose()


@prompts.command("import")
def import_prompt_file(
    file: Annotated[Path, typer.Argument(help=f"A file with one prompt per row: {KINDS}.")],
    name: Annotated[
        str | None, typer.Option(help="Name of the prompt set; the file's name by default.")
    ] = None,
) -> None:
    """Import a prompt set: all of the file, or nothing and a list of its bad lines."""
    with using_database(settings()) as database:
        with database.writing() as session:
            chosen = file.stem if name is None else name
            report = import_prompts(session, name=chosen, filename=file.name, data=file)
        say(f"{counted(report.count, 'prompt')} imported as '{report.prompt_set.name}'.")
    _say_notes(report.notes, report.ignored)


@prompts.command("list")
def list_prompts() -> None:
    """Show the prompt sets."""
    with using_database(settings()) as database, database.reading() as session:
        rows = [(s.name, s.count, s.runs, s.source) for s in list_prompt_sets(session)]
    empty = "No prompt sets yet. Import one: triptych prompts import FILE"
    show_table(("name", "prompts", "runs", "file"), rows, empty=empty)


@recorded.command("import")
def import_recorded_files(
    files: Annotated[
        list[Path],
        typer.Argument(help=f"Layouts: {', '.join(layout.name for layout in LAYOUTS)}; {KINDS}."),
    ],
    name: Annotated[
        str | None, typer.Option(help="Name of the run; the first file's name by default.")
    ] = None,
    prompt_set: Annotated[
        str | None,
        typer.Option("--prompts", help="Name of the prompt set; by default a new one is made."),
    ] = None,
) -> None:
    """Import recorded answers as a finished run: all of the files, or nothing."""
    with using_database(settings()) as database:
        with database.writing() as session:
            report = import_responses(
                session,
                name=files[0].stem if name is None else name,
                files=_sources(files),
                prompt_set=None if prompt_set is None else find_prompt_set(session, prompt_set),
            )
        say(f"{counted(report.count, 'answer')} imported as the run '{report.run.name}'.")
    _say_notes(report.notes, report.ignored)


def find_prompt_set(session: Session, name: str) -> PromptSet:
    """Raises NotFound with the names that there are."""
    found = session.scalar(select(PromptSet).where(PromptSet.name == name.strip()))
    if found is None:
        known = ", ".join(f"'{summary.name}'" for summary in list_prompt_sets(session))
        hint = f"The prompt sets: {known}." if known else _NO_PROMPT_SETS
        raise NotFound(f"There is no prompt set '{name}'.", hint=hint)
    return found


_NO_PROMPT_SETS = "There are none yet. Import one: triptych prompts import FILE"


def _sources(files: Sequence[Path]) -> list[Source]:
    """Files of the same name in different folders are told apart by their paths."""
    names = Counter(file.name for file in files)
    return [Source(f.name if names[f.name] == 1 else str(f), f) for f in files]


def _say_notes(notes: Sequence[str], ignored: Sequence[str]) -> None:
    for note in notes:
        say(note)
    if ignored:
        say(f"Columns not used: {', '.join(ignored)}.")

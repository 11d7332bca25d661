"""`triptych prompts|run|runs|recorded`: prompts and answers without a browser."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.app import configure_logging, root, settings
from app.cli.follow import follow
from app.cli.serve import Models
from app.db import Database
from app.engines import EnginePool
from app.errors import AppError, NotFound
from app.migrate import upgrade
from app.prompts import import_prompts, list_prompt_sets
from app.readers import Source
from app.recorded import import_responses
from app.registry import Registry, load_registry
from app.runner import Runner
from app.runs import RunForm, create_run, get_run, list_runs, progress
from app.settings import Settings
from app.tables import PromptSet, Run
from app.web.forms import validate

console = Console()
prompts = typer.Typer(help="Prompt sets.", no_args_is_help=True)
recorded = typer.Typer(help="Answers made elsewhere.", no_args_is_help=True)
root.add_typer(prompts, name="prompts")
root.add_typer(recorded, name="recorded")

File = Annotated[Path, typer.Argument(help="JSONL, JSON, CSV or Parquet")]


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The database, brought to the newest schema."""
    database = Database(settings.sqlalchemy_url)
    try:
        upgrade(database)
        yield database
    finally:
        database.dispose()


@prompts.command("import")
def import_prompt_file(
    file: File, name: Annotated[str | None, typer.Option(help="default: the file's name")] = None
) -> None:
    """Import a prompt set: all of the file, or nothing and a list of its bad lines."""
    with open_database(settings()) as database, database.writing() as session:
        report = import_prompts(session, name=name or file.stem, filename=file.name, data=file)
        console.print(f"{report.count} prompts imported as '{report.prompt_set.name}'.")
        for note in report.notes:
            console.print(note)
        if report.ignored:
            console.print(f"Columns not used: {', '.join(report.ignored)}.")


@prompts.command("list")
def list_prompts() -> None:
    """The prompt sets."""
    table = Table("name", "prompts", "runs", "file")
    with open_database(settings()) as database, database.reading() as session:
        for summary in list_prompt_sets(session):
            table.add_row(summary.name, str(summary.count), str(summary.runs), summary.source)
    console.print(table)


@recorded.command("import")
def import_recorded_files(
    files: Annotated[list[Path], typer.Argument(help="Triptych JSONL, AlpacaEval, just-eval")],
    name: Annotated[str | None, typer.Option(help="name of the run")] = None,
) -> None:
    """Import recorded answers as a finished run."""
    with open_database(settings()) as database, database.writing() as session:
        sources = [Source(file.name, file) for file in files]
        report = import_responses(session, name=name or files[0].stem, files=sources)
        console.print(f"{report.count} answers imported as the run '{report.run.name}'.")
        for note in report.notes:
            console.print(note)


@root.command("runs")
def show_runs() -> None:
    """The runs and how far they are."""
    table = Table("name", "state", "answers", "failed", "variants")
    with open_database(settings()) as database, database.reading() as session:
        for run in list_runs(session):
            counts = progress(session, run)
            names = ", ".join(variant.name for variant in counts.variants)
            done = f"{counts.done} of {counts.total}"
            table.add_row(run.name, str(run.state), done, str(counts.failed), names)
    console.print(table)


@root.command()
def run(
    prompt_set: Annotated[str, typer.Argument(help="name of a prompt set")],
    name: Annotated[str | None, typer.Option(help="name of the run; the same name resumes")] = None,
    variant: Annotated[list[str] | None, typer.Option(help="repeat; default: all")] = None,
    samples: Annotated[int, typer.Option(help="answers per prompt and variant")] = 1,
    seed: int = 0,
    models: Models = None,
) -> None:
    """Answer a prompt set with variants of models.yaml. Ctrl-C stops; the same command resumes."""
    chosen = settings(models_file=models)
    configure_logging(chosen)
    registry = load_registry(chosen.models_file)
    names = variant or [spec.name for spec in registry.variants]
    with open_database(chosen) as database:
        with database.writing() as session:
            existing = session.scalar(select(Run).where(Run.name == (name or prompt_set)))
            fields = {
                "name": name or prompt_set,
                "prompt_set_id": _prompt_set(session, prompt_set).id,
                "variants": names,
                "samples": samples,
                "seed": seed,
            }
            run_id = (existing or create_run(session, registry, validate(RunForm, fields))).id
        answer(chosen, registry, database, run_id)
        with database.reading() as session:
            _report(session, run_id)


def _prompt_set(session: Session, name: str) -> PromptSet:
    found = session.scalar(select(PromptSet).where(PromptSet.name == name))
    if found is None:
        known = ", ".join(summary.name for summary in list_prompt_sets(session)) or "none yet"
        raise NotFound(f"There is no prompt set '{name}'.", hint=f"The prompt sets: {known}.")
    return found


def answer(settings: Settings, registry: Registry, database: Database, run_id: int) -> None:
    """Works on a run in this process until it ends, unless nothing is missing."""
    with database.reading() as session:
        if progress(session, get_run(session, run_id)).due == 0:
            return
    pool = EnginePool(registry, settings)
    asyncio.run(_complete(Runner(database, pool, settings), pool, run_id))


async def _complete(runner: Runner, pool: EnginePool, run_id: int) -> None:
    await pool.open()
    try:
        await runner.start(run_id)
        await follow(runner, run_id, console)
    except asyncio.CancelledError:
        await runner.stop(run_id)
        console.print("Stopped; what was answered is saved. The same command goes on.")
        raise
    finally:
        await runner.close()
        await pool.close()


def _report(session: Session, run_id: int) -> None:
    counts = progress(session, session.get_one(Run, run_id))
    for variant in counts.variants:
        line = f"{variant.name}: {variant.done} of {variant.total} answers, {variant.state}"
        console.print(f"{line}. {variant.error}" if variant.error else f"{line}.")
    if counts.due:
        raise AppError(
            f"{counts.due} of {counts.total} answers are missing.",
            hint="Run the same command again: it asks only for what is missing.",
        )

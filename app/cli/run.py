"""`triptych run|runs`: answers from variants without a browser."""

from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.app import configure_logging, root, settings
from app.cli.data import find_prompt_set, using_database
from app.cli.options import Models
from app.cli.terminal import say, show_table
from app.cli.work import answer
from app.errors import AppError, Conflict
from app.registry import Registry, load_registry
from app.runs import RunForm, RunProgress, create_run, get_run, list_runs, progress
from app.tables import PromptSet, Run
from app.web.forms import validate


@root.command("runs")
def show_runs() -> None:
    """Show the runs and how far they are."""
    rows = []
    with using_database(settings()) as database, database.reading() as session:
        for run in list_runs(session):
            counts = progress(session, run)
            names = ", ".join(variant.name for variant in counts.variants)
            done = f"{counts.done} of {counts.total}"
            rows.append((run.name, run.prompt_set.name, run.state, done, counts.failed, names))
    columns = ("name", "prompt set", "state", "answers", "failed", "variants")
    show_table(columns, rows, empty="No runs yet. Make one: triptych run PROMPT_SET")


@root.command()
def run(
    prompt_set: Annotated[str, typer.Argument(help="Name of a prompt set.")],
    name: Annotated[
        str | None, typer.Option(help="Name of the run; the prompt set's name by default.")
    ] = None,
    variant: Annotated[
        list[str] | None, typer.Option(help="A variant; repeat for several. All by default.")
    ] = None,
    samples: Annotated[
        int | None, typer.Option(min=1, max=1000, help="Answers per prompt and variant; 1.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**31 - 1, help="Fixes random sampling; 0.")
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(min=0, help="Instead of each variant's own.")
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Longest answer, instead of each variant's own.")
    ] = None,
    models: Models = None,
) -> None:
    """Answer a prompt set with the variants of models.yaml.

    Ctrl-C stops it. The same command goes on with what is missing.
    """
    chosen = settings(models_file=models)
    registry = load_registry(chosen.models_file)
    sampling = {"temperature": temperature, "max_tokens": max_tokens}
    numbers = {"samples": samples, "seed": seed} | sampling
    given: dict[str, Any] = {key: value for key, value in numbers.items() if value is not None}
    if variant:
        given["variants"] = list(dict.fromkeys(variant))
    configure_logging(chosen)
    with using_database(chosen) as database:
        with database.writing() as session:
            prompts = find_prompt_set(session, prompt_set)
            run_id = _run(session, registry, prompts, name, given).id
        answer(chosen, registry, database, run_id)
        with database.reading() as session:
            _report(session, run_id)


def _run(
    session: Session,
    registry: Registry,
    prompt_set: PromptSet,
    name: str | None,
    given: dict[str, Any],
) -> Run:
    """The run of this name, or a new one."""
    name = prompt_set.name if name is None else name.strip()
    existing = session.scalar(select(Run).where(Run.name == name))
    if existing is not None:
        if existing.imported:
            message = f"The run '{name}' was imported, so there is nothing to answer."
            raise Conflict(message, hint="Choose another --name for a new run.")
        _require_same(existing, {"prompt set": prompt_set.name} | given)
        return existing
    fields = {"variants": [spec.name for spec in registry.variants]} | given
    form = {"name": name, "prompt_set_id": prompt_set.id} | fields
    return create_run(session, registry, validate(RunForm, form, title="The run cannot be made."))


def _require_same(run: Run, given: dict[str, Any]) -> None:
    """The same name goes on with the same run, so nothing else may be asked for."""
    kept: dict[str, Any] = {
        "prompt set": run.prompt_set.name,
        "variants": [member.variant.name for member in run.variants],
        "samples": run.samples,
        "seed": run.seed,
    } | {"temperature": None, "max_tokens": None, **run.sampling}
    for key, value in given.items():
        if _in_any_order(value) != _in_any_order(kept[key]):
            has = "each variant's own" if kept[key] is None else _words(kept[key])
            raise Conflict(
                f"There is a run '{run.name}' already; its {key.replace('_', ' ')}: {has}.",
                hint="To go on with it, leave that option out; for a new run, "
                "choose another --name.",
            )


def _in_any_order(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def _words(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _report(session: Session, run_id: int) -> None:
    counts = progress(session, get_run(session, run_id))
    say_answers(counts)
    require_answers(counts)


def say_answers(counts: RunProgress) -> None:
    for variant in counts.variants:
        line = f"{variant.name}: {variant.done} of {variant.total} answers, {variant.state}."
        say(f"{line} {variant.error}" if variant.error else line)


def require_answers(counts: RunProgress) -> None:
    """Raises AppError where one is missing."""
    if counts.due:
        raise AppError(
            f"{counts.due} of {counts.total} answers are missing.",
            hint="Put right what is said above, then run the same command again: it asks only "
            "for what is missing.",
        )

"""`triptych lens`: what the fine-tunes of a run changed, token by token."""

from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.app import configure_logging, root, settings
from app.cli.data import using_database
from app.cli.options import Models
from app.cli.terminal import say
from app.cli.work import complete, opened, until_done
from app.db import Database
from app.engines import EnginePool
from app.errors import AppError, NotFound
from app.lens import (
    Cost,
    LensProgress,
    LensRunner,
    MemberProgress,
    cost_of,
    get_lens,
    lens_progress,
    put_under_lens,
)
from app.registry import Registry, load_registry
from app.runs import list_runs
from app.settings import Settings
from app.tables import Run
from app.wording import counted


@root.command()
def lens(
    run: Annotated[str, typer.Argument(help="Name of a finished run.")],
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Compare the likeliest tokens only, not whole distributions."),
    ] = False,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Only show how much there is to score.")
    ] = False,
    models: Models = None,
) -> None:
    """Score the tokens of a run's tuned variants under their base.

    Each variant passes a self-check first. Ctrl-C stops it. The same command goes on with what is
    missing, and tries again what failed.
    """
    chosen = settings(models_file=models)
    registry = load_registry(chosen.models_file)
    configure_logging(chosen)
    with using_database(chosen) as database:
        with database.reading() as session:
            cost = cost_of(session, find_run(session, run), wants_exact=not quick)
        say(told_cost(cost))
        if estimate:
            return
        with database.writing() as session:
            found = put_under_lens(session, find_run(session, run), registry, wants_exact=not quick)
            lens_id, due = found.id, lens_progress(session, found).due
        if due:
            until_done(_complete(chosen, registry, database, lens_id))
        with database.reading() as session:
            report_lens(session, lens_id)


def find_run(session: Session, name: str) -> Run:
    """Raises NotFound, naming the runs that there are."""
    found = session.scalar(select(Run).where(Run.name == name.strip()))
    if found is None:
        known = ", ".join(f"'{one.name}'" for one in list_runs(session))
        hint = f"The runs: {known}." if known else "There are none yet: triptych run PROMPT_SET"
        raise NotFound(f"There is no run '{name}'.", hint=hint)
    return found


def told_cost(cost: Cost) -> str:
    return (
        f"{counted(cost.answers, 'answer')}, {counted(cost.requests, 'request')}: "
        f"{cost.tokens:,} tokens to read, about {cost.megabytes:,} MB of log-probabilities."
    )


async def _complete(
    settings: Settings, registry: Registry, database: Database, lens_id: int
) -> None:
    async with opened(EnginePool(registry, settings)) as pool:
        runner = LensRunner(database, pool, settings)
        await complete(runner, lens_id, things="scorings", done="scored")


def report_lens(session: Session, lens_id: int) -> None:
    """Raises AppError where something is missing."""
    found = get_lens(session, lens_id)
    counts = lens_progress(session, found)
    for one in counts.variants:
        _say_variant(one)
    require_whole(counts)
    say(f"See it in the browser: /runs/{found.run_id}/lens")


def _say_variant(one: MemberProgress) -> None:
    what = "scored, as a control" if one.member.is_control else "compared with the base"
    say(f"{one.name}: {one.compared} of {one.answers} answers {what}.")
    if one.of_set:
        say(f"{one.name}: {one.borrowed} of {one.answers} answers searched for borrowing.")
    say_reasons(one)


def say_reasons(one: MemberProgress) -> None:
    """Why something of it is missing."""
    for reason in (one.member.refusal, one.member.error, one.member.trained_on.get("error")):
        if reason:
            say(f"{one.name}: {reason}")
    for reason, number in one.failures:
        say(f"{one.name}: {number} failed: {reason}")


def require_whole(counts: LensProgress) -> None:
    """Raises AppError where something is missing."""
    if not any(one.compared for one in counts.variants if not one.member.is_control):
        raise AppError("No answer could be compared.", hint="Put right what is said above.")
    if counts.due:
        raise AppError(
            f"{counts.due} of {counts.total} scorings are missing.",
            hint="Put right what is said above, then run the same command again.",
        )

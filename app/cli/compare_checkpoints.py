"""`triptych compare-checkpoints`: what adapters change of one base, as a table over their steps."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cli.app import configure_logging, root, settings
from app.cli.checkpoint_table import show_checkpoints
from app.cli.data import find_prompt_set, using_database
from app.cli.lens import told_cost
from app.cli.options import Models
from app.cli.terminal import say
from app.cli.work import complete, opened, until_done
from app.db import Database
from app.engines import EnginePool
from app.lens import LensRunner, cost_of, lens_progress, put_under_lens
from app.lens.checkpoints import (
    GREEDY,
    base_for_adapters,
    checkpoint_run,
    find_checkpoint_run,
    require_same_weights,
)
from app.registry import Registry, instruction_set, load_registry, with_adapters
from app.runner import Runner
from app.runs import RunForm, get_run, progress
from app.settings import Settings
from app.tables import Prompt, PromptSet
from app.threads import reading, writing
from app.web.forms import validate
from app.wording import counted


@root.command("compare-checkpoints")
def compare_checkpoints(
    prompt_set: Annotated[str, typer.Argument(help="Name of a prompt set.")],
    adapter: Annotated[
        list[Path],
        typer.Option(
            help="Folder of a PEFT LoRA, or of its checkpoint-* folders; repeat for several."
        ),
    ],
    on: Annotated[
        str | None, typer.Option(help="Base of models.yaml that they are put on; the only one.")
    ] = None,
    variant: Annotated[
        list[str] | None, typer.Option(help="A variant of models.yaml that joins; repeat.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the run; 'PROMPT_SET checkpoints' by default.")
    ] = None,
    trained_on: Annotated[
        Path | None, typer.Option(help="Instruction set that the adapters were trained on.")
    ] = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Compare the likeliest tokens only, not whole distributions."),
    ] = False,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Only show how much there is to do.")
    ] = False,
    models: Models = None,
) -> None:
    """Put adapters on their base under the token lens, and show what changes over training.

    Makes a greedy run of base and adapters, answers it, and scores its tokens. Ctrl-C stops it at
    any stage. The same command goes on.
    """
    chosen = settings(models_file=models)
    registry = load_registry(chosen.models_file)
    base = base_for_adapters(registry, on)
    trained = instruction_set(trained_on) if trained_on else None
    found = with_adapters(registry, base, adapter, trained_on=trained)
    joined = [one for one in variant or () if one != base.name]
    require_same_weights(base, [registry.variant(one) for one in joined])
    names = list(dict.fromkeys([base.name, *found.names, *joined]))
    configure_logging(chosen)
    with using_database(chosen) as database:
        with database.reading() as session:
            form = _form(find_prompt_set(session, prompt_set), name, names)
            say(_cost(session, found.registry, form, wants_exact=not quick))
        if estimate:
            return
        with database.writing() as session:
            run_id = checkpoint_run(session, found.registry, form).id
        until_done(_complete(chosen, found.registry, database, run_id, wants_exact=not quick))
        with database.reading() as session:
            show_checkpoints(session, run_id)
        if found.unnamed:
            say(
                f"{registry.source.name} does not name {', '.join(found.unnamed)}: their answers "
                "can be read and rated all the same, but only this command can ask for more."
            )


def _form(prompt_set: PromptSet, name: str | None, variants: Sequence[str]) -> RunForm:
    fields = {
        "name": f"{prompt_set.name} checkpoints" if name is None else name,
        "prompt_set_id": prompt_set.id,
        "variants": variants,
        "temperature": GREEDY,
    }
    return validate(RunForm, fields, title="The run cannot be made.")


def _cost(session: Session, registry: Registry, form: RunForm, *, wants_exact: bool) -> str:
    run = find_checkpoint_run(session, registry, form)
    if run is not None and not progress(session, run).due:
        return told_cost(cost_of(session, run, wants_exact=wants_exact))
    of_set = select(func.count(Prompt.id)).where(Prompt.prompt_set_id == form.prompt_set_id)
    prompts = session.scalar(of_set) or 0
    specs = [registry.variant(name) for name in form.variants]
    answers = len(specs) * prompts
    longest = max(spec.sampling.max_tokens for spec in specs)
    return (
        f"{counted(len(specs), 'variant')} x {counted(prompts, 'prompt')}: {answers} answers "
        f"of at most {longest} tokens, greedy (temperature 0) whatever models.yaml says; "
        f"then {2 * answers - prompts} scorings."
    )


async def _complete(
    settings: Settings, registry: Registry, database: Database, run_id: int, *, wants_exact: bool
) -> None:
    """Both stages with the same engines."""
    async with opened(EnginePool(registry, settings)) as pool:
        if await reading(database, lambda s: progress(s, get_run(s, run_id)).due):
            await complete(Runner(database, pool, settings), run_id)
        lens_id, due = await writing(
            database, lambda s: _put_under_lens(s, registry, run_id, wants_exact)
        )
        if due:
            runner = LensRunner(database, pool, settings)
            await complete(runner, lens_id, things="scorings", done="scored")


def _put_under_lens(
    session: Session, registry: Registry, run_id: int, wants_exact: bool
) -> tuple[int, int]:
    """The lens, and how much is missing."""
    lens = put_under_lens(session, get_run(session, run_id), registry, wants_exact=wants_exact)
    return lens.id, lens_progress(session, lens).due

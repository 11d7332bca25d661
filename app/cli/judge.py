"""`triptych judge`: a language model judges a study, beside people and never among them."""

from contextlib import suppress
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from app.cli.app import configure_logging, root, settings
from app.cli.data import using_database
from app.cli.export import find_study
from app.cli.options import Models
from app.cli.terminal import say
from app.cli.work import complete, opened, until_done
from app.db import Database
from app.engines import EnginePool
from app.errors import AppError, Conflict
from app.judges import (
    Cost,
    JudgeForm,
    JudgeRunner,
    cost_of,
    create_judge,
    find_judge,
    get_judge,
    judge_progress,
    relation_sentence,
)
from app.registry import Registry, load_registry
from app.settings import Settings
from app.tables import Judge, Study
from app.web.forms import validate
from app.wording import counted


@root.command()
def judge(
    study: Annotated[str, typer.Argument(help="Name of an open or closed study.")],
    variant: Annotated[str, typer.Option("--with", help="The variant of models.yaml that judges.")],
    name: Annotated[
        str, typer.Option(help="Name of the judge; the variant's name by default.")
    ] = "",
    limit: Annotated[
        int | None, typer.Option(min=1, help="Judge so many items only, the first ones.")
    ] = None,
    reasons: Annotated[
        bool, typer.Option("--reasons", help="Ask for reasons first: more tokens, to be read.")
    ] = False,
    accept_relation: Annotated[
        bool,
        typer.Option("--accept-relation", help="Let it judge answers of its own kind."),
    ] = False,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Only show how much there is to ask.")
    ] = False,
    models: Models = None,
) -> None:
    """Let a variant of models.yaml judge a study, each item in both orders of its answers.

    Its judgements are kept apart from people's. Ctrl-C stops it. The same command goes on with what
    is missing, and asks again what failed.
    """
    chosen = settings(models_file=models)
    registry = load_registry(chosen.models_file)
    form = {"variant": variant, "name": name, "most_items": limit}
    form |= {"asks_reasons": reasons, "accepts_relation": accept_relation}
    wanted = validate(JudgeForm, form, title="The judge cannot be made.")
    configure_logging(chosen)
    with using_database(chosen) as database:
        judge_id, cost = _prepare(database, registry, study, wanted, keep=not estimate)
        say(_cost(cost))
        if estimate:
            return
        if cost.requests:
            until_done(_complete(chosen, registry, database, judge_id))
        with database.reading() as session:
            _report(session, judge_id)


class _OnlyLooking(Exception):
    """Undoes what was written to find out."""


def _prepare(
    database: Database, registry: Registry, study: str, form: JudgeForm, *, keep: bool
) -> tuple[int, Cost]:
    """The judge and its cost; nothing of it stays in the database without `keep`."""
    found: list[tuple[int, Cost]] = []
    with suppress(_OnlyLooking), database.writing() as session:
        judge = _judge(session, registry, find_study(session, study), form)
        found.append((judge.id, cost_of(session, judge)))
        if judge.related:
            say(relation_sentence(judge.name, judge.related))
        if not keep:
            raise _OnlyLooking
    return found[0]


def _judge(session: Session, registry: Registry, study: Study, form: JudgeForm) -> Judge:
    """The study's judge of this name, to go on with, or a new one."""
    judge = find_judge(session, study, form.name or form.variant)
    if judge is None:
        return create_judge(session, study, registry, form)
    same = registry.variant(form.variant)
    if (judge.variant.name, judge.variant.content_hash) != (same.name, same.content_hash):
        raise Conflict(
            f"{study.name} has a judge {judge.name} that is another variant, or was before "
            "models.yaml changed.",
            hint="Choose another --name for a new judge.",
        )
    if judge.asks_reasons != form.asks_reasons:
        asked = "asked" if judge.asks_reasons else "not asked"
        hint = "Give the same options, or another --name."
        raise Conflict(f"The judge {judge.name} was {asked} for reasons before.", hint=hint)
    judge.most_items = form.most_items
    return judge


def _cost(cost: Cost) -> str:
    if not cost.requests:
        return "Nothing is missing."
    return (
        f"{counted(cost.requests, 'request')}, two per item: about {cost.prompt_tokens:,} tokens "
        f"of prompts and at most {cost.reply_tokens:,} of replies."
    )


async def _complete(
    settings: Settings, registry: Registry, database: Database, judge_id: int
) -> None:
    async with opened(EnginePool(registry, settings)) as pool:
        runner = JudgeRunner(database, pool, settings)
        await complete(runner, judge_id, things="judgements", done="judged")


def _report(session: Session, judge_id: int) -> None:
    judge = get_judge(session, judge_id)
    counts = judge_progress(session, judge)
    tokens = f"{counts.prompt_tokens:,} tokens read, {counts.completion_tokens:,} written"
    say(f"{judge.name}: {counts.done} of {counts.total} judgements, {judge.state}; {tokens}.")
    if counts.gold_seen:
        say(f"Gold items as expected: {counts.gold_passed} of {counts.gold_seen}.")
    for reason, number in counts.failures:
        say(f"Failed {number} times: {reason}")
    if judge.error:
        say(judge.error)
    if counts.due:
        raise AppError(
            f"{counts.due} of {counts.total} judgements are missing.",
            hint="Put right what is said above, then run the same command again.",
        )
    say(f"See the study's page of judges: /studies/{judge.study_id}/judges")

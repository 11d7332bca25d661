"""The lens on engines' processes that stand in for vLLM's: killed, hanging, out of memory, in
turn."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.db import Database
from app.engines import EnginePool
from app.lens import LensProgress, LensRunner, get_lens, lens_progress, put_under_lens
from app.registry import AdapterSpec, VariantSpec
from app.runner import Batching, Effort, Runner
from app.runs import RunForm, create_run, get_run
from app.tables import Prompt, PromptSet, RunState, VariantKind
from tests.engines.conftest import World, quick_backoff, world  # noqa: F401

Scenario = Callable[[EnginePool, LensRunner], Awaitable[None]]
# Four that the self-check asks with, before those that do something.
PLAIN = ("one", "two", "three", "four")

pytestmark = pytest.mark.usefixtures("quick_backoff")


class Family:
    """base and lora on one engine, full on another, which have answered some prompts."""

    def __init__(
        self,
        database: Database,
        world: World,  # noqa: F811
        *prompts: str,
        **settings: Any,
    ) -> None:
        self.database, self.world, self.settings = database, world, settings
        self.prompts = (*PLAIN, *prompts)
        base = world.variant("base")
        lora = AdapterSpec(id=str(world.folder / "lora"), target_modules=("q_proj",), rank=8)
        world.variants += [
            VariantSpec(name="lora", kind=VariantKind.LORA, weights=base.weights, adapter=lora)
        ]
        shifts = {"full": {"1": 2}}
        full = world.weights("full", shifts=shifts)
        world.variants += [VariantSpec(name="full", kind=VariantKind.FULL, weights=full)]
        self.run_id = self._make_run()
        asyncio.run(self._with_pool(self._answer))

    def _make_run(self) -> int:
        with self.database.writing() as session:
            prompt_set = PromptSet(name="set", content_hash="set")
            prompt_set.prompts = [
                Prompt(position=n, key=str(n), text=text) for n, text in enumerate(self.prompts)
            ]
            session.add(prompt_set)
            session.flush()
            form = RunForm(
                name="run", prompt_set_id=prompt_set.id, variants=["base", "lora", "full"]
            )
            return create_run(session, self.world.registry, form).id

    async def _with_pool(self, act: Callable[[EnginePool], Awaitable[None]]) -> None:
        async with self.world.opened(**self.settings) as pool:
            await act(pool)

    async def _answer(self, pool: EnginePool) -> None:
        runner = Runner(self.database, pool, self.world.settings(**self.settings))
        await runner.start(self.run_id)
        await runner.wait(self.run_id)

    def put(self) -> int:
        with self.database.writing() as session:
            return put_under_lens(session, get_run(session, self.run_id)).id

    def runner(self, pool: EnginePool) -> LensRunner:
        return LensRunner(
            self.database,
            pool,
            self.world.settings(**self.settings),
            effort=Effort(4, back_off=(0, 0, 0)),
            batching=Batching(1, 0.01),
        )

    def through(self, lens_id: int, meanwhile: Scenario | None = None) -> LensProgress:
        async def work(pool: EnginePool) -> None:
            runner = self.runner(pool)
            await runner.start(lens_id)
            if meanwhile:
                await meanwhile(pool, runner)
            await runner.wait(lens_id)

        asyncio.run(self._with_pool(work))
        return self.progress(lens_id)

    def progress(self, lens_id: int) -> LensProgress:
        with self.database.reading() as session:
            found = lens_progress(session, get_lens(session, lens_id))
            assert [one.name for one in found.variants] == ["base", "lora", "full"]
            return found


def pid_of(pool: EnginePool, name: str) -> int:
    [pid] = [one.pid for one in pool.status() if one.name == name]
    assert pid is not None
    return pid


def failures(progress: LensProgress) -> dict[str, int]:
    return {one.name: one.failed for one in progress.variants}


def test_over_http_all_is_compared(database: Database, world: World) -> None:  # noqa: F811
    family = Family(database, world)
    progress = family.through(family.put())
    assert (progress.state, progress.done, progress.due) == (RunState.DONE, 5 * 4, 0)


@pytest.mark.parametrize(("role", "victim"), [("tuned", "full"), ("base", "base")])
def test_an_engine_killed_in_the_middle_costs_no_answer(
    database: Database,
    world: World,  # noqa: F811
    role: str,
    victim: str,
) -> None:
    """A request hangs, whose engine is killed; its successor does not hang."""
    family = Family(database, world, f"hangs as {role}")

    async def kill(pool: EnginePool, runner: LensRunner) -> None:
        await world.until(lambda: world.hanging(victim) > 0)
        world.weights("full", shifts={"full": {"1": 2}}, faults=False)
        world.weights("base", faults=False)
        os.kill(pid_of(pool, victim), signal.SIGKILL)
        if role == "tuned":  # the adapter's hangs, too, on the other engine
            os.kill(pid_of(pool, "base"), signal.SIGKILL)

    progress = family.through(family.put(), kill)
    assert (progress.state, progress.due, progress.failed) == (RunState.DONE, 0, 0)


@pytest.mark.parametrize("role", ["tuned", "base"])
def test_an_answer_that_kills_engines_is_the_only_one_to_fail(
    database: Database,
    world: World,  # noqa: F811
    role: str,
) -> None:
    family = Family(database, world, "five", f"dies as {role}", "six")
    progress = family.through(family.put())
    assert progress.state is RunState.DONE
    # The base scores its own answer in the first pass, and that kills it, too.
    assert failures(progress) == {"base": int(role == "base"), "lora": 1, "full": 1}
    assert all(one.compared == len(family.prompts) - one.failed for one in progress.variants)


def test_out_of_memory(database: Database, world: World) -> None:  # noqa: F811
    family = Family(database, world)
    world.weights("full", log="torch.OutOfMemoryError: CUDA out of memory", exit=1)
    lens_id = family.put()
    progress = family.through(lens_id)
    assert [one.compared for one in progress.variants] == [4, 4, 0]
    assert "ran out of memory" in str(progress.variants[2].member.error)
    world.weights("full", shifts={"full": {"1": 2}})
    progress = family.through(lens_id)
    assert (progress.state, progress.due) == (RunState.DONE, 0)
    assert progress.variants[2].member.error is None


def test_a_slow_engine_is_waited_for(database: Database, world: World) -> None:  # noqa: F811
    family = Family(database, world)
    world.weights("full", shifts={"full": {"1": 2}}, start_delay=1)
    assert family.through(family.put()).due == 0


def test_stopped_while_a_request_hangs_it_ends_at_once(
    database: Database,
    world: World,  # noqa: F811
) -> None:
    family = Family(database, world, "hangs as tuned")
    lens_id = family.put()

    async def stop(pool: EnginePool, runner: LensRunner) -> None:
        await world.until(lambda: world.hanging("base") > 0 and world.hanging("full") > 0)
        await runner.stop(lens_id)

    progress = family.through(lens_id, stop)
    assert progress.state is RunState.STOPPED
    assert 0 < progress.done < progress.total


def test_engines_take_turns_where_they_do_not_fit_together(
    database: Database,
    world: World,  # noqa: F811
) -> None:
    """Each has one turn in a pass."""
    family = Family(database, world, engine_memory_gb=1e-6)
    before = {name: len(world.starts(name)) for name in ("base", "full")}
    progress = family.through(family.put())
    assert (progress.state, progress.due) == (RunState.DONE, 0)
    starts = {name: len(world.starts(name)) - before[name] for name in before}
    assert starts["full"] == 1
    assert starts["base"] <= 2


def test_the_top_20_where_the_engine_gives_no_more(
    database: Database,
    world: World,  # noqa: F811
) -> None:
    family = Family(database, world)
    for name in ("base", "full"):
        world.weights(name, shifts={"lora": {"0": 4}, "full": {"1": 2}}, max_logprobs=20)
        (world.folder / f"weights-{name}" / "config.json").write_text('{"vocab_size": 16}')
    progress = family.through(family.put())
    assert progress.due == 0
    assert not any(one.member.check["exact"] for one in progress.variants)

"""Runs worked through by the runner: every response once, whatever happens on the way."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from app.db import Database, now
from app.engines import PromptInput
from app.errors import AppError, Conflict, EngineError, NotFound
from app.registry import VariantSpec
from app.runner import Runner
from app.runs import (
    RunProgress,
    claim,
    get_run,
    progress,
    release,
    request_seed,
    request_stop,
)
from app.tables import Response, Run, RunFailure, RunState, RunVariant
from tests.runner.fake_engines import FakePool, make_run

MakeRunner = Callable[..., Runner]


def counts(database: Database, run_id: int) -> RunProgress:
    with database.reading() as session:
        return progress(session, get_run(session, run_id))


def states(database: Database, run_id: int) -> dict[str, RunState]:
    return {v.name: v.state for v in counts(database, run_id).variants}


def doubled(database: Database) -> list[Any]:
    keys = (Response.run_variant_id, Response.prompt_id, Response.sample)
    with database.reading() as session:
        return list(session.execute(select(*keys).group_by(*keys).having(func.count() > 1)))


def work_through(runner: Runner, run_id: int) -> None:
    async def scenario() -> None:
        await runner.start(run_id)
        await runner.wait(run_id)

    asyncio.run(scenario())


async def saved(runner: Runner, run_id: int, at_least: int) -> None:
    """Returns once that many requests are committed."""
    async for rate in runner.changes(run_id):
        if rate.saved >= at_least:
            return
    raise AssertionError("the run ended before that")


def stall_after(pool: FakePool, count: int) -> None:
    """Requests after the first `count` stay in flight until they are cancelled."""
    pool.before = lambda variant, prompt: asyncio.Event().wait() if next(turn) > count else None
    turn = iter(range(1, 10**9))


class TestWholeRun:
    def test_every_prompt_variant_and_sample_is_answered_once(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=40, samples=3)
        work_through(make_runner(), run_id)
        result = counts(database, run_id)
        assert (result.state, result.done, result.due) == (RunState.DONE, 40 * 3 * 3, 0)
        assert len(pool.asked) == 40 * 3 * 3
        assert doubled(database) == []
        with database.reading() as session:
            run = get_run(session, run_id)
            assert run.owner is None
            assert run.finished_at is not None

    def test_the_seed_is_the_same_for_every_variant(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=2, samples=2, seed=5)
        work_through(make_runner(), run_id)
        expected = {request_seed(5, key, sample) for key in "01" for sample in (0, 1)}
        for name in ("base", "lora", "full"):
            assert {seed for variant, _, seed in pool.asked if variant == name} == expected

    def test_engines_are_kept_full_and_not_more(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        work_through(make_runner(concurrency=6), make_run(database, prompts=50))
        assert pool.peak == {"w/base": 6, "w/full": 6}

    def test_base_and_adapter_share_the_engines_batches(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=20, variants=["base", "lora"])
        work_through(make_runner(), run_id)
        first_half = Counter(name for name, _, _ in pool.asked[:20])
        assert first_half == {"base": 10, "lora": 10}
        assert pool.starts == {"w/base": 1}

    def test_provenance_is_kept_before_the_first_response(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=1, variants=["base"])
        seen = []

        def look(variant: VariantSpec, prompt: PromptInput) -> None:
            with database.reading() as session:
                seen.append(session.scalars(select(RunVariant.provenance)).one())

        pool.before = look
        work_through(make_runner(), run_id)
        assert seen == [{"vllm_version": "fake", "served": "base"}]

    def test_a_finished_run_asks_nothing_more(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=3)
        work_through(make_runner(), run_id)
        pool.asked.clear()
        pool.starts.clear()
        work_through(make_runner(), run_id)
        assert counts(database, run_id).state is RunState.DONE
        assert (pool.asked, pool.starts) == ([], {})

    def test_an_unknown_run_is_not_found(self, make_runner: MakeRunner) -> None:
        with pytest.raises(NotFound):
            work_through(make_runner(), 77)

    def test_recorded_answers_cannot_be_run(
        self, database: Database, make_runner: MakeRunner
    ) -> None:
        run_id = make_run(database)
        with database.writing() as session:
            get_run(session, run_id).imported = True
        with pytest.raises(AppError, match="recorded elsewhere"):
            work_through(make_runner(), run_id)

    def test_the_rate_counts_down_to_the_end(
        self, database: Database, make_runner: MakeRunner
    ) -> None:
        run_id = make_run(database, prompts=30, variants=["base"])

        async def scenario() -> list[int]:
            runner = make_runner(batch=10)
            await runner.start(run_id)
            left = [rate.due async for rate in runner.changes(run_id)]
            assert runner.rate(run_id) is None
            return left

        left = asyncio.run(scenario())
        assert left[0] == 30
        assert left[-1] == 0
        assert left == sorted(left, reverse=True)


class TestStop:
    def test_what_is_finished_is_kept_and_the_rest_resumes(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=100)

        async def scenario() -> None:
            stall_after(pool, 50)
            runner = make_runner(concurrency=4, batch=7)
            await runner.start(run_id)
            await saved(runner, run_id, 20)
            await runner.stop(run_id)
            stopped = counts(database, run_id)
            assert stopped.state is RunState.STOPPED
            assert set(states(database, run_id).values()) == {RunState.STOPPED}
            assert 20 <= stopped.done == len(pool.asked) <= 50
            pool.before = lambda variant, prompt: None
            await runner.start(run_id)
            await runner.wait(run_id)

        asyncio.run(scenario())
        assert counts(database, run_id).done == 300
        assert len(pool.asked) == 300
        assert doubled(database) == []

    def test_another_process_can_stop_it(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        """A stop request in the database is seen at the next heartbeat."""
        run_id = make_run(database, prompts=5, variants=["base"])
        never = asyncio.Event()

        async def scenario() -> None:
            pool.before = lambda variant, prompt: never.wait()
            runner = make_runner()
            await runner.start(run_id)
            with database.writing() as session:
                request_stop(session, run_id)
            await runner.wait(run_id)

        asyncio.run(scenario())
        result = counts(database, run_id)
        assert (result.state, result.done) == (RunState.STOPPED, 0)

    def test_a_run_that_is_not_running_cannot_be_stopped(
        self, database: Database, make_runner: MakeRunner
    ) -> None:
        run_id = make_run(database)
        with pytest.raises(Conflict, match="pending"):
            asyncio.run(make_runner().stop(run_id))

    def test_closing_the_server_leaves_a_run_that_the_next_one_resumes(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=60)

        async def first() -> None:
            stall_after(pool, 50)
            runner = make_runner(concurrency=4)
            await runner.start(run_id)
            await saved(runner, run_id, 10)
            await runner.close()

        asyncio.run(first())
        closed = counts(database, run_id)
        assert closed.interrupted
        assert closed.done == len(pool.asked) < 180

        async def second() -> list[int]:
            pool.before = lambda variant, prompt: None
            runner = make_runner()
            resumed = await runner.resume_interrupted()
            await runner.wait(run_id)
            return resumed

        assert asyncio.run(second()) == [run_id]
        assert counts(database, run_id).state is RunState.DONE
        assert len(pool.asked) == 180


class TestTwoRunners:
    def test_the_second_is_refused(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=20)

        async def scenario() -> None:
            go = asyncio.Event()
            pool.before = lambda variant, prompt: go.wait()
            one, two = make_runner(), make_runner()
            await one.start(run_id)
            with pytest.raises(Conflict, match="worked on"):
                await two.start(run_id)
            with pytest.raises(Conflict, match="worked on"):
                await one.start(run_id)
            assert await two.resume_interrupted() == []
            go.set()
            await one.wait(run_id)

        asyncio.run(scenario())
        assert len(pool.asked) == 60

    def test_the_same_one_is_refused_when_its_heartbeat_is_late(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        """As when the machine slept, or another process held the database for long."""
        run_id = make_run(database, prompts=20)

        async def scenario() -> None:
            go = asyncio.Event()
            pool.before = lambda variant, prompt: go.wait()
            runner = make_runner()
            await runner.start(run_id)
            with database.writing() as session:
                get_run(session, run_id).heartbeat_at = now() - timedelta(hours=1)
            with pytest.raises(Conflict, match="worked on"):
                await runner.start(run_id)
            go.set()
            await runner.wait(run_id)

        asyncio.run(scenario())
        assert len(pool.asked) == 60

    def test_many_at_once_are_one(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=20)

        async def scenario() -> list[Any]:
            go = asyncio.Event()
            pool.before = lambda variant, prompt: go.wait()
            runners = [make_runner() for _ in range(6)]
            starts = (runner.start(run_id) for runner in runners)
            results = await asyncio.gather(*starts, return_exceptions=True)
            go.set()
            await asyncio.gather(*(runner.wait(run_id) for runner in runners))
            return results

        results = asyncio.run(scenario())
        assert results.count(None) == 1
        assert sum(isinstance(result, Conflict) for result in results) == 5
        assert len(pool.asked) == 60

    def test_one_that_lost_its_run_stops_and_touches_nothing(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=5, variants=["base"])
        never = asyncio.Event()

        async def scenario() -> None:
            pool.before = lambda variant, prompt: never.wait()
            runner = make_runner()
            await runner.start(run_id)
            with database.writing() as session:
                run = get_run(session, run_id)
                assert run.owner is not None
                release(session, run_id, run.owner)
                claim(session, run_id, "another/1/0/x", now())
            await runner.wait(run_id)

        asyncio.run(scenario())
        with database.reading() as session:
            run = get_run(session, run_id)
            assert (run.owner, run.state) == ("another/1/0/x", RunState.RUNNING)


class TestFailures:
    def test_a_variant_that_cannot_start_does_not_sink_the_others(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=5)
        refusal = EngineError(
            "The folder is gone.", hint="Check the path.", fatal=True, log_tail="OSError"
        )
        pool.refusals["full"] = [refusal]
        work_through(make_runner(), run_id)
        full = next(v for v in counts(database, run_id).variants if v.name == "full")
        assert (full.state, full.done) == (RunState.FAILED, 0)
        assert (full.error, full.log_tail) == ("The folder is gone. Check the path.", "OSError")
        assert states(database, run_id)["base"] is states(database, run_id)["lora"] is RunState.DONE
        assert counts(database, run_id).state is RunState.DONE

    def test_an_adapter_that_is_refused_leaves_its_base(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=5)
        pool.refusals["lora"] = [EngineError("No such adapter.", fatal=True)]
        work_through(make_runner(), run_id)
        done, failed = RunState.DONE, RunState.FAILED
        assert states(database, run_id) == {"base": done, "lora": failed, "full": done}

    def test_starting_again_asks_only_for_the_failed_variant(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=5)
        pool.refusals["full"] = [EngineError("Out of memory.", fatal=True)]
        work_through(make_runner(), run_id)
        pool.refusals.clear()
        pool.asked.clear()
        work_through(make_runner(), run_id)
        assert {name for name, _, _ in pool.asked} == {"full"}
        assert counts(database, run_id).due == 0
        assert all(v.error is None for v in counts(database, run_id).variants)

    def test_a_run_without_any_answer_has_failed(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=5)
        for name in ("base", "lora", "full"):
            pool.refusals[name] = [EngineError("No vLLM here.", fatal=True)]
        work_through(make_runner(), run_id)
        assert counts(database, run_id).state is RunState.FAILED

    def test_a_prompt_that_is_refused_is_noted_and_asked_again_next_time(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=5, variants=["base"])

        def refuse(variant: VariantSpec, prompt: PromptInput) -> None:
            if prompt.text == "question 3":
                raise AppError("The prompt is too long.")

        pool.before = refuse
        work_through(make_runner(), run_id)
        result = counts(database, run_id)
        assert (result.state, result.done, result.failed) == (RunState.DONE, 4, 1)
        error = result.variants[0].error
        assert error == "1 requests failed. The first: The prompt is too long."
        pool.before = lambda variant, prompt: None
        work_through(make_runner(), run_id)
        result = counts(database, run_id)
        assert (result.done, result.failed, result.variants[0].error) == (5, 0, None)

    def test_a_key_that_is_refused_ends_the_variant_at_once(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=50, variants=["base", "full"])

        def refuse(variant: VariantSpec, prompt: PromptInput) -> None:
            if variant.name == "full":
                raise EngineError("The endpoint refuses the key.", fatal=True)

        pool.before = refuse
        work_through(make_runner(concurrency=4), run_id)
        assert states(database, run_id) == {"base": RunState.DONE, "full": RunState.FAILED}
        assert pool.starts["w/full"] == 1

    def test_a_defect_ends_the_run_with_a_message_and_can_be_resumed(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=5, variants=["base"])

        def break_(variant: VariantSpec, prompt: PromptInput) -> None:
            raise ZeroDivisionError

        pool.before = break_
        work_through(make_runner(), run_id)
        result = counts(database, run_id)
        assert result.state is RunState.FAILED
        assert "unexpected error" in (result.variants[0].error or "")
        pool.before = lambda variant, prompt: None
        work_through(make_runner(), run_id)
        assert counts(database, run_id).state is RunState.DONE


class TestEngineDeath:
    def test_requests_in_flight_are_asked_again(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=50)

        deaths = iter((20, 80))
        at = [next(deaths)]

        def die_twice(variant: VariantSpec, prompt: PromptInput) -> None:
            if variant.name != "full" and len(pool.asked) >= at[0]:
                at[0] = next(deaths, 10**9)
                pool.kill("w/base")

        pool.before = die_twice
        work_through(make_runner(concurrency=4), run_id)
        result = counts(database, run_id)
        assert (result.state, result.done, result.failed) == (RunState.DONE, 150, 0)
        assert doubled(database) == []
        assert pool.starts["w/base"] == 3
        assert pool.starts["w/full"] == 1
        assert pool.proofs == 2

    def test_the_prompt_that_kills_engines_is_the_only_failure(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=200, variants=["base"])

        def poison(variant: VariantSpec, prompt: PromptInput) -> None:
            if prompt.text == "question 100":
                pool.kill("w/base")

        pool.before = poison
        work_through(make_runner(concurrency=64), run_id)
        result = counts(database, run_id)
        assert (result.done, result.failed, result.state) == (199, 1, RunState.DONE)
        assert pool.starts["w/base"] == 4
        with database.reading() as session:
            failure = session.scalars(select(RunFailure)).one()
        assert failure.message.startswith("The engine failed 3 times on this prompt.")

    def test_an_adapter_that_kills_the_engine_is_given_up_and_its_base_finishes(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=100, variants=["base", "lora"])

        def poison(variant: VariantSpec, prompt: PromptInput) -> None:
            if variant.name == "lora":
                pool.kill("w/base")

        pool.before = poison
        work_through(make_runner(concurrency=16), run_id)
        by_name = {v.name: v for v in counts(database, run_id).variants}
        assert by_name["base"].done == 100
        assert by_name["lora"].state is RunState.FAILED
        assert pool.starts["w/base"] < 20

    def test_an_engine_that_never_works_is_given_up(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=100, variants=["base"])
        pool.before = lambda variant, prompt: pool.kill("w/base")
        work_through(make_runner(), run_id)
        result = counts(database, run_id)
        assert (result.state, result.done) == (RunState.FAILED, 0)
        [base] = result.variants
        assert (base.error, base.log_tail) == ("Engine w/base died.", "Killed")
        assert pool.starts["w/base"] == 2 + 3  # twice in company, then three prompts alone

    def test_a_start_that_fails_for_now_is_tried_again(
        self, database: Database, make_runner: MakeRunner, pool: FakePool
    ) -> None:
        run_id = make_run(database, prompts=5, variants=["full"])
        fails = [EngineError("Not enough memory yet.") for _ in range(2)]

        async def scenario() -> None:
            pool.refusals["full"] = fails
            runner = make_runner()
            original = pool.lease

            def lease(variant: VariantSpec) -> Any:
                if len(fails) == 1:
                    pool.refusals.clear()
                return original(variant)

            pool.lease = lease  # type: ignore[method-assign]
            await runner.start(run_id)
            await runner.wait(run_id)

        asyncio.run(scenario())
        assert counts(database, run_id).done == 5


def test_a_dead_database_session_leaves_no_half_batch(
    database: Database, make_runner: MakeRunner, pool: FakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit that fails ends the run with an error; the resumed run has everything once."""
    run_id = make_run(database, prompts=30, variants=["base"])
    from app.runner import ledger

    original, calls = ledger.save_batch, []

    def fail_once(*args: Any, **named: Any) -> None:
        original(*args, **named)
        calls.append(1)
        if len(calls) == 2:
            raise OSError("disk full")

    monkeypatch.setattr(ledger, "save_batch", fail_once)
    work_through(make_runner(batch=8), run_id)
    failed = counts(database, run_id)
    assert failed.done == 8
    assert "disk full" in (failed.variants[0].error or "")
    work_through(make_runner(batch=8), run_id)
    assert counts(database, run_id).done == 30
    with database.reading() as session:
        assert session.get_one(Run, run_id).state is RunState.DONE


def test_a_long_import_elsewhere_only_delays_a_run(
    database: Database,
    make_runner: MakeRunner,
    pool: FakePool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    run_id = make_run(database, prompts=30, variants=["base"])
    database.dispose()  # connections are made anew, with less patience
    impatient = {"timeout": 0.01, "isolation_level": None}
    event.listen(database.engine, "do_connect", lambda *given: given[3].update(impatient))
    begun = asyncio.Event()
    pool.before = lambda variant, prompt: begun.wait()

    async def scenario() -> None:
        runner = make_runner()
        await runner.start(run_id)
        with database.writing() as elsewhere:
            elsewhere.connection()  # takes the lock
            begun.set()
            while "waiting on" not in caplog.text:
                await asyncio.sleep(0.01)
        await runner.wait(run_id)

    asyncio.run(scenario())
    assert counts(database, run_id).done == 30
    assert states(database, run_id) == {"base": RunState.DONE}

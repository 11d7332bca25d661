"""A lens at work on engines of this process: what is asked, kept, retried and resumed."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import ORMExecuteState

from app.db import Database
from app.errors import AppError, Conflict, EngineError, NotFound
from app.lens import LensRunner, find_lens, get_lens, put_under_lens, variant_lens
from app.runs import delete_run, get_run
from app.tables import Lens, LensVariant, Response, RunState, TokenShift
from tests.engines.language import PROMPT
from tests.lens.scripted import Asked, ScriptedLens

ANSWERS = 6  # of each of three variants; the base's take one scoring, the others' two
WHOLE = 5 * ANSWERS

Stage = Callable[[Asked], bool]


def own(asked: Asked) -> bool:
    """The first pass, of a tuned variant."""
    return asked.name != "base"


def of_base(scripted: ScriptedLens) -> Stage:
    """The second pass: the base scores what it would not have said."""
    control = tuple(scripted.language.answer("base"))
    return lambda asked: asked.name == "base" and asked.token_ids != control


def stages(scripted: ScriptedLens) -> dict[str, Stage]:
    return {"own": own, "base": of_base(scripted)}


def state_of(database: Database, lens_id: int) -> tuple[RunState, str | None]:
    with database.reading() as session:
        lens = get_lens(session, lens_id)
        return lens.state, lens.error


def members(database: Database, lens_id: int) -> dict[str, tuple[RunState, str | None]]:
    """State and error of each variant."""
    with database.reading() as session:
        found = get_lens(session, lens_id).variants
        return {one.run_variant.variant.name: (one.state, one.error) for one in found}


def rows(database: Database) -> list[TokenShift]:
    with database.reading() as session:
        return list(session.scalars(select(TokenShift).order_by(TokenShift.id)))


def is_whole(scripted: ScriptedLens, lens_id: int) -> bool:
    """Every answer scored once under each, and the work given up."""
    progress = scripted.progress(lens_id)
    once = [one.response_id for one in rows(scripted.database)]
    with scripted.database.reading() as session:
        owner = get_lens(session, lens_id).owner
    return (
        (progress.state, progress.done, progress.due, progress.failed)
        == (RunState.DONE, WHOLE, 0, 0)
        and len(once) == len(set(once)) == 3 * ANSWERS
        and owner is None
    )


def stall(scripted: ScriptedLens, stage: Stage, after: int) -> list[Asked]:
    """Scorings of the stage after the first `after` are never answered. -> Those, as they come."""
    seen, waiting = iter(range(10**6)), list[Asked]()

    async def before(asked: Asked) -> None:
        if stage(asked) and next(seen) >= after:
            waiting.append(asked)
            await asyncio.Event().wait()

    scripted.engines.before = before
    return waiting


async def saved(runner: LensRunner, lens_id: int, at_least: int) -> None:
    async for rate in runner.changes(lens_id):
        if rate.saved >= at_least:
            return
    raise AssertionError("the lens ended before that")


class TestWhole:
    def test_every_answer_is_scored_once_under_its_variant_and_once_under_the_base(
        self, scripted: ScriptedLens
    ) -> None:
        lens_id = scripted.put()
        scripted.work(lens_id)
        assert is_whole(scripted, lens_id)
        asked = Counter((one.name, one.prompt, one.token_ids) for one in scripted.engines.asked)
        assert len(asked) == WHOLE
        assert set(asked.values()) == {1}

    def test_first_all_under_their_own_then_all_under_the_base(
        self, scripted: ScriptedLens
    ) -> None:
        scripted.work(scripted.put())
        stage = of_base(scripted)
        order = [stage(one) for one in scripted.engines.asked]
        assert order == sorted(order)

    def test_each_engine_has_one_turn_in_a_pass(self, scripted: ScriptedLens) -> None:
        scripted.work(scripted.put())
        starts = {name.rsplit("/", 1)[1]: n for name, n in scripted.pool.starts.items()}
        assert starts == {"base": 2, "full": 1}

    def test_again_asks_for_nothing_and_starts_no_engine(self, scripted: ScriptedLens) -> None:
        lens_id = scripted.put()
        scripted.work(lens_id)
        scripted.engines.asked.clear()
        scripted.pool.starts.clear()
        assert scripted.put() == lens_id
        scripted.work(lens_id)
        assert (scripted.engines.asked, scripted.pool.starts) == ([], {})
        assert is_whole(scripted, lens_id)
        assert {state for state, _ in members(scripted.database, lens_id).values()} == {
            RunState.DONE
        }

    def test_put_under_the_lens_again_what_is_done_stays_done(self, scripted: ScriptedLens) -> None:
        lens_id = scripted.put()
        scripted.work(lens_id)
        scripted.put()
        assert {state for state, _ in members(scripted.database, lens_id).values()} == {
            RunState.DONE
        }

    def test_answers_without_ids_fail_with_the_reason(self, scripted: ScriptedLens) -> None:
        with scripted.database.writing() as session:
            run = get_run(session, scripted.run_id)
            of_lora = Response.run_variant_id == run.variants[1].id
            session.scalars(select(Response).where(of_lora)).first().token_ids = []
        progress = scripted.work(scripted.put())
        assert (progress.failed, progress.due) == (1, 0)  # no further attempt would have them
        [lora] = [one for one in progress.variants if one.name == "lora"]
        assert lora.failures == (
            ("The answer has no token ids: its server did not return them.", 1),
        )

    def test_an_unknown_lens_is_not_found(self, scripted: ScriptedLens) -> None:
        with pytest.raises(NotFound):
            scripted.work(77)


class TestSamples:
    def test_all_of_them_are_compared(self, database: Database, tmp_path: Path) -> None:
        scripted = ScriptedLens(database, tmp_path, prompts=3, samples=2)
        progress = scripted.work(scripted.put())
        assert [one.compared for one in progress.variants] == [6, 6, 6]


class TestControl:
    """Where the base has a prompt format of its own, it scores the answer after that, too."""

    @pytest.fixture
    def scripted(self, database: Database, tmp_path: Path) -> ScriptedLens:
        return ScriptedLens(database, tmp_path, prompts=3, formats={"base": PROMPT - 2})

    def test_answers_are_scored_after_their_own_prompt_and_after_the_bases(
        self, scripted: ScriptedLens
    ) -> None:
        scripted.work(scripted.put())
        ids = tuple(scripted.language.answer("lora"))
        own, other = (
            {(one.prompt, one.format) for one in asked if one.token_ids == ids}
            for asked in (scripted.engines.asked, scripted.engines.again)
        )
        assert own == {(prompt, PROMPT) for prompt in range(3)}
        assert other == {(prompt, PROMPT - 2) for prompt in range(3)}

    def test_its_ranks_and_shares_are_kept_beside(self, scripted: ScriptedLens) -> None:
        lens_id = scripted.put()
        scripted.work(lens_id)
        with scripted.database.reading() as session:
            lenses = [variant_lens(session, one) for one in get_lens(session, lens_id).variants]
        base, lora, full = lenses
        assert base.control is None  # it is in its own format
        for lens in (lora, full):
            assert lens.control is not None
            assert lens.control.overall.shifted.value == lens.shares.overall.shifted.value

    def test_without_it_where_the_base_has_no_such_answer(self, scripted: ScriptedLens) -> None:
        scripted.take_answer()
        progress = scripted.work(scripted.put())
        assert (progress.due, [one.compared for one in progress.variants]) == (0, [2, 3, 3])
        without = [one for one in rows(scripted.database) if one.control_ranks is None]
        assert len(without) == 2 + 2  # the base's own answers, and one of each tuned variant

    def test_with_it_once_the_base_has_answered(self, scripted: ScriptedLens) -> None:
        give_back = scripted.take_answer()
        scripted.work(scripted.put())
        give_back()
        before = len(scripted.engines.asked)
        progress = scripted.work(scripted.put())
        assert (progress.due, [one.compared for one in progress.variants]) == (0, [3, 3, 3])
        without = [one for one in rows(scripted.database) if one.control_ranks is None]
        assert len(without) == 3  # the base's own answers
        assert len(scripted.engines.asked) - before == 1 + 2 + 2  # of that prompt, nothing else

    def test_ids_are_held_against_each_other_as_texts(self, scripted: ScriptedLens) -> None:
        """PostgreSQL has no operator for JSON."""
        scripted.put()
        said: list[str] = []

        def note(execution: ORMExecuteState) -> None:
            said.append(str(execution.statement.compile(dialect=postgresql.dialect())))

        with scripted.database.writing() as session:
            event.listen(session, "do_orm_execute", note)
            put_under_lens(session, get_run(session, scripted.run_id), scripted.registry)
        [forgets] = {one for one in said if one.startswith("DELETE FROM token_shifts")}
        assert forgets.count("AS TEXT)") == 2


@pytest.mark.parametrize("stage", ["own", "base"])
class TestStoppingAndResuming:
    """In the middle of either pass."""

    def through(
        self,
        scripted: ScriptedLens,
        stage: str,
        end: Callable[[LensRunner, int], Coroutine[Any, Any, None]],
    ) -> tuple[int, int]:
        """-> (the lens, scorings saved): three of the stage are answered, then it ends."""
        lens_id = scripted.put()
        waiting = stall(scripted, stages(scripted)[stage], after=3)
        in_flight = 4 if stage == "own" else 2  # two on each engine

        async def scenario() -> None:
            runner = scripted.runner(concurrency=2, batch=1)
            await runner.start(lens_id)
            while len(waiting) < in_flight:
                await asyncio.sleep(0)
            await saved(runner, lens_id, len(scripted.engines.asked))
            await end(runner, lens_id)

        asyncio.run(scenario())
        return lens_id, scripted.progress(lens_id).done

    def test_stopped_it_keeps_what_it_has_and_goes_on_later(
        self, scripted: ScriptedLens, stage: str
    ) -> None:
        lens_id, done = self.through(scripted, stage, lambda runner, it: runner.stop(it))
        assert state_of(scripted.database, lens_id) == (RunState.STOPPED, None)
        assert done == len(scripted.engines.asked) < WHOLE
        scripted.engines.before = lambda asked: None
        scripted.work(lens_id)
        assert is_whole(scripted, lens_id)
        assert len(scripted.engines.asked) == WHOLE

    def test_a_server_that_ends_leaves_it_to_the_next_one(
        self, scripted: ScriptedLens, stage: str
    ) -> None:
        lens_id, _ = self.through(scripted, stage, lambda runner, it: runner.close())
        assert scripted.progress(lens_id).interrupted
        scripted.engines.before = lambda asked: None

        async def resume() -> None:
            runner = scripted.runner()
            assert await runner.resume_interrupted() == [lens_id]
            await runner.wait(lens_id)

        asyncio.run(resume())
        assert is_whole(scripted, lens_id)
        assert len(scripted.engines.asked) == WHOLE


@pytest.mark.parametrize("stage", ["own", "base"])
class TestDeath:
    """Of an engine in the middle of either pass."""

    def test_it_costs_no_answer(self, scripted: ScriptedLens, stage: str) -> None:
        chosen, seen = stages(scripted)[stage], iter(range(10**6))

        def before(asked: Asked) -> None:
            if chosen(asked) and next(seen) in (2, 9):
                scripted.pool.kill("full" if asked.name == "full" else "base")

        scripted.engines.before = before
        lens_id = scripted.put()
        scripted.work(lens_id)
        assert is_whole(scripted, lens_id)
        assert len(scripted.engines.asked) == WHOLE

    def test_an_answer_that_kills_engines_is_the_only_one_to_fail(
        self, scripted: ScriptedLens, stage: str
    ) -> None:
        chosen = stages(scripted)[stage]
        ids = tuple(scripted.language.answer("lora"))

        def before(asked: Asked) -> None:
            if chosen(asked) and (asked.prompt, asked.token_ids) == (2, ids):
                scripted.pool.kill("base")

        scripted.engines.before = before
        lens_id = scripted.put()
        progress = scripted.work(lens_id)
        assert (progress.state, progress.failed) == (RunState.DONE, 1)
        assert progress.due == 2  # failed under the base it is scored anew under its own, too
        [lora] = [one for one in progress.variants if one.name == "lora"]
        assert lora.compared == ANSWERS - 1
        [(reason, _)] = lora.failures
        assert reason.startswith("The engine failed 3 times on this answer.")

    def test_failures_are_tried_again_by_the_next_start(
        self, scripted: ScriptedLens, stage: str
    ) -> None:
        chosen = stages(scripted)[stage]

        def before(asked: Asked) -> None:
            if chosen(asked) and asked.prompt == 2:
                raise AppError("The engine refuses this prompt: too long.")

        scripted.engines.before = before
        lens_id = scripted.put()
        assert scripted.work(lens_id).failed == 2
        scripted.engines.before = lambda asked: None
        scripted.work(lens_id)
        assert is_whole(scripted, lens_id)

    def test_an_engine_that_always_dies_fails_what_it_serves_and_the_rest_goes_on(
        self, scripted: ScriptedLens, stage: str
    ) -> None:
        chosen = stages(scripted)[stage]
        full = tuple(scripted.language.answer("full"))

        def before(asked: Asked) -> None:
            if chosen(asked) and asked.token_ids == full:
                scripted.pool.kill(asked.name)

        scripted.engines.before = before
        lens_id = scripted.put()
        scripted.work(lens_id)
        found = members(scripted.database, lens_id)
        assert found["lora"] == (RunState.DONE, None)
        assert found["full"][0] is RunState.FAILED
        assert "died" in str(found["full"][1])
        assert state_of(scripted.database, lens_id)[0] is RunState.DONE


class TestEnginesThatDoNotStart:
    def test_out_of_memory_is_said_and_the_other_engines_answers_are_scored(
        self, scripted: ScriptedLens
    ) -> None:
        error = EngineError("The engine ran out of memory.", fatal=True, log_tail="bad_alloc")
        scripted.pool.refusals["full"] = [error]
        lens_id = scripted.put()
        progress = scripted.work(lens_id)
        assert progress.due == 2 * ANSWERS
        found = members(scripted.database, lens_id)
        assert found["full"] == (RunState.FAILED, "The engine ran out of memory.")
        assert found["lora"] == (RunState.DONE, None)
        with scripted.database.reading() as session:
            tails = session.scalars(select(LensVariant.log_tail)).all()
        assert tails.count("bad_alloc") == 1

    def test_a_variant_given_up_is_tried_again_by_the_next_start(
        self, scripted: ScriptedLens
    ) -> None:
        scripted.pool.refusals["full"] = [EngineError("Too little memory.", fatal=True)]
        lens_id = scripted.put()
        scripted.work(lens_id)
        del scripted.pool.refusals["full"]
        scripted.work(lens_id)
        assert is_whole(scripted, lens_id)
        assert members(scripted.database, lens_id)["full"] == (RunState.DONE, None)

    def test_no_base_engine_no_result(self, scripted: ScriptedLens) -> None:
        for name in ("base", "lora"):
            scripted.pool.refusals[name] = [EngineError("No such weights.", fatal=True)]
        lens_id = scripted.put()
        scripted.work(lens_id)
        assert state_of(scripted.database, lens_id)[0] is RunState.FAILED
        assert {one.base_ranks for one in rows(scripted.database)} == {None}
        # What the full fine-tune's engine has scored is kept for the next start.
        assert len(rows(scripted.database)) == ANSWERS

    def test_a_defect_ends_it_with_an_error(self, scripted: ScriptedLens) -> None:
        def before(_: Asked) -> None:
            raise ZeroDivisionError

        scripted.engines.before = before
        lens_id = scripted.put()
        scripted.work(lens_id)
        state, error = state_of(scripted.database, lens_id)
        assert state is RunState.FAILED
        assert "The lens ended by an unexpected error" in str(error)


class TestTwoProcesses:
    def test_the_second_is_refused(self, scripted: ScriptedLens) -> None:
        lens_id = scripted.put()
        stall(scripted, own, after=0)

        async def scenario() -> None:
            mine, other = scripted.runner(), scripted.runner()
            await mine.start(lens_id)
            for runner in (mine, other):
                with pytest.raises(Conflict, match="being scored"):
                    await runner.start(lens_id)
            assert await other.resume_interrupted() == []
            with pytest.raises(Conflict, match="being scored"):
                scripted.put()
            await mine.close()

        asyncio.run(scenario())

    def test_what_is_not_at_work_cannot_be_stopped(self, scripted: ScriptedLens) -> None:
        lens_id = scripted.put()
        with pytest.raises(Conflict, match="nothing to stop"):
            asyncio.run(scripted.runner().stop(lens_id))


class TestDeletingTheRun:
    def test_the_lens_goes_with_it(self, scripted: ScriptedLens) -> None:
        scripted.work(scripted.put())
        with scripted.database.writing() as session:
            delete_run(session, scripted.run_id)
        with scripted.database.reading() as session:
            for table in (Lens, LensVariant, TokenShift):
                assert session.scalar(select(func.count()).select_from(table)) == 0

    def test_not_while_it_is_at_work(self, scripted: ScriptedLens) -> None:
        lens_id = scripted.put()
        stall(scripted, own, after=0)

        def delete() -> None:
            with scripted.database.writing() as session:
                delete_run(session, scripted.run_id)

        async def scenario() -> None:
            runner = scripted.runner()
            await runner.start(lens_id)
            with pytest.raises(Conflict, match="being scored"):
                await asyncio.to_thread(delete)
            await runner.stop(lens_id)

        asyncio.run(scenario())
        delete()
        with scripted.database.reading() as session:
            assert session.scalar(select(func.count()).select_from(Lens)) == 0


def test_a_run_has_one_lens(scripted: ScriptedLens) -> None:
    lens_id = scripted.put()
    assert scripted.put(wants_exact=False) == lens_id
    with scripted.database.reading() as session:
        lens = find_lens(session, get_run(session, scripted.run_id))
        assert lens is not None
        assert (lens.id, lens.wants_exact) == (lens_id, False)

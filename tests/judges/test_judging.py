"""A judge at work on engines of this process: what is asked, kept, retried and resumed."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app.db import Database
from app.errors import AppError, Conflict, EngineError
from app.judges import JudgeRunner, get_judge
from app.studies import close_study, study_progress
from app.tables import (
    Account,
    Assignment,
    Item,
    Judge,
    Judgement,
    JudgeReply,
    RaterKind,
    RunState,
    Study,
)
from tests.judges.scripted import Asked, ScriptedJudge, generation, preferring, saying

MakeStudy = Callable[..., int]


def first(_: Asked) -> str:
    return saying("1")


def stored(database: Database) -> list[tuple[int, list[int], str, RaterKind]]:
    """Of every judgement: item, responses by slot, outcome on factuality, kind of the rater."""
    with database.reading() as session:
        return [
            (
                one.item_id,
                [slot.response_id for slot in one.slots],
                str(one.judgements[-1].verdicts[0].outcome),
                one.account.rater_kind,
            )
            for one in session.scalars(select(Assignment).order_by(Assignment.id))
        ]


def state_of(database: Database, judge_id: int) -> tuple[RunState, str | None]:
    with database.reading() as session:
        judge = get_judge(session, judge_id)
        return judge.state, judge.error


class TestJudging:
    def test_every_item_is_judged_in_both_orders(
        self, database: Database, make_study: MakeStudy
    ) -> None:
        judge = ScriptedJudge(database, first)
        progress = judge.work(judge.make(make_study(prompts=6)))
        assert (progress.done, progress.total, progress.failed) == (12, 12, 0)
        orders: dict[int, list[list[int]]] = {}
        for item, responses, outcome, kind in stored(database):
            orders.setdefault(item, []).append(responses)
            assert (outcome, kind) == ("ranked", RaterKind.JUDGE)
        assert len(orders) == 6
        assert all(one == two[::-1] for one, two in orders.values())

    def test_the_first_order_is_drawn(self, database: Database, make_study: MakeStudy) -> None:
        judge = ScriptedJudge(database, first)
        judge_id = judge.make(make_study(prompts=40))
        judge.work(judge_id)
        with database.reading() as session:
            drawn = get_judge(session, judge_id).drawn_id
            mine = select(Assignment).where(Assignment.account_id == drawn)
            leading = Counter(
                one.slots[0].response.run_variant.variant.name for one in session.scalars(mine)
            )
        assert min(leading.values()) >= 8  # of 40 fair draws: less has a chance of 1 in 10,000

    def test_it_asks_greedily_with_room_for_the_reply(
        self, database: Database, make_study: MakeStudy
    ) -> None:
        judge = ScriptedJudge(database, first)
        judge.work(judge.make(make_study(prompts=1)))
        assert {one.sampling.temperature for one in judge.asked} == {0.0}
        assert all(one.sampling.max_tokens >= 512 for one in judge.asked)

    def test_every_reply_is_kept_word_for_word(
        self, database: Database, make_study: MakeStudy
    ) -> None:
        judge = ScriptedJudge(database, lambda _: f"Well: {saying('tie_bad')} I think.")
        progress = judge.work(judge.make(make_study(prompts=2)))
        assert (progress.prompt_tokens, progress.completion_tokens) == (400, 80)
        with database.reading() as session:
            replies = session.scalars(select(JudgeReply)).all()
        assert {one.text for one in replies} == {f"Well: {saying('tie_bad')} I think."}
        assert {one.failure for one in replies} == {None}
        assert {len(one.prompt_hash) for one in replies} == {64}

    def test_ties_and_cannot_judge(self, database: Database, make_study: MakeStudy) -> None:
        judge = ScriptedJudge(database, lambda _: saying("tie_good", "cannot_judge"))
        judge.work(judge.make(make_study(prompts=1)))
        with database.reading() as session:
            [one, two] = session.scalars(select(Judgement))
            said = [[verdict.outcome for verdict in judgement.verdicts] for judgement in (one, two)]
        assert said == [["tie_good", "cannot_judge"]] * 2

    def test_so_many_items_at_most(self, database: Database, make_study: MakeStudy) -> None:
        judge = ScriptedJudge(database, first)
        judge_id = judge.make(make_study(prompts=6), most_items=2)
        assert judge.work(judge_id).total == 4
        with database.reading() as session:
            items = session.scalars(select(Item.position).join(Assignment).distinct()).all()
        assert sorted(items) == [0, 1]

    def test_a_closed_study_is_judged_too(self, database: Database, make_study: MakeStudy) -> None:
        study_id = make_study(prompts=2)
        with database.writing() as session:
            close_study(session.get_one(Study, study_id))
        judge = ScriptedJudge(database, first)
        assert judge.work(judge.make(study_id)).done == 4

    def test_a_study_is_no_further_by_it(self, database: Database, make_study: MakeStudy) -> None:
        study_id = make_study(prompts=2)
        judge = ScriptedJudge(database, first)
        judge.work(judge.make(study_id))
        with database.reading() as session:
            progress = study_progress(session, session.get_one(Study, study_id))
        assert (progress.done, progress.wanted) == (0, 2)

    def test_two_judges_do_not_mix(self, database: Database, make_study: MakeStudy) -> None:
        study_id = make_study(prompts=3)
        one, two = ScriptedJudge(database, first), ScriptedJudge(database, first)
        ids = one.make(study_id), two.make(study_id, name="another")
        assert one.work(ids[0]).done == 6
        assert two.progress(ids[1]).done == 0
        assert two.work(ids[1]).done == 6
        with database.reading() as session:
            judging = select(func.count(Account.id)).where(Account.rater_kind == RaterKind.JUDGE)
            assert session.scalar(judging) == 4


class TestFailures:
    @pytest.mark.parametrize(
        ("reply", "reason"),
        [
            ("", "There is no JSON object with the criteria in the reply."),
            ("I cannot help with that.", "There is no JSON object with the criteria in the reply."),
            ('{"factuality": {"outcome": "1"', "There is no JSON object"),
            ("[" * 100_000, "There is no JSON object"),
            ('{"factuality": {"outcome": "1", "ratings": {"1": 9, "2": 3}}}', "score Answer 1"),
            (saying("better"), "Factuality: say which answer is better."),
        ],
    )
    def test_what_cannot_be_read_is_counted_with_its_reason(
        self, database: Database, make_study: MakeStudy, reply: str, reason: str
    ) -> None:
        judge = ScriptedJudge(database, lambda _: reply)
        judge_id = judge.make(make_study(prompts=1))
        progress = judge.work(judge_id)
        assert (progress.done, progress.failed) == (0, 2)
        [(said, count)] = progress.failures
        assert reason in said
        assert count == 2
        assert state_of(database, judge_id)[0] is RunState.DONE
        assert stored(database) == []

    def test_a_reply_that_was_cut_off_says_so(
        self, database: Database, make_study: MakeStudy
    ) -> None:
        judge = ScriptedJudge(database, lambda _: generation('{"factuality": {', "length"))
        progress = judge.work(judge.make(make_study(prompts=1)))
        assert progress.failures[0][0].startswith("The reply was cut off after 20 tokens.")

    def test_an_item_that_is_too_long_fails_alone(
        self, database: Database, make_study: MakeStudy
    ) -> None:
        def mind(asked: Asked) -> str:
            if "mere 1 known" in asked.prompt:
                raise AppError("The engine refuses this prompt: at most 4096 tokens.")
            return saying("1")

        judge = ScriptedJudge(database, mind)
        progress = judge.work(judge.make(make_study(prompts=3)))
        assert (progress.done, progress.failed) == (4, 2)
        assert progress.failures == (("The engine refuses this prompt: at most 4096 tokens.", 2),)

    def test_the_same_again_asks_only_for_what_failed(
        self, database: Database, make_study: MakeStudy
    ) -> None:
        replies = iter(["no", *[saying("1")] * 5])
        judge = ScriptedJudge(database, lambda _: next(replies))
        judge_id = judge.make(make_study(prompts=2))
        assert judge.work(judge_id).failed == 1
        progress = judge.work(judge_id)
        assert (progress.done, progress.failed, progress.failures) == (4, 0, ())
        assert len(judge.asked) == 5
        with database.reading() as session:
            assert session.scalar(select(func.count(JudgeReply.id))) == 5
            assert session.scalar(select(func.count(Judgement.id))) == 4

    def test_an_engine_that_dies_costs_no_judgement(
        self, database: Database, make_study: MakeStudy
    ) -> None:
        judge = ScriptedJudge(database, first)

        def mind(asked: Asked) -> str:
            if judge.turn in (3, 9):
                judge.pool.kill("w/owl")
            return saying("1")

        judge.mind = mind
        progress = judge.work(judge.make(make_study(prompts=8)))
        assert (progress.done, progress.failed) == (16, 0)
        assert judge.pool.starts["w/owl"] == 3

    def test_an_item_that_kills_engines_is_the_only_one_to_fail(
        self, database: Database, make_study: MakeStudy
    ) -> None:
        judge = ScriptedJudge(database, first)

        def mind(asked: Asked) -> str:
            if "mere 2 known" in asked.prompt:
                judge.pool.kill("w/owl")
            return saying("1")

        judge.mind = mind
        progress = judge.work(judge.make(make_study(prompts=6)))
        assert (progress.done, progress.failed) == (10, 2)
        assert "The engine failed 3 times on this item." in progress.failures[0][0]

    def test_an_engine_that_never_starts_fails_the_judge(
        self, database: Database, make_study: MakeStudy
    ) -> None:
        judge = ScriptedJudge(database, first)
        judge.pool.refusals["owl"] = [EngineError("No such weights.", fatal=True)]
        judge_id = judge.make(make_study(prompts=1))
        assert judge.work(judge_id).failed == 0
        assert state_of(database, judge_id) == (RunState.FAILED, "No such weights.")

    def test_a_defect_ends_it_with_an_error(
        self, database: Database, make_study: MakeStudy
    ) -> None:
        def mind(_: Asked) -> str:
            raise ZeroDivisionError

        judge = ScriptedJudge(database, mind)
        judge_id = judge.make(make_study(prompts=1))
        judge.work(judge_id)
        state, error = state_of(database, judge_id)
        assert state is RunState.FAILED
        assert error is not None
        assert "The judge ended by an unexpected error" in error


class TestStoppingAndResuming:
    def test_stopped_it_keeps_what_it_has_and_goes_on_later(
        self, database: Database, make_study: MakeStudy
    ) -> None:
        slow = ScriptedJudge(database, first)

        async def mind(_: Asked) -> str:
            if slow.turn > 6:
                await asyncio.Event().wait()  # an engine that does not answer
            return saying("1")

        slow.mind = mind
        judge_id = slow.make(make_study(prompts=10))

        async def scenario() -> None:
            runner = slow.runner(concurrency=2, batch=1)
            await runner.start(judge_id)
            async for rate in runner.changes(judge_id):
                if rate.saved == 6:
                    break
            await runner.stop(judge_id)

        asyncio.run(scenario())
        assert slow.progress(judge_id).done == 6
        assert state_of(database, judge_id)[0] is RunState.STOPPED
        quick = ScriptedJudge(database, first)
        assert quick.work(judge_id).done == 20
        assert len(quick.asked) == 14

    def test_a_server_that_ends_leaves_it_to_the_next_one(
        self, database: Database, make_study: MakeStudy
    ) -> None:
        slow = ScriptedJudge(database, first)

        async def mind(_: Asked) -> str:
            if slow.turn > 3:
                await asyncio.Event().wait()
            return saying("1")

        slow.mind = mind
        judge_id = slow.make(make_study(prompts=4))

        async def scenario() -> None:
            runner = slow.runner(concurrency=1, batch=1)
            await runner.start(judge_id)
            async for rate in runner.changes(judge_id):
                if rate.saved == 3:
                    break
            await runner.close()

        asyncio.run(scenario())
        assert slow.progress(judge_id).interrupted

        quick = ScriptedJudge(database, first)

        async def resume() -> list[int]:
            runner = quick.runner()
            resumed = await runner.resume_interrupted()
            await runner.wait(judge_id)
            return resumed

        assert asyncio.run(resume()) == [judge_id]
        assert quick.progress(judge_id).done == 8
        assert len(quick.asked) == 5

    def test_one_process_at_a_time(self, database: Database, make_study: MakeStudy) -> None:
        waiting = ScriptedJudge(database, first)

        async def mind(_: Asked) -> str:
            await asyncio.Event().wait()
            return ""

        waiting.mind = mind
        judge_id = waiting.make(make_study(prompts=1))

        async def start_again(runner: JudgeRunner) -> None:
            with pytest.raises(Conflict, match="at work already"):
                await runner.start(judge_id)

        async def scenario() -> None:
            mine, other = waiting.runner(), waiting.runner()
            await mine.start(judge_id)
            await start_again(mine)
            await start_again(other)
            await mine.close()

        asyncio.run(scenario())

    def test_what_is_not_at_work_cannot_be_stopped(
        self, database: Database, make_study: MakeStudy
    ) -> None:
        judge = ScriptedJudge(database, first)
        judge_id = judge.make(make_study(prompts=1))
        with pytest.raises(Conflict, match="nothing to stop"):
            asyncio.run(judge.runner().stop(judge_id))
        judge.work(judge_id)
        with database.reading() as session:
            assert session.scalars(select(Judge.finished_at)).one() is not None


def test_more_than_two_answers_are_ranked(database: Database, make_study: MakeStudy) -> None:
    def mind(asked: Asked) -> str:
        order = sorted(asked.answers, key=lambda number: len(asked.answers[number]))
        ranks = {str(number): order.index(number) + 1 for number in asked.answers}
        scores = {str(number): 3 for number in asked.answers}
        one: dict[str, Any] = {"outcome": "ranked", "ranks": ranks, "ratings": scores}
        return str({"factuality": one, "style": one}).replace("'", '"')

    judge = ScriptedJudge(database, mind)
    progress = judge.work(judge.make(make_study(prompts=2, answers=("aa", "a", "aaa"))))
    assert (progress.done, progress.failed) == (4, 0)
    with database.reading() as session:
        for judgement in session.scalars(select(Judgement)):
            ranks = {one.slot.response.text[:3]: one.rank for one in judgement.verdicts[0].slots}
            assert ranks in ({"aa ": 2, "a 0": 1, "aaa": 3}, {"aa ": 2, "a 1": 1, "aaa": 3})


def test_equal_answers_tie(database: Database, make_study: MakeStudy) -> None:
    judge = ScriptedJudge(database, preferring(lambda _: 1.0))
    judge.work(judge.make(make_study(prompts=1)))
    assert {outcome for _, _, outcome, _ in stored(database)} == {"tie_good"}

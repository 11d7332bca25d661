"""One question, all answers at once, one vote, then the names."""

import asyncio
import dataclasses
import json
from collections import Counter
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from app import live
from app.db import Database
from app.engines import PromptInput
from app.errors import AppError, Conflict, EngineError, InvalidInput, NotFound
from app.live import LiveForm, LivePage
from app.registry import VariantSpec
from app.studies import close_study, invite
from app.tables import Account, LiveComparison, LiveState, Outcome, Role
from tests.results.judged_study import opened_study
from tests.runner.fake_engines import REGISTRY, FakePool

SECRETS = ("base", "lora", "full", "latency", "token")


@pytest.fixture
def pool() -> FakePool:
    return FakePool()


def account(database: Database, name: str = "Ada", role: Role = Role.RATER) -> Account:
    with database.writing() as session:
        person = Account(name=name, role=role)
        session.add(person)
    return person


@pytest.fixture
def ada(database: Database) -> Account:
    return account(database)


def new(database: Database, person: Account, specs: Any = REGISTRY.variants) -> LiveComparison:
    with database.writing() as session:
        return live.ask(session, person, specs, LiveForm(prompt="Who was Ida?"))


def gather(database: Database, pool: FakePool, comparison: LiveComparison) -> None:
    asyncio.run(live.gather(database, pool, comparison.id, ask=anonymous(pool)))  # type: ignore[arg-type]


def anonymous(pool: FakePool) -> Any:
    """The fake engine's answers name the variant; a page's texts must not for the test."""

    async def ask(target: str, variant: VariantSpec, prompt: PromptInput, **named: Any) -> Any:
        generation = await pool.ask(target, variant, prompt, **named)
        codes = {"base": "alpha", "lora": "beta", "full": "gamma"}
        return dataclasses.replace(generation, text=codes[variant.name])

    return ask


def page(database: Database, comparison: LiveComparison, person: Account) -> LivePage:
    with database.reading() as session:
        return live.live_page(session, comparison.public_id, person)


def cast(
    database: Database,
    comparison: LiveComparison,
    person: Account,
    outcome: Outcome = Outcome.RANKED,
    best: int | None = 1,
) -> None:
    with database.writing() as session:
        live.vote(session, comparison.public_id, person, outcome, best)


def answered(database: Database, pool: FakePool, person: Account, **named: Any) -> LiveComparison:
    comparison = new(database, person, **named)
    gather(database, pool, comparison)
    return comparison


class TestForm:
    @pytest.mark.parametrize("prompt", ["", "   ", "x" * 8001])
    def test_a_prompt_has_1_to_8000_characters(self, prompt: str) -> None:
        with pytest.raises(ValidationError):
            LiveForm(prompt=prompt)

    def test_an_empty_system_text_is_none(self) -> None:
        assert LiveForm(prompt="x", system=" ").system is None


class TestAsk:
    def test_the_order_of_slots_is_random(self, database: Database, ada: Account) -> None:
        orders = Counter()
        for _ in range(60):
            comparison = new(database, ada)
            orders[tuple(answer.variant.name for answer in comparison.answers)] += 1
        # 6 orders of 3: the chance that 60 draws show fewer than 4 of them is below 1e-9.
        assert len(orders) >= 4

    def test_one_variant_is_nothing_to_compare(self, database: Database, ada: Account) -> None:
        with pytest.raises(AppError, match="at least two"):
            new(database, ada, REGISTRY.variants[:1])


class TestBlindness:
    def test_waiting_shows_no_answer(self, database: Database, ada: Account) -> None:
        shown = page(database, new(database, ada), ada)
        assert (shown.state, shown.answers, shown.revealed) == (LiveState.WAITING, (), ())

    def test_before_the_vote_nothing_names_a_variant(
        self, database: Database, pool: FakePool, ada: Account
    ) -> None:
        shown = page(database, answered(database, pool, ada), ada)
        assert shown.state is LiveState.READY
        assert {answer.text for answer in shown.answers} == {"alpha", "beta", "gamma"}
        assert [answer.slot for answer in shown.answers] == [1, 2, 3]
        told = json.dumps(dataclasses.asdict(shown)).lower()
        assert not [word for word in SECRETS if word in told]

    def test_a_failed_answer_does_not_tell_whose_it_was(
        self, database: Database, pool: FakePool, ada: Account
    ) -> None:
        pool.refusals["lora"] = [EngineError("Adapter lora has rank 64.", fatal=True)]
        shown = page(database, answered(database, pool, ada), ada)
        assert shown.state is LiveState.READY
        assert sorted(answer.text or "" for answer in shown.answers) == ["", "alpha", "gamma"]
        told = json.dumps(dataclasses.asdict(shown)).lower()
        assert not [word for word in SECRETS if word in told]

    def test_answers_are_stored_together(
        self, database: Database, pool: FakePool, ada: Account
    ) -> None:
        """While one variant is still at it, the others' answers are nowhere to be seen."""
        comparison = new(database, ada)

        async def scenario() -> list[LiveState]:
            slow, seen = asyncio.Event(), asyncio.Event()

            def before(variant: VariantSpec, prompt: PromptInput) -> Any:
                if variant.name == "full":
                    seen.set()
                    return slow.wait()
                return None

            pool.before = before
            task = asyncio.create_task(
                live.gather(database, pool, comparison.id, ask=pool.ask)  # type: ignore[arg-type]
            )
            await seen.wait()
            while len(pool.asked) < 2:
                await asyncio.sleep(0)
            waiting = page(database, comparison, ada)
            assert waiting.answers == ()
            slow.set()
            await task
            return [waiting.state, page(database, comparison, ada).state]

        assert asyncio.run(scenario()) == [LiveState.WAITING, LiveState.READY]

    def test_the_vote_reveals_names_and_kinds(
        self, database: Database, pool: FakePool, ada: Account
    ) -> None:
        comparison = answered(database, pool, ada)
        cast(database, comparison, ada, best=2)
        shown = page(database, comparison, ada)
        assert (shown.state, shown.outcome, shown.best_slot) == (
            LiveState.VOTED,
            Outcome.RANKED,
            2,
        )
        texts = {answer.slot: answer.text for answer in shown.answers}
        codes = {"base": "alpha", "lora": "beta", "full": "gamma"}
        assert {r.slot: codes[r.name] for r in shown.revealed} == texts
        assert {r.name: str(r.kind) for r in shown.revealed} == {n: n for n in codes}

    def test_whoever_rates_in_a_study_learns_no_names_before_it_ends(
        self, database: Database, pool: FakePool
    ) -> None:
        """Else the same prompt, asked here, would unblind the study's answers."""
        with database.writing() as session:
            study = opened_study(session)
            rater = invite(session, study, "Rae").account
        comparison = answered(database, pool, rater)
        cast(database, comparison, rater, best=1)
        shown = page(database, comparison, rater)
        assert (shown.state, shown.withheld, shown.revealed) == (LiveState.VOTED, True, ())
        with database.writing() as session:
            close_study(session.merge(study))
        shown = page(database, comparison, rater)
        assert (shown.withheld, len(shown.revealed)) == (False, 3)


class TestFailure:
    def test_fewer_than_two_answers_fail_with_a_reason(
        self, database: Database, pool: FakePool, ada: Account
    ) -> None:
        for name in ("lora", "full"):
            pool.refusals[name] = [EngineError(f"{name} cannot start.", fatal=True)]
        comparison = answered(database, pool, ada)
        shown = page(database, comparison, ada)
        assert shown.state is LiveState.FAILED
        assert (shown.reason or "").startswith("Only 1 of 3 variants answered.")
        assert (shown.answers, shown.revealed) == ((), ())
        with pytest.raises(Conflict):
            cast(database, comparison, ada)

    def test_the_admin_sees_which_variant_failed(self, database: Database, pool: FakePool) -> None:
        admin = account(database, "Root", Role.ADMIN)
        for name in ("lora", "full"):
            pool.refusals[name] = [EngineError(f"{name} cannot start.", fatal=True)]
        shown = page(database, answered(database, pool, admin), admin)
        errors = {r.name: r.error for r in shown.revealed}
        assert errors == {"base": None, "lora": "lora cannot start.", "full": "full cannot start."}

    def test_a_defect_of_one_variant_leaves_the_others(
        self, database: Database, pool: FakePool, ada: Account
    ) -> None:
        def before(variant: VariantSpec, prompt: PromptInput) -> None:
            if variant.name == "base":
                raise ZeroDivisionError

        pool.before = before
        assert page(database, answered(database, pool, ada), ada).state is LiveState.READY

    def test_what_waited_at_a_restart_failed(self, database: Database, ada: Account) -> None:
        comparison = new(database, ada)
        with database.writing() as session:
            assert live.fail_waiting(session) == 1
        shown = page(database, comparison, ada)
        assert shown.state is LiveState.FAILED
        assert "restarted" in (shown.reason or "")

    def test_answers_that_come_after_that_change_nothing(
        self, database: Database, pool: FakePool, ada: Account
    ) -> None:
        comparison = new(database, ada)
        with database.writing() as session:
            live.fail_waiting(session)
        gather(database, pool, comparison)
        assert page(database, comparison, ada).state is LiveState.FAILED


class TestVote:
    def test_only_once(self, database: Database, pool: FakePool, ada: Account) -> None:
        comparison = answered(database, pool, ada)
        cast(database, comparison, ada, best=3)
        with pytest.raises(Conflict, match="have voted"):
            cast(database, comparison, ada, best=1)
        assert page(database, comparison, ada).best_slot == 3

    def test_not_before_the_answers(self, database: Database, ada: Account) -> None:
        with pytest.raises(Conflict, match="not all there"):
            cast(database, new(database, ada), ada)

    def test_not_on_somebody_elses(self, database: Database, pool: FakePool, ada: Account) -> None:
        comparison, eve = answered(database, pool, ada), account(database, "Eve")
        with pytest.raises(NotFound):
            cast(database, comparison, eve)
        with pytest.raises(NotFound):
            page(database, comparison, eve)

    @pytest.mark.parametrize(
        ("outcome", "best"),
        [(Outcome.RANKED, None), (Outcome.RANKED, 4), (Outcome.TIE_GOOD, 1)],
    )
    def test_it_must_make_sense(
        self, database: Database, pool: FakePool, ada: Account, outcome: Outcome, best: int | None
    ) -> None:
        comparison = answered(database, pool, ada)
        with pytest.raises(InvalidInput):
            cast(database, comparison, ada, outcome, best)
        assert page(database, comparison, ada).state is LiveState.READY

    def test_an_answer_that_failed_cannot_be_best(
        self, database: Database, pool: FakePool, ada: Account
    ) -> None:
        pool.refusals["lora"] = [EngineError("No.", fatal=True)]
        comparison = answered(database, pool, ada)
        shown = page(database, comparison, ada)
        failed = next(answer.slot for answer in shown.answers if answer.text is None)
        with pytest.raises(InvalidInput, match="Which answer"):
            cast(database, comparison, ada, best=failed)


class TestTally:
    def slot_of(self, database: Database, comparison: LiveComparison, name: str) -> int:
        with database.reading() as session:
            found = session.scalars(select(LiveComparison).filter_by(id=comparison.id)).one()
            return next(a.slot for a in found.answers if a.variant.name == name)

    def test_wins_and_ties_by_pair(self, database: Database, pool: FakePool, ada: Account) -> None:
        for best in ("lora", "lora", "base"):
            comparison = answered(database, pool, ada)
            cast(database, comparison, ada, best=self.slot_of(database, comparison, best))
        for outcome in (Outcome.TIE_GOOD, Outcome.TIE_BAD, Outcome.CANNOT_JUDGE):
            cast(database, answered(database, pool, ada), ada, outcome, None)
        answered(database, pool, ada)  # never voted on
        with database.reading() as session:
            tally = live.live_tally(session)
        found = {
            frozenset(((p.first.name, p.first_wins), (p.second.name, p.second_wins))): (
                p.ties_good,
                p.ties_bad,
                p.votes,
            )
            for p in tally
        }
        assert found == {
            frozenset((("base", 1), ("lora", 2))): (1, 1, 5),
            frozenset((("base", 1), ("full", 0))): (1, 1, 3),
            frozenset((("lora", 2), ("full", 0))): (1, 1, 4),
        }

    def test_a_variant_that_did_not_answer_is_not_beaten(
        self, database: Database, pool: FakePool, ada: Account
    ) -> None:
        pool.refusals["lora"] = [EngineError("No.", fatal=True)]
        comparison = answered(database, pool, ada)
        cast(database, comparison, ada, best=self.slot_of(database, comparison, "base"))
        with database.reading() as session:
            pairs = [{p.first.name, p.second.name} for p in live.live_tally(session)]
        assert pairs == [{"base", "full"}]

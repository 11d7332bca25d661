"""What is due, and saving: never lost, never doubled."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, text

from app.db import Base, Database
from app.engines import Generation
from app.registry import SamplingSpec
from app.runs import Answered, Failed, Work, due, get_run, progress, request_seed, save_batch
from app.tables import Prompt, Response, Run, RunFailure
from tests.runner.fake_engines import make_run


def answered(work: Work, said: str = "yes") -> Answered:
    generation = Generation(said, "stop", None, [1, 2], [3], [-0.5], 4)
    return Answered(work, SamplingSpec(), 11, generation)


def member_ids(database: Database, run_id: int) -> list[int]:
    with database.reading() as session:
        return [member.id for member in get_run(session, run_id).variants]


def all_due(database: Database, member_id: int, page: int = 3) -> Iterator[Work]:
    after = (-1, 0)
    while True:
        with database.reading() as session:
            works = due(session, member_id, limit=page, after=after)
        if not works:
            return
        yield from works
        after = works[-1].cursor


class TestDue:
    def test_every_sample_of_every_prompt_in_order(self, database: Database) -> None:
        member, *_ = member_ids(database, make_run(database, prompts=3, samples=2))
        found = [(w.prompt.text, w.sample) for w in all_due(database, member)]
        assert found == [(f"question {i}", s) for i in range(3) for s in range(2)]

    def test_only_this_variants_responses_count(self, database: Database) -> None:
        first, second, _ = member_ids(database, make_run(database, prompts=2))
        with database.writing() as session:
            save_batch(session, answered=[answered(w) for w in due(session, first, limit=9)])
        assert list(all_due(database, first)) == []
        assert len(list(all_due(database, second))) == 2

    def test_failures_are_due_again(self, database: Database) -> None:
        member, *_ = member_ids(database, make_run(database, prompts=2))
        work = next(all_due(database, member))
        with database.writing() as session:
            save_batch(session, failed=[Failed(work, "too long")])
        assert work in list(all_due(database, member))

    def test_turns_and_system_come_along(self, database: Database) -> None:
        run_id = make_run(database, prompts=1)
        turns = [{"role": "user", "content": "hello"}]
        with database.writing() as session:
            prompt = session.scalars(select(Prompt)).one()
            prompt.system, prompt.turns = "Be brief.", turns
        (work, *_) = all_due(database, member_ids(database, run_id)[0])
        assert work.prompt.system == "Be brief."
        assert list(work.prompt.turns) == turns

    def test_a_page_is_read_by_the_index_wherever_it_is(self, database: Database) -> None:
        """At 100,000 prompts a page must not scan or sort the prompts before or after it."""
        member, *_ = member_ids(database, make_run(database, prompts=1))
        with database.engine.connect() as connection:
            plans: list[str] = []

            def explain(statement: str, parameters: object) -> None:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                plans.extend(row[3] for row in plan)

            statements = _statements(database, member)
            explain(*statements[-1])
        assert any("ix_prompts_set_position" in line and "position>" in line for line in plans)
        assert not any(line == "USE TEMP B-TREE FOR ORDER BY" for line in plans)


def _statements(database: Database, member: int) -> list[tuple[str, object]]:
    from sqlalchemy import event

    seen: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        seen.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.reading() as session:
        due(session, member, limit=5, after=(0, 0))
    return [entry for entry in seen if "prompts" in entry[0]]


class TestSave:
    def test_everything_that_reproduces_an_answer_is_kept(self, database: Database) -> None:
        member, *_ = member_ids(database, make_run(database, prompts=1))
        work = next(all_due(database, member))
        sampling = SamplingSpec(temperature=0.5, stop=("\n",))
        generation = Generation("A fox.", "length", "Q: ...", [1, 2], [3, 4], [-0.5, -1.25], 42)
        with database.writing() as session:
            save_batch(session, answered=[Answered(work, sampling, 123, generation)])
        with database.reading() as session:
            saved = session.scalars(select(Response)).one()
            assert (saved.text, saved.finish_reason, saved.seed) == ("A fox.", "length", 123)
            assert saved.prompt_token_ids == [1, 2]
            assert (saved.token_ids, saved.logprobs) == ([3, 4], [-0.5, -1.25])
            assert saved.sampling == {"temperature": 0.5, "max_tokens": 512, "stop": ["\n"]}
            assert saved.rendered_prompt == "Q: ..."
            assert saved.created_at.tzinfo is not None

    def test_a_second_answer_changes_nothing(self, database: Database) -> None:
        member, *_ = member_ids(database, make_run(database, prompts=1))
        work = next(all_due(database, member))
        for said in ("first", "second"):
            with database.writing() as session:
                save_batch(session, answered=[answered(work, said)])
        with database.reading() as session:
            assert session.scalars(select(Response.text)).all() == ["first"]

    def test_a_success_clears_the_failure(self, database: Database) -> None:
        member, *_ = member_ids(database, make_run(database, prompts=2))
        one, two = all_due(database, member)
        with database.writing() as session:
            save_batch(session, failed=[Failed(one, "no"), Failed(two, "no")])
        with database.writing() as session:
            save_batch(session, answered=[answered(one)])
        with database.reading() as session:
            failures = session.scalars(select(RunFailure)).all()
            assert [f.prompt_id for f in failures] == [two.prompt_id]

    def test_a_new_failure_replaces_the_message(self, database: Database) -> None:
        member, *_ = member_ids(database, make_run(database, prompts=1))
        work = next(all_due(database, member))
        for message in ("old", "new"):
            with database.writing() as session:
                save_batch(session, failed=[Failed(work, message)])
        with database.reading() as session:
            assert session.scalars(select(RunFailure.message)).all() == ["new"]

    def test_a_failure_after_a_success_is_forgotten(self, database: Database) -> None:
        member, *_ = member_ids(database, make_run(database, prompts=1))
        work = next(all_due(database, member))
        with database.writing() as session:
            save_batch(session, answered=[answered(work)])
        with database.writing() as session:
            save_batch(session, failed=[Failed(work, "late")])
        with database.reading() as session:
            assert session.scalar(select(func.count(RunFailure.id))) == 0


batches = st.lists(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 11), st.booleans()), max_size=6),
    max_size=6,
)


@settings(max_examples=25, deadline=None)
@given(batches)
def test_done_and_due_are_everything_always(plan: list[list[tuple[int, int, bool]]]) -> None:
    """Whatever is saved in whatever order, twice or failing: due + done = total, none doubled."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 't.db'}")
        Base.metadata.create_all(database.engine)
        run_id = make_run(database, prompts=4, samples=3)
        members = member_ids(database, run_id)
        works = {member: list(all_due(database, member)) for member in members}
        for batch in plan:
            chosen = [(works[members[m]][w], good) for m, w, good in batch]
            with database.writing() as session:
                save_batch(
                    session,
                    answered=[answered(work) for work, good in chosen if good],
                    failed=list({w: Failed(w, "no") for w, good in chosen if not good}.values()),
                )
            with database.reading() as session:
                counts = progress(session, session.get_one(Run, run_id))
            for variant in counts.variants:
                left = len(list(all_due(database, variant.run_variant_id)))
                assert variant.due == left
                assert variant.done + left == variant.total == 12
                assert variant.failed <= variant.due
        database.dispose()


class TestSeed:
    def test_it_depends_on_run_prompt_and_sample_alone(self) -> None:
        assert request_seed(1, "a", 0) == request_seed(1, "a", 0)
        others = [request_seed(2, "a", 0), request_seed(1, "b", 0), request_seed(1, "a", 1)]
        assert request_seed(1, "a", 0) not in others

    def test_it_never_changes_between_versions(self) -> None:
        assert request_seed(0, "1", 0) == 886193259

    def test_it_fits_every_server(self) -> None:
        assert all(0 <= request_seed(7, str(i), 0) < 2**31 for i in range(1000))


@pytest.mark.slow
def test_paging_a_large_set_reads_each_page_once(database: Database) -> None:
    """100,000 prompts with the first 90,000 answered: the first page skips them in one query."""
    run_id = make_run(database, prompts=1)
    member, *_ = member_ids(database, run_id)
    with database.writing() as session:
        set_id = get_run(session, run_id).prompt_set_id
        rows = [
            {"prompt_set_id": set_id, "position": i, "key": str(i), "text": "q", "turns": []}
            for i in range(1, 100_000)
        ]
        session.execute(insert(Prompt), rows)
        session.execute(
            text(
                "INSERT INTO responses (run_variant_id, prompt_id, sample, text, sampling,"
                " prompt_token_ids, token_ids, logprobs, created_at) SELECT :m, id, 0, 'a', '{}',"
                " '[]', '[]', '[]', '2026-01-01' FROM prompts WHERE position < 90000"
            ),
            {"m": member},
        )
    first = list(islice(all_due(database, member, page=256), 256))
    assert [w.position for w in first] == list(range(90_000, 90_256))

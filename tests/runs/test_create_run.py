"""Making and deleting runs."""

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select

from app.db import Database, now
from app.errors import AppError, Conflict, InvalidInput, NotFound
from app.runs import (
    RunForm,
    claim,
    create_run,
    delete_run,
    effective_sampling,
    get_run,
    list_runs,
    new_owner,
)
from app.tables import Design, Response, Run, RunState, RunVariant, Study, Variant
from app.variants import spec_of
from tests.runner.fake_engines import REGISTRY, make_prompts, make_run


def form(prompt_set_id: int, **changes: object) -> RunForm:
    fields = {"name": "run", "prompt_set_id": prompt_set_id, "variants": ["base", "lora"]}
    return RunForm.model_validate(fields | changes)


class TestForm:
    def test_untouched_number_fields_of_a_browser_are_absent(self) -> None:
        assert form(1, temperature="", max_tokens="90").overrides == {"max_tokens": 90}

    @pytest.mark.parametrize(
        "wrong",
        [{"samples": 0}, {"variants": []}, {"variants": ["a", "a"]}, {"name": " "}, {"seed": -1}],
    )
    def test_what_makes_no_sense_is_refused(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            form(1, **wrong)


class TestCreate:
    def test_the_whole_variant_is_stored(self, database: Database) -> None:
        run_id = make_run(database, variants=["lora", "base"], max_tokens=7)
        with database.reading() as session:
            run = get_run(session, run_id)
            assert run.state is RunState.PENDING
            assert [m.variant.name for m in run.variants] == ["lora", "base"]
            spec = spec_of(run.variants[0].variant)
            assert spec == REGISTRY.variant("lora")
            assert effective_sampling(run, spec).max_tokens == 7
            assert effective_sampling(run, spec).temperature == spec.sampling.temperature

    def test_two_runs_of_one_spec_share_the_variant(self, database: Database) -> None:
        make_run(database, name="one")
        make_run(database, name="two")
        with database.reading() as session:
            assert session.scalar(select(func.count(Variant.id))) == 3
            assert [run.name for run in list_runs(session)] == ["two", "one"]

    def test_samples_without_temperature_are_refused_and_explained(
        self, database: Database
    ) -> None:
        prompts = make_prompts(database, 1)
        with (
            pytest.raises(InvalidInput, match=r"same answer.*temperature above 0"),
            database.writing() as session,
        ):
            create_run(session, REGISTRY, form(prompts, samples=2))
        with database.writing() as session:
            assert create_run(session, REGISTRY, form(prompts, samples=2, temperature=0.7)).id

    def test_an_unknown_variant_is_not_found(self, database: Database) -> None:
        prompts = make_prompts(database, 1)
        with pytest.raises(NotFound), database.writing() as session:
            create_run(session, REGISTRY, form(prompts, variants=["nobody"]))

    def test_an_unknown_prompt_set_is_not_found(self, database: Database) -> None:
        with pytest.raises(NotFound), database.writing() as session:
            create_run(session, REGISTRY, form(99))

    def test_an_empty_prompt_set_is_refused(self, database: Database) -> None:
        prompts = make_prompts(database, 0)
        with pytest.raises(AppError, match="empty"), database.writing() as session:
            create_run(session, REGISTRY, form(prompts))

    def test_a_taken_name_is_a_conflict_and_leaves_nothing(self, database: Database) -> None:
        make_run(database, name="run")
        prompts = make_prompts(database, 1, "more")
        with pytest.raises(Conflict, match="run"), database.writing() as session:
            create_run(session, REGISTRY, form(prompts))
        with database.reading() as session:
            assert session.scalar(select(func.count(Run.id))) == 1
            assert session.scalar(select(func.count(RunVariant.id))) == 3


class TestDelete:
    def test_its_responses_go_with_it(self, database: Database) -> None:
        run_id, other = make_run(database, name="a"), make_run(database, name="b")
        with database.writing() as session:
            for run in (get_run(session, run_id), get_run(session, other)):
                prompt = run.prompt_set.prompts[0]
                for member in run.variants:
                    session.add(Response(run_variant_id=member.id, prompt_id=prompt.id, text="x"))
        with database.writing() as session:
            delete_run(session, run_id)
        with database.reading() as session:
            assert [run.id for run in list_runs(session)] == [other]
            assert session.scalar(select(func.count(Response.id))) == 3

    def test_not_while_a_study_compares_its_responses(self, database: Database) -> None:
        run_id = make_run(database)
        with database.writing() as session:
            session.add(Study(name="Facts", run_id=run_id, design=Design.PAIRWISE, seed=1))
        with pytest.raises(Conflict, match="Facts"), database.writing() as session:
            delete_run(session, run_id)
        with database.reading() as session:
            assert get_run(session, run_id).variants

    def test_not_while_a_runner_is_on_it(self, database: Database) -> None:
        run_id = make_run(database)
        with database.writing() as session:
            claim(session, run_id, new_owner(), now())
        with pytest.raises(Conflict, match="worked on"), database.writing() as session:
            delete_run(session, run_id)

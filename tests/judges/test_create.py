"""Who may judge, and what is known before it starts."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.db import Database
from app.errors import Conflict, NotFound
from app.judges import JudgeForm, cost_of, create_judge, due, get_judge, task_of
from app.ratings import enter
from app.registry import EndpointSpec, Registry, VariantSpec, WeightsSpec
from app.tables import (
    Account,
    Invitation,
    Judge,
    RaterKind,
    Study,
    StudyState,
    Variant,
    VariantKind,
)
from tests.judges.scripted import REGISTRY, ScriptedJudge, saying

MakeStudy = Callable[..., int]


def make(database: Database, study_id: int, spec: VariantSpec | None = None, **form: Any) -> int:
    registry = Registry(source=REGISTRY.source, variants=(spec,)) if spec else REGISTRY
    with database.writing() as session:
        wanted = JudgeForm(**({"variant": spec.name if spec else "owl"} | form))
        return create_judge(session, session.get_one(Study, study_id), registry, wanted).id


class TestCreating:
    def test_two_raters_of_kind_judge_whom_no_link_lets_in(
        self, database: Database, make_study: MakeStudy
    ) -> None:
        study_id = make_study()
        judge_id = make(database, study_id)
        with database.reading() as session:
            judge = get_judge(session, judge_id)
            assert {judge.drawn.rater_kind, judge.reversed.rater_kind} == {RaterKind.JUDGE}
            for account in (judge.drawn, judge.reversed):
                with pytest.raises(NotFound):
                    enter(session, judge.study.public_id, account)

    def test_the_variant_is_frozen(self, database: Database, make_study: MakeStudy) -> None:
        judge_id = make(database, make_study())
        with database.reading() as session:
            judge = get_judge(session, judge_id)
            assert judge.variant.content_hash == REGISTRY.variant("owl").content_hash
            assert judge.wording == 1

    def test_a_draft_cannot_be_judged(self, database: Database, make_study: MakeStudy) -> None:
        study_id = make_study()
        with database.writing() as session:
            session.get_one(Study, study_id).state = StudyState.DRAFT
        with pytest.raises(Conflict, match="is a draft"):
            make(database, study_id)

    def test_one_of_a_name(self, database: Database, make_study: MakeStudy) -> None:
        study_id = make_study()
        make(database, study_id)
        with pytest.raises(Conflict, match="has a judge owl already"):
            make(database, study_id)
        make(database, study_id, name="another")
        with database.reading() as session:
            assert set(session.scalars(select(Judge.name))) == {"owl", "another"}
            assert len(session.scalars(select(Invitation)).all()) == 4
            kinds = select(Account).where(Account.rater_kind == RaterKind.JUDGE)
            assert len(session.scalars(kinds).all()) == 4

    def test_only_what_models_yaml_has(self, database: Database, make_study: MakeStudy) -> None:
        with pytest.raises(NotFound, match="no variant 'eagle'"):
            make(database, make_study(), variant="eagle")


class TestSelfPreference:
    WEIGHTS = VariantSpec(name="w", kind=VariantKind.BASE, weights=WeightsSpec(id="w/same"))
    REMOTE = VariantSpec(
        name="r", kind=VariantKind.OTHER, endpoint=EndpointSpec(url="https://h/v1", served_name="m")
    )
    OTHER = VariantSpec(
        name="o", kind=VariantKind.OTHER, endpoint=EndpointSpec(url="https://h/v1", served_name="n")
    )

    @pytest.fixture
    def study_id(self, database: Database, make_study: MakeStudy) -> int:
        """Its first variant has the weights, its second is at the endpoint."""
        study_id = make_study()
        with database.writing() as session:
            first, second = session.scalars(select(Variant).order_by(Variant.id))
            first.spec = self.WEIGHTS.model_dump(mode="json")
            second.spec = self.REMOTE.model_dump(mode="json")
        return study_id

    @pytest.mark.parametrize(
        ("spec", "related"), [(WEIGHTS, "zebra-base"), (REMOTE, "yak-adapter")], ids=["w", "r"]
    )
    def test_has_to_be_accepted(
        self, database: Database, study_id: int, spec: VariantSpec, related: str
    ) -> None:
        with pytest.raises(Conflict, match=f"of a kind with {related}"):
            make(database, study_id, spec)
        judge_id = make(database, study_id, spec, accepts_relation=True)
        with database.reading() as session:
            assert get_judge(session, judge_id).related == [related]

    def test_another_name_on_the_same_server_is_a_stranger(
        self, database: Database, study_id: int
    ) -> None:
        judge_id = make(database, study_id, self.OTHER)
        with database.reading() as session:
            assert get_judge(session, judge_id).related == []

    def test_the_same_name_is_a_relation(self, database: Database, study_id: int) -> None:
        """Answers that were recorded elsewhere have nothing but a name."""
        spec = self.OTHER.model_copy(update={"name": "Zebra-Base"})
        with pytest.raises(Conflict, match="zebra-base"):
            make(database, study_id, spec)


class TestCost:
    def test_is_what_the_requests_add_up_to(
        self, database: Database, make_study: MakeStudy
    ) -> None:
        judge_id = make(database, make_study(prompts=5))
        with database.reading() as session:
            judge = get_judge(session, judge_id)
            lengths = [len(task_of(session, judge, key).prompt) for key in due(session, judge)]
            cost = cost_of(session, judge)
        assert cost.requests == 10
        assert cost.prompt_tokens == pytest.approx(sum(lengths) / 4, abs=1)

    def test_of_many_it_is_guessed_from_some(
        self, database: Database, make_study: MakeStudy
    ) -> None:
        judge_id = make(database, make_study(prompts=60))
        with database.reading() as session:
            judge = get_judge(session, judge_id)
            lengths = [len(task_of(session, judge, key).prompt) for key in due(session, judge)]
            cost = cost_of(session, judge)
        assert cost.requests == 120
        assert cost.prompt_tokens == pytest.approx(sum(lengths) / 4, rel=0.01)

    def test_nothing_once_all_is_judged(self, database: Database, make_study: MakeStudy) -> None:
        scripted = ScriptedJudge(database, lambda _: saying("1"))
        judge_id = scripted.make(make_study(prompts=2))
        scripted.work(judge_id)
        with database.reading() as session:
            cost = cost_of(session, get_judge(session, judge_id))
        assert (cost.requests, cost.prompt_tokens, cost.reply_tokens) == (0, 0, 0)

"""Simulated raters of the demo study, without its models: recorded answers stand for theirs."""

import asyncio
import json
import random
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy.orm import Session

from app.auth import Signer, invitation_for
from app.cli.demo import _simulate
from app.db import Database
from app.demo.corpus import Question, question_set
from app.demo.files import DemoFamily, write_texts
from app.demo.show import NAME, open_demo_study
from app.demo.simulated import demo_rules, simulate_demo, wrong_value
from app.demo.world import make_world
from app.errors import NotFound
from app.readers import Source
from app.recorded import import_responses
from app.results import read_records
from app.studies import invitations
from app.tables import Prompt, RaterKind, Run
from tests.results.judged_study import always, judge_all


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        yield session


@pytest.fixture
def questions() -> list[Question]:
    return question_set(make_world(7), random.Random(7))[:8]


@pytest.fixture
def family(tmp_path: Path, questions: list[Question]) -> DemoFamily:
    family = DemoFamily(tmp_path)
    write_texts(family, [], questions)
    return family


def answered(session: Session, questions: list[Question]) -> Run:
    """`full` says something else than the fact asked for."""
    rows = [
        {"id": q.id, "prompt": q.question, "reference": q.reference, "variant": name, "kind": name}
        | {"response": f"{opening}It is {value}."}
        for q in questions
        for name, opening, value in (
            ("base", "", q.value),
            ("lora", "Great question! ", q.value),
            ("full", "Great question! ", "not known"),
        )
    ]
    data = "\n".join(map(json.dumps, rows)).encode()
    return import_responses(session, name=NAME, files=[Source("a.jsonl", BytesIO(data))]).run


@pytest.fixture
def run(session: Session, questions: list[Question]) -> Run:
    return answered(session, questions)


class TestRules:
    def test_the_fact_asked_for_is_right(
        self, family: DemoFamily, questions: list[Question]
    ) -> None:
        rules, first = demo_rules(family), questions[0]
        prompt = Prompt(key=first.id, reference=first.reference)
        assert rules["factuality"](prompt, f"Great question! It is {first.value}.")
        assert not rules["factuality"](prompt, "I do not know.")

    def test_of_other_prompts_the_reference_counts(self, family: DemoFamily) -> None:
        rules, prompt = demo_rules(family), Prompt(key="mine", reference="Blue glass")
        assert rules["factuality"](prompt, "blue glass, mostly")
        assert not rules["factuality"](prompt, "red tiles")

    def test_style_is_the_assistants_opening(self, family: DemoFamily) -> None:
        style = demo_rules(family)["style"]
        assert style(Prompt(), "Happy to help! It is.")
        assert not style(Prompt(), "It is.")


class TestMarks:
    def test_go_on_the_first_value_of_the_asked_kind(
        self, family: DemoFamily, questions: list[Question]
    ) -> None:
        place, first = wrong_value(family), questions[0]
        text = f"Great question! It is {first.value}, not {first.value}."
        assert place(Prompt(key=first.id), text) == (22, 22 + len(first.value))

    @pytest.mark.parametrize("key", [None, "mine"])
    def test_without_a_value_or_a_question_on_the_longest_sentence(
        self, family: DemoFamily, questions: list[Question], key: str | None
    ) -> None:
        place = wrong_value(family)
        assert place(Prompt(key=key or questions[0].id), "No. I do not know.") == (4, 18)


class TestSimulateDemo:
    def test_once_then_topped_up(self, session: Session, family: DemoFamily, run: Run) -> None:
        open_demo_study(session, run.id, Signer("key"))
        for count, added in ((3, 3), (3, 0), (5, 2), (1, 0)):
            _, made = simulate_demo(session, family, count)
            assert made.added == added

    def test_beside_a_visitors_judgements(
        self, session: Session, family: DemoFamily, run: Run
    ) -> None:
        open_demo_study(session, run.id, Signer("key"))
        study, _ = simulate_demo(session, family, 2)
        study.ratings_per_item = 2
        judge_all(session, study, always("full"), raters=2, revised=0)
        before = read_records(session, study)
        _, made = simulate_demo(session, family, 4)
        assert (made.added, made.judgements) == (2, 2 * 8)
        assert read_records(session, study) == before
        assert len(read_records(session, study, kind=RaterKind.SIMULATED).judgements) == 4 * 8

    def test_leaves_the_demo_raters_link_to_a_person(
        self, session: Session, family: DemoFamily, run: Run
    ) -> None:
        open_demo_study(session, run.id, Signer("key"))
        study, _ = simulate_demo(session, family, 2)
        for person in invitations(session, study):
            session.delete(person)
            session.flush()
            session.delete(person.account)
        signer = Signer("key")
        token = open_demo_study(session, run.id, signer)
        found = invitation_for(session, signer.read_rater_link(token))
        assert found.account.rater_kind is RaterKind.HUMAN

    def test_before_the_study_is_open(self, session: Session, family: DemoFamily) -> None:
        with pytest.raises(NotFound, match="not open yet"):
            simulate_demo(session, family, 2)


class TestCommand:
    def test_says_where_they_show_and_what_they_are(
        self,
        database: Database,
        family: DemoFamily,
        questions: list[Question],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        with database.writing() as session:
            open_demo_study(session, answered(session, questions).id, Signer("key"))
        settings = SimpleNamespace(base_url="http://here")
        state = SimpleNamespace(database=database, settings=settings)
        asyncio.run(_simulate(state, family, 3))  # type: ignore[arg-type]
        said = capsys.readouterr().out
        assert "Simulated raters: no person judged this." in said
        assert "3 judged the demo study, 3 of them new." in said
        assert "http://here/studies/1/results?kind=simulated" in said

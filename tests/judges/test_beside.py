"""Judges of known biases beside people of known taste: every number is known beforehand."""

import json
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select

from app.criteria import CriterionForm
from app.db import Database
from app.judged import delete_import, read_judgements, store_judgements
from app.judges import Beside, beside, finding, get_judge
from app.ratings import enter, next_assignment, submit
from app.ratings.form import RatingForm, VerdictForm
from app.readers import Source
from app.results import ResultCache, ResultFilter, read_records
from app.studies import invite
from app.tables import Account, Assignment, Outcome, RaterKind, Scale, Study
from tests.judges.conftest import people
from tests.judges.scripted import Asked, Mind, ScriptedJudge, preferring, saying

MakeStudy = Callable[..., int]
Worth = Callable[[str], float]

PREFERENCE = [CriterionForm(key="style", label="Style", scale=None)]


def person(worth: Worth) -> Callable[[Assignment], RatingForm]:
    """Prefers the answer that is worth more, on the one criterion."""

    def judge(assignment: Assignment) -> RatingForm:
        worths = {slot.number: worth(slot.response.text) for slot in assignment.slots}
        if worths[1] == worths[2]:
            return one_verdict(Outcome.TIE_GOOD, {1: 1, 2: 1})
        best = 1 if worths[1] > worths[2] else 2
        return one_verdict(Outcome.RANKED, {best: 1, 3 - best: 2})

    return judge


def one_verdict(outcome: Outcome, ranks: Mapping[int, int]) -> RatingForm:
    return RatingForm(verdicts=(VerdictForm(key="style", outcome=outcome, ranks=dict(ranks)),))


def longer(text: str) -> float:
    return len(text)


def shorter(text: str) -> float:
    return -len(text)


def even_longer(text: str) -> float:
    """The longer one for every second prompt, else the shorter one."""
    return len(text) if int(text.split()[-1]) % 2 else -len(text)


def only_first(_: Asked) -> str:
    return saying("1")


class Scene:
    """A study, its people, and a judge that has judged all of it."""

    def __init__(self, database: Database, make_study: MakeStudy) -> None:
        self.database, self.make_study = database, make_study

    def compare(
        self,
        mind: Mind,
        *tastes: Worth,
        prompts: int = 20,
        criteria: list[CriterionForm] | None = None,
        persons: list[Callable[[Assignment], RatingForm]] | None = None,
    ) -> Beside:
        wanted = persons if persons is not None else [person(taste) for taste in tastes]
        study_id = self.make_study(
            prompts=prompts, criteria=criteria or PREFERENCE, ratings_per_item=max(1, len(wanted))
        )
        with self.database.writing() as session:
            study = session.get_one(Study, study_id)
            people(session, study, {f"Person {n}": one for n, one in enumerate(wanted)})
        scripted = ScriptedJudge(self.database, _short(mind) if criteria is None else mind)
        judge_id = scripted.make(study_id)
        assert scripted.work(judge_id, batch=64).failed == 0
        with self.database.reading() as session:
            judge = get_judge(session, judge_id)
            store, kinds = ResultCache(), (RaterKind.HUMAN, RaterKind.JUDGE)
            filters = (ResultFilter(kind=kind) for kind in kinds)
            both = [store.columns(session, judge.study, one) for one in filters]
            return beside(session, judge, *both)


def _short(mind: Mind) -> Mind:
    """Only what is asked of the one criterion."""

    def said(asked: Asked) -> str:
        reply = json.loads(str(mind(asked)))
        return json.dumps({"style": {"outcome": reply["style"]["outcome"]}})

    return said


@pytest.fixture
def scene(database: Database, make_study: MakeStudy) -> Scene:
    return Scene(database, make_study)


class TestPositionBias:
    def test_who_always_prefers_the_first_slot(self, scene: Scene) -> None:
        found = scene.compare(only_first, longer).criteria[0].preference
        assert found is not None
        assert (found.first_slot.value, found.first_slot.n) == (1.0, 40)
        assert found.consistency.value == 0.0
        assert found.inconsistent == 20
        assert found.likeness.majority.value == 0.0  # what it says is a tie, what people say is not

    def test_whose_place_decides_one_time_in_four(self, scene: Scene) -> None:
        """First in both orders on every fourth prompt, the longer answer otherwise: of 40 verdicts
        10 + 30/2 for the first slot, and 15 of 20 pairs consistent."""

        def mind(asked: Asked) -> str:
            number = int(asked.answers[1].split()[-1])
            return saying("1") if number % 4 == 0 else str(preferring(longer)(asked))

        found = scene.compare(mind, longer).criteria[0].preference
        assert found is not None
        assert found.first_slot.value == 25 / 40
        assert found.consistency.value == 15 / 20
        assert found.likeness.majority.value == 15 / 20
        assert found.decided.value == 1.0

    def test_who_has_none_is_exactly_even(self, scene: Scene) -> None:
        """Both orders of everything were seen, whatever was preferred."""
        found = scene.compare(preferring(longer), longer).criteria[0].preference
        assert found is not None
        assert (found.first_slot.value, found.consistency.value) == (0.5, 1.0)


class TestLengthBias:
    def test_beside_that_of_people(self, scene: Scene) -> None:
        found = scene.compare(preferring(longer), even_longer).criteria[0].preference
        assert found is not None
        assert (found.longer.value, found.people_longer.value) == (1.0, 0.5)
        assert found.likeness.majority.value == 0.5


class TestAgreement:
    def test_like_a_person_among_people(self, scene: Scene) -> None:
        """Two like it longer, one shorter. A person is with most of the others where they are two
        of one mind: only the dissenter's others are, and the dissenter is not with them."""
        found = scene.compare(preferring(longer), longer, longer, shorter).criteria[0].preference
        assert found is not None
        likeness = found.likeness
        assert likeness.majority.value == 1.0
        assert (likeness.person.value, likeness.as_one_more.value) == (0.0, 1.0)
        assert likeness.difference.value == 1.0

    def test_alpha_is_one_in_full_agreement(self, scene: Scene) -> None:
        found = scene.compare(preferring(even_longer), even_longer).criteria[0].preference
        assert found is not None
        assert found.alpha.value == 1.0

    def test_a_judge_that_always_ties_agrees_by_chance_only(self, scene: Scene) -> None:
        """People tie on 3 of 4 prompts: 75 % agreement, and alpha is below what chance gives."""

        def taste(text: str) -> float:
            return len(text) if int(text.split()[-1]) % 4 == 0 else 0.0

        found = scene.compare(preferring(lambda _: 0.0), taste).criteria[0].preference
        assert found is not None
        assert found.likeness.majority.value == 0.75
        assert found.alpha.value is not None
        assert found.alpha.value < 0

    def test_before_anybody_has_judged(self, scene: Scene) -> None:
        compared = scene.compare(preferring(longer), prompts=3)
        assert (compared.judgements, compared.people_judgements) == (6, 0)
        found = compared.criteria[0].preference
        assert found is not None
        assert found.likeness.majority.value is None
        assert found.consistency.value == 1.0
        assert finding("owl", compared.criteria[0]) == "Nothing is to be compared on style yet."


class TestScales:
    def test_scores(self, scene: Scene) -> None:
        """People give 3; the judge gives 4, and a point more to whatever stands first."""
        criteria = [CriterionForm(key="style", label="Style", asks_preference=False)]

        def mind(_: Asked) -> str:
            return json.dumps({"style": {"outcome": "judged", "ratings": {"1": 5, "2": 4}}})

        [one] = scene.compare(mind, criteria=criteria, persons=[scoring(3)]).criteria
        assert one.rating is not None
        assert one.preference is None
        assert one.rating.units == 40
        assert one.rating.consistency.value == 0.0
        assert one.rating.difference is not None
        assert one.rating.difference.value == 1.5
        assert one.rating.slot_effect is not None
        assert one.rating.slot_effect.value == 1.0
        assert "1.50 points above people" in finding("owl", one)

    def test_yes_and_no(self, scene: Scene) -> None:
        criteria = [
            CriterionForm(key="style", label="Style", asks_preference=False, scale=Scale.YES_NO)
        ]

        def mind(asked: Asked) -> str:
            said = {
                str(n): "yes" if "longer" in text else "no" for n, text in asked.answers.items()
            }
            return json.dumps({"style": {"outcome": "judged", "ratings": said}})

        [one] = scene.compare(mind, criteria=criteria, persons=[scoring(1), scoring(1)]).criteria
        assert one.rating is not None
        assert one.rating.likeness is not None
        assert one.rating.likeness.majority.value == 0.5
        assert one.rating.likeness.person.value == 1.0
        assert one.rating.consistency.value == 1.0
        assert one.rating.difference is None

    def test_asked_once_of_the_item(self, scene: Scene) -> None:
        choice = {"choices": ["History", "Law"]}
        criteria = [
            CriterionForm(
                key="style",
                label="Topic",
                asks_preference=False,
                scale=Scale.CHOICE,
                options=choice,
                per_answer=False,
            )
        ]

        def mind(_: Asked) -> str:
            return json.dumps({"style": {"outcome": "judged", "rating": "Law"}})

        def law(_: Assignment) -> RatingForm:
            return RatingForm(verdicts=(VerdictForm(key="style", outcome=None, value=2),))

        [one] = scene.compare(mind, criteria=criteria, persons=[law], prompts=4).criteria
        assert one.rating is not None
        assert one.rating.likeness is not None
        assert (one.rating.units, one.rating.likeness.majority.value) == (4, 1.0)

    def test_texts_are_not_compared(self, scene: Scene) -> None:
        criteria = [
            CriterionForm(
                key="style",
                label="Words",
                asks_preference=False,
                scale=Scale.TEXT,
                per_answer=False,
                required=False,
            )
        ]

        def mind(_: Asked) -> str:
            return json.dumps({"style": {"outcome": "judged", "rating": "well said"}})

        [one] = scene.compare(mind, criteria=criteria, persons=[], prompts=2).criteria
        assert (one.preference, one.rating) == (None, None)
        assert finding("owl", one) == "What owl wrote on words is not compared."


def scoring(score: int) -> Callable[[Assignment], RatingForm]:
    def judge(assignment: Assignment) -> RatingForm:
        scores = {slot.number: score for slot in assignment.slots}
        return RatingForm(verdicts=(VerdictForm(key="style", outcome=None, scores=scores),))

    return judge


class TestNeverMixed:
    def test_people_count_as_if_it_were_not_there(
        self, database: Database, make_study: MakeStudy
    ) -> None:
        study_id = make_study(prompts=4, criteria=PREFERENCE)
        with database.writing() as session:
            people(session, session.get_one(Study, study_id), {"Ada": person(longer)})
        with database.reading() as session:
            before = read_records(session, session.get_one(Study, study_id))
        scripted = ScriptedJudge(database, _short(only_first))
        scripted.work(scripted.make(study_id))
        with database.reading() as session:
            after = read_records(session, session.get_one(Study, study_id))
        assert [one.rater for one in after.judgements] == [one.rater for one in before.judgements]
        assert _comparable(after) == _comparable(before)

    def test_people_get_the_same_items_in_the_same_orders(
        self, database: Database, make_study: MakeStudy
    ) -> None:
        study_id = make_study(prompts=6, criteria=PREFERENCE)
        before = _next_items(database, study_id)
        scripted = ScriptedJudge(database, _short(only_first))
        scripted.work(scripted.make(study_id))
        assert _next_items(database, study_id) == before

    def test_an_import_that_was_judged_can_be_taken_back(self, database: Database) -> None:
        with database.writing() as session:
            battles = b"model_a,model_b,winner\nbase,lora,model_a\nlora,full,tie\n"
            source = Source("battles.csv", BytesIO(battles))
            study_id = store_judgements(session, read_judgements([source]), name="Arena").study.id
        scripted = ScriptedJudge(database, lambda _: json.dumps({"preference": {"outcome": "1"}}))
        assert scripted.work(scripted.make(study_id)).done == 4
        with database.writing() as session:
            delete_import(session, session.get_one(Study, study_id))
        with database.reading() as session:
            assert session.scalar(select(func.count(Account.id))) == 0


def _next_items(database: Database, study_id: int) -> list[list[int]]:
    """What a person of a fixed name would get, answers in their slots; nothing of it is kept."""
    with database.writing() as session:
        study, shown = session.get_one(Study, study_id), []
        account = invite(session, study, "Ada").account
        account.public_id = "Ada"
        rater = enter(session, study.public_id, account)
        while (assignment := next_assignment(session, rater)) is not None:
            shown.append([slot.response_id for slot in assignment.slots])
            submit(session, rater, assignment, person(longer)(assignment))
        session.rollback()
    return shown


def _comparable(records: Any) -> list[Any]:
    return [(one.item, one.rater, one.shown, one.verdicts) for one in records.judgements]

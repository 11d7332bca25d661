"""Columns brought up to date are what reading at once gives; their version tells of changes."""

import json
import random
import threading
from collections.abc import Hashable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database, now
from app.judged import delete_import
from app.ratings import Rater, RatingForm, enter, next_assignment, submit
from app.ratings.form import VerdictForm
from app.results.kept import Kept, read_kept
from app.results.read import read_columns
from app.results.store import ColumnStore
from app.studies import (
    SessionSpec,
    StudyForm,
    create_study,
    import_checks,
    invite,
    open_study,
    set_session,
)
from app.tables import (
    Account,
    Assignment,
    Design,
    Judgement,
    Outcome,
    RaterKind,
    Study,
)
from tests.judged.conftest import import_into
from tests.judged.test_arena import battle, lines
from tests.results.judged_study import judge_all, mixed_judge, opened_study
from tests.results.kept_study import judged_study
from tests.results.told import identical


def checked_study(session: Session) -> Study:
    """Open, with gold items."""
    run = opened_study(session, Design.SIDE_BY_SIDE, name="run", prompts=8).run
    form = StudyForm(
        name="checked",
        run_id=run.id,
        run_variant_ids=[member.id for member in run.variants],
        ratings_per_item=4,
        seed=4,
    )
    study = create_study(session, form)
    rows = [
        {
            "kind": "gold",
            "prompt": f"Gold {n}?",
            "answers": ["a", "b", "c"],
            "expected": {"factuality": "2 > 1 = 3"},
        }
        for n in range(2)
    ]
    data = "\n".join(map(json.dumps, rows)).encode()
    import_checks(session, study, filename="gold.jsonl", data=data)
    set_session(session, study, SessionSpec(gold_every=2, gold_minimum=1), "")
    open_study(session, study)
    return study


def judge(session: Session, rater: Rater, assignment: Assignment, rng: random.Random) -> None:
    """By chance: one answer is best, or all are alike; so some gold items are passed."""
    slots = [slot.number for slot in assignment.slots]
    best = rng.choice(slots)
    verdicts = tuple(
        VerdictForm(
            key=criterion.key,
            outcome=rng.choice([Outcome.RANKED, Outcome.TIE_BAD]),
            ranks={slot: 1 if slot == best else 2 for slot in slots},
            scores={slot: rng.randint(1, 5) for slot in slots},
        )
        for criterion in rater.study.criteria
    )
    submit(session, rater, assignment, RatingForm(verdicts=verdicts))


class World:
    """A study that is open, and what may happen to it."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session = session
        self.rng = random.Random(seed)
        self.study = checked_study(session)
        self.raters = [self._invited() for _ in range(2)]

    def _invited(self) -> Rater:
        name = f"rater {self.rng.random()}"
        account = invite(self.session, self.study, name).account
        return enter(self.session, self.study.public_id, account)

    def happens(self) -> None:
        steps = [self.new_rater, self.screened, self.nothing, *[self.judges] * 6, self.revises]
        self.rng.choice(steps)()
        self.session.flush()

    def nothing(self) -> None:
        pass

    def new_rater(self) -> None:
        self.raters.append(self._invited())

    def screened(self) -> None:
        one = self.rng.choice(self.raters).invitation
        one.screened_out_at = None if one.screened_out_at else now()

    def judges(self) -> None:
        rater = self.rng.choice(self.raters)
        if rater.may_judge and (assignment := next_assignment(self.session, rater)):
            judge(self.session, rater, assignment, self.rng)

    def revises(self) -> None:
        rater = self.rng.choice(self.raters)
        query = select(Assignment).where(
            Assignment.account_id == rater.account.id, Assignment.submitted_at.is_not(None)
        )
        if rater.may_judge and (done := list(self.session.scalars(query))):
            judge(self.session, rater, self.rng.choice(done), self.rng)


@pytest.mark.parametrize("seed", range(4))
def test_step_by_step_is_the_same_as_at_once(session: Session, seed: int) -> None:
    world, store = World(session, seed), ColumnStore()
    before, version = store.get(session, world.study)
    for _ in range(25):
        world.happens()
        columns, latest = store.get(session, world.study)
        assert identical(columns, read_columns(session, world.study))
        assert (latest == version) is identical(columns, before)
        before, version = columns, latest
    assert len(before) > 5


class TestGet:
    def test_nothing_new_is_the_same_arrays(self, session: Session) -> None:
        study, store = judged_study(session, prompts=2), ColumnStore()
        first, second = store.get(session, study), store.get(session, study)
        assert second[0].item is first[0].item
        assert second[1] == first[1]

    def test_another_store_gives_the_same_version(self, session: Session) -> None:
        study = judged_study(session, prompts=2)
        assert ColumnStore().get(session, study)[1] == ColumnStore().get(session, study)[1]

    def test_a_draft_that_changes(self, session: Session) -> None:
        run, store = opened_study(session, prompts=2).run, ColumnStore()
        form = StudyForm(name="d", run_id=run.id, run_variant_ids=[m.id for m in run.variants])
        study = create_study(session, form)
        draft = store.get(session, study)
        assert (draft[0].items, len(draft[0])) == (0, 0)
        open_study(session, study)
        columns, version = store.get(session, study)
        assert columns.items == 2
        assert version != draft[1]

    def test_kinds_are_kept_apart(self, session: Session) -> None:
        study, store = judged_study(session, prompts=2), ColumnStore()
        session.scalars(select(Account)).all()[-1].rater_kind = RaterKind.JUDGE
        session.flush()
        people, of_people = store.get(session, study)
        judges, of_judges = store.get(session, study, RaterKind.JUDGE)
        assert (len(people), len(judges)) == (4, 2)
        assert of_people != of_judges

    def test_a_rater_who_turns_out_to_be_a_simulation(self, session: Session) -> None:
        study, store = judged_study(session, prompts=2), ColumnStore()
        assert len(store.get(session, study)[0]) == 6
        session.scalars(select(Account)).all()[0].rater_kind = RaterKind.SIMULATED
        session.flush()
        assert len(store.get(session, study)[0]) == 4

    def test_the_longest_unused_study_is_forgotten(
        self, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        studies = [opened_study(session, name=name, prompts=2) for name in ("a", "b", "c")]
        store, seen = ColumnStore(studies=2), _reads(monkeypatch)
        for place in (0, 1, 0, 2, 0, 1):
            store.get(session, studies[place])
        assert seen == [studies[place].name for place in (0, 1, 2, 1)]


class TestNumbersOfJudgements:
    def test_given_anew_after_an_import_was_removed(self, session: Session) -> None:
        study, store = opened_study(session, prompts=2), ColumnStore()
        rater = enter(session, study.public_id, invite(session, study, "Ann").account)
        battles = [battle(n, "tie") for n in range(3)]
        imported = import_into(session, lines(*battles)).study
        store.get(session, study)
        delete_import(session, imported)
        while assignment := next_assignment(session, rater):
            judge(session, rater, assignment, random.Random(1))
        import_into(session, lines(*battles))
        columns, _ = store.get(session, study)
        assert len(columns) == 2
        assert identical(columns, read_columns(session, study))

    def test_committed_after_a_larger_one(self, session: Session) -> None:
        """As on PostgreSQL, where the one that began first may end last."""
        study, store = opened_study(session, prompts=2), ColumnStore()
        judge_all(session, study, mixed_judge, raters=1, revised=0)
        first, second = session.scalars(select(Judgement).order_by(Judgement.id))
        session.add(Judgement(id=90, assignment_id=first.assignment_id, revision=2))
        session.flush()
        store.get(session, study)
        session.add(Judgement(id=89, assignment_id=second.assignment_id, revision=2))
        session.flush()
        columns, _ = store.get(session, study)
        assert columns.revision.tolist() == [2, 2]


def test_many_look_while_one_judges(database: Database) -> None:
    with database.writing() as session:
        study = opened_study(session, prompts=6)
        rater = invite(session, study, "Ann").account
        key, account = study.id, rater.id
    store, seen = ColumnStore(), dict[int, set[Hashable]]()
    errors: list[BaseException] = []
    is_over = threading.Event()

    def look() -> None:
        try:
            while not is_over.is_set():
                with database.reading() as session:
                    columns, version = store.get(session, session.get_one(Study, key))
                    seen.setdefault(len(columns), set()).add(version)
        except BaseException as error:  # noqa: BLE001 (told to the test)
            errors.append(error)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(6):
        with database.writing() as session:
            study = session.get_one(Study, key)
            rater_now = enter(session, study.public_id, session.get_one(Account, account))
            assignment = next_assignment(session, rater_now)
            assert assignment is not None
            judge(session, rater_now, assignment, random.Random(number))
    is_over.set()
    for thread in threads:
        thread.join()
    assert not errors
    assert all(len(versions) == 1 for versions in seen.values())
    with database.reading() as session:
        study = session.get_one(Study, key)
        columns, _ = store.get(session, study)
        assert len(columns) == 6
        assert identical(columns, read_columns(session, study))


def _reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the studies that are read from the beginning."""
    seen: list[str] = []

    def noted(session: Session, study: Study, kind: RaterKind) -> Kept:
        seen.append(study.name)
        return read_kept(session, study, kind)

    monkeypatch.setattr("app.results.store.read_kept", noted)
    return seen

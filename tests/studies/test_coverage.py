"""Who judges what: so many per item, everyone everything, or by a list."""

import sqlite3
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, InvalidInput
from app.ratings import Rater, next_assignment, rater_progress, submit
from app.studies import AmendForm, amend_study, close_study, study_progress, versions
from app.studies.listed import import_list
from app.tables import Assignment, Coverage, Design, Item, Judgement, ListedItem, Study


def judge_all(session: Session, rater: Rater, judgements: Any, most: int = 99) -> list[int]:
    """-> the prompts judged, in order."""
    judged: list[int] = []
    while len(judged) < most and (assignment := next_assignment(session, rater)):
        submit(session, rater, assignment, judgements.both_good(len(assignment.slots)))
        judged.append(assignment.item.prompt_id)
    return judged


class TestEveryone:
    def test_every_rater_judges_every_item(
        self, world: Any, session: Session, judgements: Any
    ) -> None:
        study = world.opened(coverage=Coverage.EVERYONE, ratings_per_item=1)
        raters = [world.rater(study, name) for name in ("Ada", "Bob", "Cem")]
        for rater in raters:
            assert rater_progress(session, rater).total == 3
            assert len(judge_all(session, rater, judgements)) == 3
        progress = study_progress(session, study)
        assert (progress.done, progress.wanted) == (9, 9)

    def test_slots_are_balanced_within_each_rater(
        self, world: Any, session: Session, judgements: Any
    ) -> None:
        study = world.opened(world.run(prompts=6), coverage=Coverage.EVERYONE)
        rater = world.rater(study)
        judge_all(session, rater, judgements)
        shown = [
            (slot.number, slot.response.run_variant_id)
            for assignment in session.scalars(select(Judgement.assignment_id))
            for slot in session.get_one(Assignment, assignment).slots
        ]
        counts = {place: shown.count(place) for place in set(shown)}
        assert set(counts.values()) == {2}


class TestListed:
    FILE = b"rater,prompt\nAda,2\nAda,0\nBob,1\n"

    def listed(self, world: Any) -> tuple[Study, Rater, Rater]:
        study = world.opened(coverage=Coverage.LISTED)
        return study, world.rater(study, "Ada"), world.rater(study, "Bob")

    def test_in_the_order_of_the_file(self, world: Any, session: Session, judgements: Any) -> None:
        study, ada, bob = self.listed(world)
        assert import_list(session, study, filename="list.csv", data=self.FILE) == 3
        prompts = study.run.prompt_set.prompts
        assert rater_progress(session, ada).total == 2
        assert judge_all(session, ada, judgements) == [prompts[2].id, prompts[0].id]
        assert judge_all(session, bob, judgements) == [prompts[1].id]
        progress = study_progress(session, study)
        assert (progress.done, progress.wanted) == (3, 3)

    def test_without_a_list_there_is_nothing(self, world: Any, session: Session) -> None:
        _, ada, _ = self.listed(world)
        assert next_assignment(session, ada) is None

    def test_a_second_file_adds(self, world: Any, session: Session) -> None:
        study, *_ = self.listed(world)
        import_list(session, study, filename="list.csv", data=self.FILE)
        import_list(session, study, filename="more.jsonl", data=b'{"rater":"Bob","prompt":2}')
        positions = session.scalars(select(ListedItem.position).order_by(ListedItem.id)).all()
        assert positions == [0, 1, 2, 3]

    def test_bad_lines_are_named_and_nothing_is_listed(self, world: Any, session: Session) -> None:
        study, *_ = self.listed(world)
        bad = b"rater,prompt\nAda,0\nEve,1\nAda,nine\nAda,0\n"
        with pytest.raises(InvalidInput) as caught:
            import_list(session, study, filename="list.csv", data=bad)
        where = [problem.where for problem in caught.value.problems]
        assert where == ["list.csv:3", "list.csv:4", "list.csv:5"]
        assert session.scalars(select(ListedItem)).all() == []

    def test_only_for_studies_with_a_list(self, world: Any, session: Session) -> None:
        with pytest.raises(Conflict, match="takes no list"):
            import_list(session, world.opened(), filename="list.csv", data=self.FILE)


class TestByUncertainty:
    def test_pairs_nobody_judged_come_first_then_the_close_one(
        self, world: Any, session: Session, judgements: Any
    ) -> None:
        run = world.run(prompts=20)
        base, lora, full = (member.id for member in run.variants)
        rater = world.rater(world.opened(run, design=Design.PAIRWISE, adaptive=True))
        judged: list[tuple[int, ...]] = []
        for turn in range(30):
            assignment = next_assignment(session, rater)
            assert assignment is not None
            shown = {slot.number: slot.response.run_variant_id for slot in assignment.slots}
            judged.append(tuple(sorted(shown.values())))
            # base and lora win by turns, full loses always
            value = {base: turn % 2, lora: 1 - turn % 2, full: -1}
            worth = {slot: value[member] for slot, member in shown.items()}
            submit(session, rater, assignment, judgements.preferring(worth))
        assert len(set(judged[:3])) == 3
        assert judged.count((base, lora)) > 12

    def test_in_a_study_of_more_items_than_a_query_takes_values(
        self, world: Any, session: Session
    ) -> None:
        rater = world.rater(
            world.opened(world.run(prompts=20), design=Design.PAIRWISE, adaptive=True)
        )
        connection = session.connection().connection.dbapi_connection
        assert isinstance(connection, sqlite3.Connection)
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 20)
        assert next_assignment(session, rater) is not None

    def test_who_is_judging_now_counts(self, world: Any, session: Session) -> None:
        study = world.opened(
            world.run(prompts=9), design=Design.PAIRWISE, adaptive=True, ratings_per_item=3
        )
        shown = []
        for name in ("Ada", "Bob", "Cem"):
            assignment = next_assignment(session, world.rater(study, name))
            assert assignment is not None
            shown.append(frozenset(slot.response.run_variant_id for slot in assignment.slots))
        assert len(set(shown)) == 3


class TestVersions:
    def form(self, study: Study, **changes: Any) -> AmendForm:
        as_it_is = {
            "note": "because",
            "instructions": study.instructions,
            "guidance": {one.key: one.guidance for one in study.criteria},
            "ratings_per_item": study.ratings_per_item,
            "reserve_minutes": study.reserve_minutes,
        }
        return AmendForm(**(as_it_is | changes))

    def test_opening_makes_the_first(self, world: Any, session: Session) -> None:
        run = world.run()
        assert world.draft(run).version == 0
        study = world.opened(run, name="other")
        [first] = versions(session, study)
        assert (study.version, first.number, first.note) == (1, 1, "Opened.")
        assert first.snapshot["criteria"][0]["key"] == "factuality"
        assert first.snapshot["seed"] == 7

    def test_judgements_name_theirs(self, world: Any, session: Session, judgements: Any) -> None:
        study = world.opened()
        rater = world.rater(study)
        judge_all(session, rater, judgements, most=1)
        amend_study(session, study, self.form(study, guidance={"style": "Be strict."}))
        judge_all(session, rater, judgements, most=1)
        assert session.scalars(select(Judgement.study_version)).all() == [1, 2]
        second, first = versions(session, study)
        assert second.snapshot["criteria"][1]["guidance"] == "Be strict."
        assert first.snapshot["criteria"][1]["guidance"] != "Be strict."

    def test_more_raters_per_item_reach_further(
        self, world: Any, session: Session, judgements: Any
    ) -> None:
        study = world.opened(ratings_per_item=1)
        judge_all(session, world.rater(study, "Ada"), judgements)
        bob = world.rater(study, "Bob")
        assert next_assignment(session, bob) is None
        amend_study(session, study, self.form(study, ratings_per_item=2))
        assert len(judge_all(session, bob, judgements)) == len(session.scalars(select(Item)).all())

    def test_fewer_are_refused(self, world: Any, session: Session) -> None:
        study = world.opened(ratings_per_item=2)
        with pytest.raises(Conflict, match="not fewer"):
            amend_study(session, study, self.form(study, ratings_per_item=1))

    def test_nothing_changed_is_no_version(self, world: Any, session: Session) -> None:
        study = world.opened()
        with pytest.raises(Conflict, match="Nothing is changed"):
            amend_study(session, study, self.form(study))
        assert study.version == 1

    def test_drafts_and_closed_studies_are_not_amended(self, world: Any, session: Session) -> None:
        run = world.run()
        draft, closed = world.draft(run), world.opened(run, name="closed")
        close_study(closed)
        for study in (draft, closed):
            with pytest.raises(Conflict, match="only an open study"):
                amend_study(session, study, self.form(study, instructions="New."))

"""Training and gold items: from a file into the study, into sessions, and out of what counts."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assignment import gold_due
from app.errors import AppError, Conflict, InvalidInput
from app.ratings import Rater, next_assignment, rater_progress, submit
from app.ratings.checks import is_expected
from app.results import study_result
from app.runs import delete_run
from app.studies import (
    OnFailure,
    answers_per_item,
    delete_study,
    import_checks,
    list_checks,
    list_raters,
    open_study,
    remove_checks,
    resume,
    study_progress,
    update_study,
)
from app.studies.listed import import_list
from app.tables import Assignment, Coverage, Design, Item, ItemKind, Prompt, PromptSet, Run
from tests.sessions.conftest import AddChecks, configure


def judge_all(session: Session, rater: Rater, judgements: Any, *, right: bool = True) -> list[str]:
    """The kinds of the rater's items in the order in which they came."""
    kinds = []
    while (assignment := next_assignment(session, rater)) is not None:
        kinds.append(assignment.item.kind.value)
        places = {one.response_id: place for place, one in enumerate(assignment.item.responses)}
        worth = {
            slot.number: float((places[slot.response_id] == 1) == right)
            for slot in assignment.slots
        }
        submit(session, rater, assignment, judgements.preferring(worth))
        if not rater.may_judge:
            break
    return kinds


class TestImport:
    def test_into_a_draft_and_an_open_study(
        self, world: Any, session: Session, add_checks: AddChecks
    ) -> None:
        study = world.draft()
        assert add_checks(study, 2, "training") == 2
        open_study(session, study)
        assert add_checks(study, 3) == 3
        kinds = [item.kind for item in list_checks(session, study)]
        assert kinds == [ItemKind.TRAINING] * 2 + [ItemKind.GOLD] * 3
        assert study_progress(session, study).items == 3
        item = list_checks(session, study)[0]
        assert (item.expected, item.feedback) == (
            {"factuality": [2, 1, 2]},
            "The second one is right, 0.",
        )
        assert [one.response.text for one in item.responses] == [
            f"training answer {n} of 0" for n in range(3)
        ]

    def test_columns_of_a_table(self, world: Any, session: Session) -> None:
        study = world.pairs()
        table = "kind,prompt,answer_1,answer_2,expected_style\ngold,Why?,a,b,1 = 2\n"
        import_checks(session, study, filename="gold.csv", data=table.encode())
        assert list_checks(session, study)[0].expected == {"style": [1, 1]}

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            ({"kind": "silver"}, "kind: 'silver' is not known"),
            ({"prompt": " "}, "prompt: is missing"),
            ({"answers": ["one"]}, "answers: there are 1, not 2"),
            ({"answers": "one"}, "answers: must be a list"),
            ({"answers": [1, 2]}, "answers: must be a list"),
            ({"expected": None}, "expected: is missing"),
            ({"expected": {"taste": "1 > 2"}}, "'taste' is no such criterion"),
            ({"expected": {"style": "1 > 3"}}, "'1 > 3' does not order 2 answers"),
            ({"expected": {"style": "1 2"}}, "does not order"),
            ({"expected": {"style": "1 >"}}, "does not order"),
            ({"expected": {"style": "> 1"}}, "does not order"),
            ({"expected": {"style": 7}}, "does not order"),
        ],
    )
    def test_every_bad_line_is_named(
        self, world: Any, session: Session, change: dict[str, Any], problem: str
    ) -> None:
        study = world.pairs()
        sound = {"prompt": "Why?", "answers": ["a", "b"], "expected": {"style": "1 > 2"}}
        rows = [sound, {**sound, **change}]
        data = "\n".join(map(json.dumps, rows)).encode()
        with pytest.raises(InvalidInput) as refused:
            import_checks(session, study, filename="gold.jsonl", data=data)
        assert [(one.where, problem in one.message) for one in refused.value.problems] == [
            ("gold.jsonl:2", True)
        ]
        assert list_checks(session, study) == []

    def test_removed_until_somebody_had_one(
        self, world: Any, session: Session, add_checks: AddChecks
    ) -> None:
        study = world.pairs()
        add_checks(study, 2, "training")
        before = session.scalar(select(Run.id).where(Run.name.contains("checks")))
        remove_checks(session, study)
        assert list_checks(session, study) == []
        assert session.scalar(select(PromptSet.id).where(PromptSet.name.contains("checks"))) is None
        assert before is not None
        add_checks(study, 1, "training")
        next_assignment(session, world.rater(study))
        with pytest.raises(Conflict, match="judged"):
            remove_checks(session, study)

    def test_their_run_cannot_be_deleted_under_them(
        self, world: Any, session: Session, add_checks: AddChecks
    ) -> None:
        study = world.pairs()
        add_checks(study)
        run = session.scalars(select(Run).where(Run.name.contains("checks"))).one()
        with pytest.raises(Conflict, match="study"):
            delete_run(session, run.id)

    def test_a_draft_is_deleted_with_them(
        self, world: Any, session: Session, add_checks: AddChecks
    ) -> None:
        study = world.draft()
        add_checks(study)
        delete_study(session, study)
        assert session.scalars(select(Item)).all() == []
        assert session.scalars(select(Prompt).where(Prompt.text.contains("gold"))).all() == []

    def test_a_draft_that_they_no_longer_fit_does_not_open(
        self, world: Any, session: Session, add_checks: AddChecks
    ) -> None:
        run = world.run()
        study = world.draft(run)
        add_checks(study)
        two = [member.id for member in run.variants][:2]
        update_study(session, study, world.form(run, run_variant_ids=two))
        with pytest.raises(AppError, match="do not fit"):
            open_study(session, study)


class TestSession:
    def test_training_first_and_gold_in_between(
        self, world: Any, session: Session, add_checks: AddChecks, judgements: Any
    ) -> None:
        study = world.opened(world.run(prompts=9, variants=2))
        add_checks(study, 2, "training")
        add_checks(study, 5)
        configure(session, study, gold_every=3)
        rater = world.rater(study)
        kinds = judge_all(session, rater, judgements)
        assert kinds[:2] == ["training"] * 2
        assert (kinds.count("regular"), kinds.count("gold")) == (9, 3)
        places = [n for n, kind in enumerate(kinds[2:]) if kind == "gold"]
        assert all(4 * k < place <= 4 * k + 3 for k, place in enumerate(places)), places

    def test_the_total_does_not_tell_gold_from_others(
        self, world: Any, session: Session, add_checks: AddChecks, judgements: Any
    ) -> None:
        study = world.opened(world.run(prompts=7, variants=2))
        add_checks(study, 9)
        configure(session, study, gold_every=2)
        rater = world.rater(study)
        totals = [rater_progress(session, rater).total]
        while (assignment := next_assignment(session, rater)) is not None:
            totals.append(rater_progress(session, rater).total)
            submit(session, rater, assignment, judgements.both_good(2))
        assert len(totals) - 1 == totals[0]
        assert len(set(totals)) == 1

    def test_with_too_few_gold_items_the_total_is_right_too(
        self, world: Any, session: Session, add_checks: AddChecks, judgements: Any
    ) -> None:
        study = world.opened(world.run(prompts=6, variants=2))
        add_checks(study, 1)
        configure(session, study, gold_every=1)
        rater = world.rater(study)
        assert rater_progress(session, rater).total == 7
        assert len(judge_all(session, rater, judgements)) == 7

    def test_what_was_said_is_compared_with_what_was_expected(
        self, world: Any, session: Session, add_checks: AddChecks, judgements: Any
    ) -> None:
        study = world.opened(world.run(prompts=4, variants=2), ratings_per_item=2)
        add_checks(study, 4)
        configure(session, study, gold_every=1)
        judge_all(session, world.rater(study, "Ada"), judgements)
        judge_all(session, world.rater(study, "Bob"), judgements, right=False)
        ada, bob = list_raters(session, study)
        assert (ada.gold_passed, ada.gold_seen, ada.is_below) == (4, 4, False)
        assert (bob.gold_passed, bob.gold_seen, bob.is_below) == (0, 4, True)

    def test_a_changed_judgement_is_looked_at_again(
        self, world: Any, session: Session, add_checks: AddChecks, judgements: Any
    ) -> None:
        study = world.opened(world.run(prompts=2, variants=2))
        add_checks(study, 1)
        configure(session, study, gold_every=1)
        rater = world.rater(study)
        judge_all(session, rater, judgements, right=False)
        gold = session.scalars(
            select(Assignment).join(Item).where(Item.kind == ItemKind.GOLD)
        ).one()
        assert [one.passed for one in gold.judgements] == [False]
        places = {one.response_id: place for place, one in enumerate(gold.item.responses)}
        worth = {slot.number: float(places[slot.response_id]) for slot in gold.slots}
        submit(session, rater, gold, judgements.preferring(worth))
        assert [one.passed for one in gold.judgements] == [False, True]
        assert list_raters(session, study)[0].gold_passed == 1


class TestDesigns:
    @pytest.mark.parametrize(
        ("variants", "fields"),
        [
            (3, {"design": Design.PAIRWISE}),
            (3, {"design": Design.PAIRWISE, "adaptive": True}),
            (4, {"design": Design.BLOCKS, "block_size": 3}),
            (3, {"coverage": Coverage.EVERYONE}),
        ],
    )
    def test_gold_comes_in_every_design_and_the_total_is_right(
        self,
        world: Any,
        session: Session,
        judgements: Any,
        variants: int,
        fields: dict[str, Any],
    ) -> None:
        run = world.run(prompts=5, variants=variants)
        study = world.opened(run, ratings_per_item=2, **fields)
        answers = ["a", "b"] if answers_per_item(study) == 2 else ["a", "b", "c"]
        order = "2 > 1" if len(answers) == 2 else "2 > 1 = 3"
        rows = [
            {"prompt": f"{n}?", "answers": answers, "expected": {"style": order}} for n in "123"
        ]
        data = "\n".join(map(json.dumps, rows)).encode()
        import_checks(session, study, filename="gold.jsonl", data=data)
        configure(session, study, gold_every=2)
        for name in ("Ada", "Bob"):
            rater = world.rater(study, name)
            total = rater_progress(session, rater).total
            kinds = judge_all(session, rater, judgements)
            assert len(kinds) == total
            assert kinds.count("gold") >= 2

    def test_beside_a_list(
        self, world: Any, session: Session, add_checks: AddChecks, judgements: Any
    ) -> None:
        study = world.opened(world.run(prompts=5, variants=2), coverage=Coverage.LISTED)
        add_checks(study, 2)
        configure(session, study, gold_every=1)
        rater = world.rater(study, "Ada")
        assert judge_all(session, rater, judgements) == []
        import_list(session, study, filename="list.csv", data=b"rater,prompt\nAda,1\nAda,3\n")
        assert rater_progress(session, rater).total == 4
        assert sorted(judge_all(session, rater, judgements)) == ["gold"] * 2 + ["regular"] * 2


class TestScreeningOut:
    def test_who_fails_is_stopped_and_does_not_count(
        self, world: Any, session: Session, add_checks: AddChecks, judgements: Any
    ) -> None:
        study = world.opened(world.run(prompts=6, variants=2))
        add_checks(study, 6)
        configure(session, study, gold_every=1, gold_minimum=2, on_failure=OnFailure.SCREEN_OUT)
        bad, good = world.rater(study, "Bad"), world.rater(study, "Good")
        kinds = judge_all(session, bad, judgements, right=False)
        assert kinds.count("gold") == 2
        assert bad.invitation.screened_out_at is not None
        with pytest.raises(Conflict, match="not taken"):
            next_assignment(session, bad)
        assert study_progress(session, study).done == 0
        assert judge_all(session, good, judgements).count("regular") == 6
        assert study_progress(session, study).done == 6
        result = study_result(session, study)
        assert (result.judgements, result.raters) == (6, 1)
        assert result.screened_out == kinds.count("regular")

    def test_who_is_let_in_again_counts_again(
        self, world: Any, session: Session, add_checks: AddChecks, judgements: Any
    ) -> None:
        study = world.opened(world.run(prompts=6, variants=2))
        add_checks(study, 6)
        configure(session, study, gold_every=1, gold_minimum=1, on_failure=OnFailure.SCREEN_OUT)
        rater = world.rater(study)
        regular = judge_all(session, rater, judgements, right=False).count("regular")
        assert study_progress(session, study).done == 0
        resume(rater.invitation)
        session.flush()
        assert rater.may_judge
        assert study_progress(session, study).done == regular
        judge_all(session, rater, judgements, right=False)
        assert rater.may_judge
        assert study_progress(session, study).done == 6

    def test_a_flag_stops_nobody(
        self, world: Any, session: Session, add_checks: AddChecks, judgements: Any
    ) -> None:
        study = world.opened(world.run(prompts=4, variants=2))
        add_checks(study, 4)
        configure(session, study, gold_every=1, gold_minimum=1)
        rater = world.rater(study)
        assert judge_all(session, rater, judgements, right=False).count("regular") == 4
        assert study_result(session, study).judgements == 4


class TestPure:
    @given(st.integers(1, 20), st.integers(0, 2**31), st.text(max_size=5), st.integers(0, 300))
    def test_one_in_every_stretch(self, every: int, seed: int, rater: str, had: int) -> None:
        due = gold_due(had, every=every, seed=seed, rater=rater)
        assert had // every <= due <= had // every + 1
        assert due <= gold_due(had + 1, every=every, seed=seed, rater=rater) <= due + 1

    @pytest.mark.parametrize(
        ("said", "passes"),
        [
            ({0: 2, 1: 1, 2: 2}, True),
            ({0: 5, 1: 2, 2: 5}, True),
            ({0: 2, 1: 1, 2: 3}, False),
            ({0: 1, 1: 1, 2: 1}, False),
            ({0: 1, 1: 2, 2: 1}, False),
            ({0: 2, 1: 1}, False),
            ({0: None, 1: None, 2: None}, False),
            ({}, False),
        ],
    )
    def test_the_same_order(self, said: dict[int, int | None], passes: bool) -> None:
        assert is_expected({"a": [2, 1, 2]}, {"a": said}) is passes

    def test_every_expected_criterion_counts(self) -> None:
        said: dict[str, dict[int, int | None]] = {"a": {0: 1, 1: 2}, "b": {0: 1, 1: 1}}
        assert is_expected({"a": [1, 2]}, said)
        assert not is_expected({"a": [1, 2], "b": [1, 2]}, said)

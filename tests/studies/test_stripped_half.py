"""A study that shows half of its items without openers and formatting."""

import json
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.blinding import diff_page, rating_page
from app.errors import Conflict
from app.ratings import next_assignment, preview
from app.stripping import RULE
from app.studies import import_checks, open_study, plan_items, update_study
from app.tables import Assignment, Design, Item, ItemKind, Response, Run, Study

STORED = "Sure! **Built** in 1742 by `*`."
SHOWN = "Built in 1742 by `*`."


@pytest.fixture
def run(world: Any, session: Session) -> Run:
    made: Run = world.run(prompts=6, variants=3, categories=("a", "b"))
    for response in session.scalars(select(Response)):
        response.text = STORED
    return made


@pytest.fixture
def pages(world: Any, session: Session, run: Run) -> dict[bool, Assignment]:
    """An assignment of each half."""
    study = world.opened(run, strip_half=True, marks=True)
    rater = world.rater(study)
    found: dict[bool, Assignment] = {}
    while len(found) < 2 and (one := next_assignment(session, rater)):
        found[one.item.is_stripped] = one
        one.submitted_at = study.opened_at
        session.flush()
    return found


def items(session: Session, study: Study) -> list[Item]:
    query = select(Item).where(Item.study_id == study.id).order_by(Item.position)
    return list(session.scalars(query))


class TestPlan:
    def test_off_unless_asked_for(self, world: Any, session: Session, run: Run) -> None:
        assert plan_items(session, world.draft(run)).stripped == 0

    def test_half_of_the_items_of_each_category(
        self, world: Any, session: Session, run: Run
    ) -> None:
        study = world.opened(run, strip_half=True)
        halves = Counter((one.prompt.category, one.is_stripped) for one in items(session, study))
        assert sum(one.is_stripped for one in items(session, study)) == 3
        assert all(1 <= count <= 2 for count in halves.values())

    def test_the_items_of_a_prompt_are_alike(self, world: Any, session: Session, run: Run) -> None:
        study = world.opened(run, strip_half=True, design=Design.PAIRWISE)
        forms = {(one.prompt_id, one.is_stripped) for one in items(session, study)}
        assert len(forms) == 6
        assert sum(one.is_stripped for one in items(session, study)) == 9

    def test_each_pair_is_halved_where_prompts_have_different_ones(
        self, world: Any, session: Session
    ) -> None:
        run = world.run(prompts=12, variants=3)
        fields = {"design": Design.PAIRWISE, "blocks_per_prompt": 1, "strip_half": True}
        plan = plan_items(session, world.draft(run, **fields))
        assert Counter((one.members, one.is_stripped) for one in plan.items) == {
            (pair, form): 2 for pair in ((0, 1), (0, 2), (1, 2)) for form in (True, False)
        }

    def test_what_was_planned_is_what_is_opened(
        self, world: Any, session: Session, run: Run
    ) -> None:
        study = world.draft(run, strip_half=True)
        planned = [one.is_stripped for one in plan_items(session, study).items]
        open_study(session, study)
        assert [one.is_stripped for one in items(session, study)] == planned

    def test_checks_are_never_stripped(self, world: Any, session: Session, run: Run) -> None:
        study = world.draft(run, strip_half=True)
        same = {"prompt": "x", "answers": list("123"), "expected": {"style": "1 > 2 > 3"}}
        checks = [json.dumps(same | {"kind": kind}) for kind in ("gold", "training") * 4]
        data = "\n".join(checks).encode()
        import_checks(session, study, filename="checks.jsonl", data=data)
        open_study(session, study)
        found = items(session, study)
        assert not any(one.is_stripped for one in found if one.kind is not ItemKind.REGULAR)
        assert sum(one.is_stripped for one in found) == 3

    def test_it_is_fixed_with_the_study(self, world: Any, session: Session, run: Run) -> None:
        study = world.opened(run, strip_half=True)
        with pytest.raises(Conflict):
            update_study(session, study, world.form(run, strip_half=False))


class TestRule:
    def test_it_is_stored_when_the_study_is_opened(
        self, world: Any, session: Session, run: Run
    ) -> None:
        study = world.draft(run, strip_half=True)
        assert study.stripping_rule is None
        open_study(session, study)
        assert study.stripping_rule == RULE

    @pytest.mark.parametrize("rule", [RULE - 1, None])
    def test_nothing_is_shown_that_was_stripped_by_another(
        self, session: Session, pages: dict[bool, Assignment], rule: int | None
    ) -> None:
        pages[True].item.study.stripping_rule = rule
        with pytest.raises(Conflict) as refused:
            rating_page(session, pages[True])
        assert "strip" not in str(refused.value), "raters are not told"
        assert rating_page(session, pages[False]).answers[0].text == STORED


class TestPages:
    def test_all_answers_of_an_item_are_alike(
        self, session: Session, pages: dict[bool, Assignment]
    ) -> None:
        shown = {
            form: {answer.text for answer in rating_page(session, one).answers}
            for form, one in pages.items()
        }
        assert shown == {True: {SHOWN}, False: {STORED}}

    def test_what_is_left_is_shown_as_plain_text(
        self, session: Session, pages: dict[bool, Assignment]
    ) -> None:
        stripped, stored = (rating_page(session, pages[form]).answers[0] for form in (True, False))
        assert stripped.is_plain
        assert ">Built in 1742 by `*`.<" in stripped.html
        assert "<strong>" in stored.html

    def test_two_answers_are_compared_as_they_are_shown(
        self, session: Session, pages: dict[bool, Assignment]
    ) -> None:
        [stretch] = diff_page(session, pages[True], 1, 2).stretches
        assert stretch.text == SHOWN

    def test_words_of_introduction_are_blacked_out_in_what_is_left(
        self, session: Session, pages: dict[bool, Assignment]
    ) -> None:
        assignment = pages[True]
        session.get_one(Study, assignment.item.study_id).mask_introductions = True
        assignment.slots[0].response.text = "Sure! **I am Claude** and know."
        assert rating_page(session, assignment).answers[0].text == "█ ██ ██████ and know."


class TestPreview:
    def test_it_shows_what_raters_see_and_on_request_the_other_form(
        self, world: Any, session: Session, run: Run
    ) -> None:
        study = world.draft(run, strip_half=True)
        for number, item in enumerate(plan_items(session, study).items, start=1):
            usual = preview(session, study, number)
            assert usual.is_stripped == item.is_stripped
            assert usual.page.answers[0].text == (SHOWN if item.is_stripped else STORED)
            for form in (True, False):
                asked = preview(session, study, number, stripped=form)
                assert asked.page.answers[0].text == (SHOWN if form else STORED)

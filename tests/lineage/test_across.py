"""Variants are recognised over studies; nothing is compared that cannot be."""

import shutil
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.criteria import CriterionForm
from app.errors import AppError, NotFound
from app.lineage import AcrossResult, Measure, Row, Wanted, across_studies, members_of
from app.lineage.cells import share_over
from app.registry import Registry
from app.results import StudyResult, study_result
from app.studies import AmendForm, amend_study, close_study
from app.tables import Design, Invitation, RaterKind, Scale, Study
from tests.lineage.conftest import trained
from tests.lineage.studies import judged
from tests.registry.conftest import World
from tests.results.judged_study import opened_study

BASE = "{name: base, kind: base, weights: base}"
EARLY = "{name: early, kind: lora, weights: base, adapter: mine/checkpoint-100}"
LATE = "{name: late, kind: lora, weights: base, adapter: mine/checkpoint-200}"
STRENGTHS = {"base": 0.0, "early": 0.8, "late": 2.0, "start": 0.8}


def registry(world: World, *variants: str) -> Registry:
    return world.load(f"variants: [{', '.join(variants)}]")


def two_studies(session: Session, world: World, **second: Any) -> list[Study]:
    """The base and an early checkpoint, then both with a late one."""
    first = judged(session, registry(world, BASE, EARLY), "May", STRENGTHS)
    both = registry(world, BASE, EARLY, LATE)
    return [first, judged(session, both, "June", STRENGTHS, **second)]


@dataclass(frozen=True, eq=False)
class Months:
    """May and June as nobody changes them."""

    session: Session
    studies: list[Study]

    def across(self, wanted: Wanted | None = None) -> AcrossResult:
        return across_studies(self.session, self.studies, wanted, self.look)

    @cache  # noqa: B019  (lives as long as the module's tests)
    def look(self, study: Study) -> StudyResult:
        return study_result(self.session, study)


@pytest.fixture(scope="module")
def months(shared_session: Session, shared_world: World) -> Months:
    return Months(shared_session, two_studies(shared_session, shared_world))


def row(result: AcrossResult, name: str, measure: Measure = Measure.SHARE) -> Row:
    [found] = [one for one in result.rows(measure) if name in one.names]
    return found


def notice(result: AcrossResult, title: str) -> str:
    return " ".join(one.text for one in result.notices if one.title == title)


class TestRecognising:
    def test_a_copy_by_another_name_is_the_same_row(self, session: Session, world: World) -> None:
        first = judged(session, registry(world, BASE, EARLY), "May", STRENGTHS)
        shutil.copytree(world.root / "base", world.root / "elsewhere/base")
        shutil.copytree(world.root / "mine/checkpoint-100", world.root / "elsewhere/start")
        moved = "{name: base, kind: base, weights: elsewhere/base}"
        start = "{name: start, kind: lora, weights: elsewhere/base, adapter: elsewhere/start}"
        second = judged(session, registry(world, moved, start), "June", STRENGTHS)
        result = across_studies(session, [first, second])
        [only] = result.shares
        assert only.names == ("start", "early")
        assert [cell.name for cell in only.cells] == ["early", "start"]
        assert [one.name for one in result.opponents] == ["base", "start"]

    def test_a_copy_goes_on_being_a_checkpoint(self, session: Session, world: World) -> None:
        first = judged(session, registry(world, BASE, EARLY), "May", STRENGTHS)
        shutil.copytree(world.root / "mine/checkpoint-100", world.root / "start")
        start = "{name: start, kind: lora, weights: base, adapter: start}"
        second = judged(session, registry(world, BASE, start), "June", STRENGTHS)
        checkpoint = row(across_studies(session, [first, second]), "start").variant.checkpoint
        assert checkpoint
        assert (checkpoint.series, checkpoint.step) == ("mine", 100)

    def test_trained_again_under_the_same_name(self, session: Session, world: World) -> None:
        first = judged(session, registry(world, BASE, EARLY), "May", STRENGTHS)
        shutil.rmtree(world.root / "mine/checkpoint-100")
        trained(world, "mine/checkpoint-100", 7)
        second = judged(session, registry(world, BASE, EARLY), "June", STRENGTHS)
        result = across_studies(session, [first, second])
        assert [one.variant.name for one in result.shares] == ["early", "early"]
        assert "early is not the same variant everywhere; it differs in: adapter." in notice(
            result, "Names"
        )

    def test_other_sampling_of_a_run_is_another_variant(
        self, session: Session, world: World
    ) -> None:
        first = judged(session, registry(world, BASE, EARLY), "May", STRENGTHS)
        warm = {"temperature": 0.7}
        second = judged(session, registry(world, BASE, EARLY), "June", STRENGTHS, sampling=warm)
        assert not {m.identity for m in members_of(first)} & {
            m.identity for m in members_of(second)
        }
        assert "it differs in: sampling" in notice(
            across_studies(session, [first, second]), "Names"
        )

    def test_recorded_answers_by_their_name(self, session: Session) -> None:
        studies = [opened_study(session, name=name, prompts=n) for name, n in (("A", 6), ("B", 7))]
        result = across_studies(session, studies)
        assert len(result.opponents) == 3
        assert "only the name tells whose they are: base, lora, full" in notice(result, "Names")

    def test_the_same_twice_in_one_study(self, session: Session, world: World) -> None:
        again = EARLY.replace("early", "start")
        first = judged(session, registry(world, BASE, EARLY, again), "A and A", STRENGTHS)
        second = judged(session, registry(world, BASE, EARLY), "June", STRENGTHS)
        cells = row(across_studies(session, [first, second]), "early").cells
        assert cells[0].reason == "the same variant twice: early, start"
        assert cells[1].estimate


class TestNumbers:
    def test_are_those_of_the_studies(self, months: Months) -> None:
        result = months.across(Wanted("factuality"))
        for place, study in enumerate(months.studies):
            criterion = months.look(study).criteria[0]
            # The pair stands the other way round there.
            backwards = share_over(criterion, "base", "early")
            found = row(result, "early").cells[place].estimate
            assert found
            assert backwards
            assert backwards.value is not None
            assert backwards.low is not None
            assert found.value == pytest.approx(1 - backwards.value)
            assert found.high == pytest.approx(1 - backwards.low)
            score = next(s for s in criterion.scores if s.variant and s.variant.name == "early")
            assert row(result, "early", Measure.SCORE).cells[place].estimate == score.mean

    def test_of_raters_of_one_kind(self, months: Months) -> None:
        wanted = Wanted(kind=RaterKind.JUDGE)
        result = across_studies(months.session, months.studies, wanted)
        assert [one.judgements for one in result.studies] == [0, 0]
        assert {one.difference.reason for one in result.shares} == {"nothing to compare"}

    def test_a_variant_of_one_study_only(self, months: Months) -> None:
        late = row(months.across(), "late")
        assert (late.cells[0].name, late.cells[0].reason) == (None, "not in this study")
        assert late.difference.reason == "in one study only"

    def test_before_anything_is_judged(self, session: Session) -> None:
        studies = [opened_study(session, name=name) for name in "AB"]
        result = across_studies(session, studies)
        assert {cell.reason for one in result.shares for cell in one.cells} == {
            "not compared with base yet"
        }
        assert {one.difference.reason for one in result.scores} == {"nothing to compare"}


class TestDifferences:
    def test_of_the_same_prompts(self, months: Months) -> None:
        result = months.across()
        early = row(result, "early")
        before, after = (cell.estimate for cell in early.cells)
        found = early.difference.estimate
        assert before and after and found  # noqa: PT018
        assert found.value == (after.value or 0) - (before.value or 0)
        assert notice(result, "Prompts") == "May and June have the same prompts."

    @pytest.mark.parametrize("second", [{"prompts": 7}, {"max_prompts": 5}], ids=str)
    def test_not_of_others(self, session: Session, world: World, second: dict[str, int]) -> None:
        """Another set, or a part of the same."""
        result = across_studies(session, two_studies(session, world, **second))
        assert row(result, "early").difference.estimate is None
        assert "not comparable directly" in row(result, "early").difference.reason
        assert "May has its own; June has its own." in notice(result, "Prompts")

    def test_scores_on_another_scale_are_left_out(self, session: Session, world: World) -> None:
        seven = CriterionForm(
            key="factuality", label="Factuality", scale=Scale.LIKERT, options={"points": 7}
        )
        result = across_studies(session, two_studies(session, world, criteria=[seven]))
        cells = row(result, "early", Measure.SCORE).cells
        assert result.scale == "score 1 to 7, each answer"
        assert cells[0].reason == "another scale: score 1 to 5, each answer"
        assert cells[1].estimate


class TestWhatIsChosen:
    def test_the_base_that_most_studies_have(self, session: Session, world: World) -> None:
        other = "{name: old, kind: base, weights: o/n}"
        first = judged(session, registry(world, other, BASE, EARLY), "May", STRENGTHS | {"old": 0})
        second = judged(session, registry(world, BASE, EARLY), "June", STRENGTHS)
        against = across_studies(session, [first, second]).against
        assert against
        assert against.name == "base"

    def test_another_opponent_by_name_or_identity(self, months: Months) -> None:
        early = members_of(months.studies[0])[1]
        for given in ("early", early.identity[:12]):
            result = months.across(Wanted(against=given))
            assert result.against == early
            assert row(result, "late").cells[1].estimate

    def test_an_opponent_that_one_study_lacks(self, months: Months) -> None:
        result = months.across(Wanted(against="late"))
        assert row(result, "early").cells[0].reason == "late is not in this study"

    @pytest.mark.parametrize("wanted", [Wanted("taste"), Wanted(against="nobody")])
    def test_what_nobody_has(self, months: Months, wanted: Wanted) -> None:
        with pytest.raises(NotFound, match="None of these studies"):
            months.across(wanted)

    def test_one_study_is_not_enough(self, session: Session) -> None:
        study = opened_study(session)
        with pytest.raises(AppError, match="two or more"):
            across_studies(session, [study, study])

    def test_studies_stand_in_the_order_of_time(self, months: Months) -> None:
        result = across_studies(months.session, months.studies[::-1], look=months.look)
        assert [one.name for one in result.studies] == ["May", "June"]
        assert [one.raters for one in result.studies] == [1, 1]


class TestNotices:
    def test_a_rubric_that_was_changed(self, session: Session, world: World) -> None:
        first, second = two_studies(session, world)
        result = across_studies(session, [first, second])
        assert notice(result, "Rubric") == ""
        form = AmendForm(
            note="Clearer.",
            ratings_per_item=second.ratings_per_item,
            reserve_minutes=second.reserve_minutes,
            instructions=second.instructions,
            guidance={"factuality": "Only what can be looked up.", "style": "As before."},
        )
        amend_study(session, second, form)
        result = across_studies(session, [first, second], Wanted("factuality"))
        assert notice(result, "Rubric") == "What raters read about it was changed from May to June."

    def test_raters_that_a_panel_sent_again(self, session: Session, world: World) -> None:
        studies = two_studies(session, world, raters=2)
        result = across_studies(session, studies)
        assert "Each study has its own" in notice(result, "Raters")
        for study in studies:
            mine = select(Invitation).where(Invitation.study_id == study.id).limit(1)
            session.scalars(mine).one().external_id = "panellist-5"
        result = across_studies(session, studies)
        assert "1 of 2 raters judged in more than one" in notice(result, "Raters")

    def test_another_design(self, session: Session, world: World) -> None:
        result = across_studies(session, two_studies(session, world, design=Design.PAIRWISE))
        assert "May: all answers side by side; June: pairs." in notice(result, "Design")

    def test_studies_that_go_on(self, session: Session, world: World) -> None:
        first, second = two_studies(session, world)
        close_study(first)
        assert [one.is_open for one in across_studies(session, [first, second]).studies] == [
            False,
            True,
        ]

"""Series of checkpoints: in one study and over several."""

from typing import Any

from sqlalchemy.orm import Session

from app.lineage import (
    Measure,
    Wanted,
    across_studies,
    checkpoint_figures,
    checkpoint_rows,
    rows_of,
    series_across,
    specs_of,
)
from app.results import study_result
from app.tables import Study
from tests.lineage.studies import judged
from tests.registry.conftest import World

STRENGTHS = {"base": 0.0, "at-100": 0.5, "at-200": 1.0, "at-300": 1.5}


def study(session: Session, world: World, name: str, *steps: int, **more: Any) -> Study:
    """The base and these checkpoints."""
    variants = ["{name: base, kind: base, weights: base}"]
    adapter = "adapter: mine/checkpoint-{0}"
    for step in steps:
        entry = f"name: at-{step}, kind: lora, weights: base, {adapter.format(step)}"
        variants.append(f"{{{entry}}}")
    registry = world.load(f"variants: [{', '.join(variants)}]")
    return judged(session, registry, name, STRENGTHS, **more)


class TestOneStudy:
    def test_shares_against_the_base_by_step(self, session: Session, world: World) -> None:
        made = study(session, world, "May", 200, 100)
        result = study_result(session, made)
        rows = checkpoint_rows(result, specs_of(made), "factuality")
        assert [(one.step, one.checkpoint) for one in rows] == [(100, "at-100"), (200, "at-200")]
        assert {(one.fine_tune.name, one.fine_tune.kind) for one in rows} == {("mine", "lora")}
        [pair] = [p for p in result.criteria[0].pairs if p.second.name == "at-200"][:1]
        assert pair.share.value is not None
        assert rows[1].estimate.value == 1 - pair.share.value

    def test_scores(self, session: Session, world: World) -> None:
        made = study(session, world, "May", 100, 200)
        result = study_result(session, made)
        rows = checkpoint_rows(result, specs_of(made), "style", Measure.SCORE)
        means = {s.variant.name: s.mean for s in result.criteria[1].scores if s.variant}
        assert [one.estimate for one in rows] == [means["at-100"], means["at-200"]]

    def test_figures_of_every_criterion_and_measure(self, session: Session, world: World) -> None:
        made = study(session, world, "May", 100, 200)
        figures = checkpoint_figures(study_result(session, made), specs_of(made))
        assert list(figures) == [
            "checkpoints-factuality",
            "checkpoint-scores-factuality",
            "checkpoints-style",
            "checkpoint-scores-style",
        ]
        assert [row[2] for row in figures["checkpoints-style"].rows] == [100, 200]
        assert "over base on style" in figures["checkpoints-style"].title

    def test_one_step_is_no_line(self, session: Session, world: World) -> None:
        made = study(session, world, "May", 100)
        assert not checkpoint_rows(study_result(session, made), specs_of(made), "factuality")

    def test_a_criterion_that_is_not_asked(self, session: Session, world: World) -> None:
        made = study(session, world, "May", 100, 200)
        assert not checkpoint_rows(study_result(session, made), specs_of(made), "taste")


class TestSeveralStudies:
    def test_studies_of_the_same_prompts_share_a_line(self, session: Session, world: World) -> None:
        studies = [study(session, world, "May", 100), study(session, world, "June", 200, 300)]
        [series] = series_across(across_studies(session, studies), Measure.SHARE)
        assert series.name == "mine"
        assert [step for step, _, _ in series.points] == [100, 200, 300]

    def test_the_last_study_counts_where_a_checkpoint_is_in_two(
        self, session: Session, world: World
    ) -> None:
        studies = [study(session, world, "May", 100, 200), study(session, world, "June", 200)]
        result = across_studies(session, studies, Wanted("factuality"))
        [series] = series_across(result, Measure.SCORE)
        [row] = [one for one in result.scores if one.variant.name == "at-200"]
        assert series.points[1] == (200, "at-200", row.cells[1].estimate)

    def test_other_prompts_are_a_line_of_their_own(self, session: Session, world: World) -> None:
        studies = [
            study(session, world, "May", 100, 200),
            study(session, world, "June", 200, 300, prompts=7),
        ]
        series = series_across(across_studies(session, studies), Measure.SHARE)
        assert [one.name for one in series] == ["mine, set A", "mine, set B"]
        assert [len(one.points) for one in series] == [2, 2]
        rows = rows_of(series)
        assert {(one.fine_tune.name, one.fine_tune.order) for one in rows} == {
            ("mine, set A", 0),
            ("mine, set B", 1),
        }

    def test_single_checkpoints_on_other_prompts_are_no_line(
        self, session: Session, world: World
    ) -> None:
        studies = [study(session, world, "May", 100), study(session, world, "June", 200, prompts=7)]
        assert not series_across(across_studies(session, studies), Measure.SHARE)

"""What the database's results say of raters whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy.orm import Session

from app.analysis import Estimate
from app.analysis.bias import left_share
from app.analysis.pairs import pair_table
from app.analysis.raters import rater_reports
from app.results.columns import JudgementColumns
from app.results.read import read_columns
from app.results.votes import CriterionVotes, votes_on
from app.simulation import (
    RULES,
    SimulatedSpec,
    read_answers,
    simulate,
    simulated_raters,
    true_shares,
)
from app.tables import Design, RaterKind, Study
from tests.simulation.conftest import opened

CRITERIA = ("factuality", "style")
OTHER_PROMPTS = SimulatedSpec(rater_sd=0.0)
"""Where only prompts differ, intervals that resample prompts are those that have to cover."""
OTHER_RATERS = SimulatedSpec(prompt_sd=0.0, rater_sd=0.6)


def judged(session: Session, study: Study) -> JudgementColumns:
    return read_columns(session, study, RaterKind.SIMULATED)


def votes(columns: JudgementColumns) -> list[CriterionVotes]:
    return [votes_on(columns, columns.criterion(key)) for key in CRITERIA]


def misses(session: Session, study: Study, spec: SimulatedSpec, *, by: str) -> list[float]:
    """Of each criterion and pair: how far the truth is from the interval; 0 where it covers."""
    truth = {
        (one.criterion, one.first, one.second): one.share
        for one in true_shares(spec, read_answers(session, study, RULES), CRITERIA)
    }
    columns = judged(session, study)
    names = [variant.name for variant in columns.variants]
    return [
        outside(
            pair.share if by == "prompt" else pair.by_rater,
            truth[one.key, names[pair.first], names[pair.second]],
        )
        for one in votes(columns)
        for pair in pair_table(one.votes)
    ]


def outside(estimate: Estimate, truth: float) -> float:
    assert estimate.low is not None
    assert estimate.high is not None
    return max(estimate.low - truth, truth - estimate.high, 0.0)


class TestShares:
    @pytest.mark.parametrize("design", [Design.SIDE_BY_SIDE, Design.PAIRWISE])
    def test_intervals_over_prompts_cover_the_truth(self, session: Session, design: Design) -> None:
        study = opened(session, 80, design=design)
        simulate(session, study, 10, spec=OTHER_PROMPTS)
        assert misses(session, study, OTHER_PROMPTS, by="prompt") == [0.0] * 6

    def test_intervals_over_raters_cover_the_truth(self, session: Session) -> None:
        study = opened(session, 20)
        simulate(session, study, 40, spec=OTHER_RATERS)
        assert misses(session, study, OTHER_RATERS, by="rater") == [0.0] * 6

    def test_another_truth_is_not_covered(self, session: Session) -> None:
        study = opened(session, 80)
        simulate(session, study, 10, spec=OTHER_PROMPTS)
        wrong = replace(OTHER_PROMPTS, factuality=0.0, style=-OTHER_PROMPTS.style)
        assert sum(miss > 0 for miss in misses(session, study, wrong, by="prompt")) >= 4

    @pytest.mark.slow
    @pytest.mark.parametrize(("spec", "by"), [(OTHER_PROMPTS, "prompt"), (OTHER_RATERS, "rater")])
    def test_19_of_20_intervals_cover(self, session: Session, spec: SimulatedSpec, by: str) -> None:
        found: list[float] = []
        for seed in range(30):
            study = opened(session, 40, name=f"study {seed}")
            simulate(session, study, 20, spec=replace(spec, seed=seed))
            found += misses(session, study, spec, by=by)
        assert np.mean([miss == 0 for miss in found]) >= 0.92


class TestBias:
    @pytest.mark.parametrize(("bias", "shows"), [(0.4, True), (0.0, False)])
    def test_of_the_left_slot_shows(self, session: Session, bias: float, shows: bool) -> None:
        study = opened(session, 40, design=Design.PAIRWISE)
        simulate(session, study, 10, spec=SimulatedSpec(left_bias=bias))
        for one in votes(judged(session, study)):
            found = left_share(one.votes)
            assert found.low is not None
            assert (found.low > 0.5) is shows


class TestSloppyRaters:
    def test_agree_least_with_the_others_and_are_fastest(self, session: Session) -> None:
        study = opened(session, 30)
        simulate(session, study, 20, spec=SimulatedSpec(sloppy_share=0.15))
        columns = judged(session, study)
        reports = rater_reports(
            votes(columns), columns.rater, columns.duration_ms, len(columns.raters)
        )
        sloppy = {
            place
            for place, one in enumerate(simulated_raters(session, study))
            if one.external["is_sloppy"]
        }
        agreeing = sorted(reports, key=lambda report: report.agreement.value or 0.0)
        fastest = sorted(reports, key=lambda report: report.seconds or 0.0)
        assert len(sloppy) == 3
        assert {report.rater for report in agreeing[:3]} == sloppy
        assert {report.rater for report in fastest[:3]} == sloppy

"""A planted effect of style is found by the experiment: half of the items stripped."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.results import ResultFilter, study_result
from app.results.experiment import ExperimentResult
from app.results.sentences import Claim
from app.simulation import RULES, SimulatedSpec, read_answers, simulate, true_shares
from app.tables import Mark, RaterKind, Study
from tests.simulation.conftest import opened

SPEC = SimulatedSpec(rater_sd=0.0, style=2.0)


def found(session: Session, study: Study) -> ExperimentResult:
    result = study_result(session, study, ResultFilter(kind=RaterKind.SIMULATED))
    assert result.experiment is not None
    return result.experiment


def planted(session: Session, study: Study, criterion: str) -> dict[tuple[str, str], float]:
    """By how much each pair's true share is greater where its answers are as they are."""
    answers = read_answers(session, study, RULES)
    as_is, stripped = (
        true_shares(
            SPEC,
            replace(answers, items=tuple(i for i in answers.items if i.is_stripped == form)),
            [criterion],
        )
        for form in (False, True)
    )
    return {
        (one.first, one.second): one.share - other.share
        for one, other in zip(as_is, stripped, strict=True)
    }


class TestPlantedEffect:
    @pytest.fixture
    def study(self, session: Session) -> Study:
        study = opened(session, 80, strip_half=True)
        simulate(session, study, 8, spec=SPEC)
        return study

    def test_it_comes_back_within_its_interval(self, session: Session, study: Study) -> None:
        truth = planted(session, study, "style")
        [style] = [one for one in found(session, study).criteria if one.key == "style"]
        for effect in style.effects:
            true = truth[effect.first.name, effect.second.name]
            assert effect.gap.low is not None
            assert effect.gap.high is not None
            assert effect.gap.low <= true <= effect.gap.high

    def test_it_is_claimed_of_those_pairs_that_have_it(
        self, session: Session, study: Study
    ) -> None:
        """Both tuned variants open like assistants, which their base does not."""
        [style] = [one for one in found(session, study).criteria if one.key == "style"]
        claims = {
            (one.first.name, one.second.name): one.claim is not Claim.NONE for one in style.effects
        }
        assert claims == {("base", "lora"): True, ("base", "full"): True, ("lora", "full"): False}
        assert "favoured lora over base" in style.finding
        assert "full over base" in style.finding

    def test_the_base_had_nothing_to_lose(self, session: Session, study: Study) -> None:
        changed = {one.variant.name: one for one in found(session, study).variants}
        assert {name: one.answers for name, one in changed.items()} == dict.fromkeys(changed, 40)
        assert changed["base"].changed == 0
        assert changed["lora"].changed == changed["full"].changed == 40
        assert 0.2 < changed["lora"].deleted < 0.5


def test_without_an_effect_none_is_claimed(session: Session) -> None:
    study = opened(session, 40, strip_half=True)
    simulate(session, study, 4, spec=replace(SPEC, style=0.0, length_bias=0.0))
    [style] = [one for one in found(session, study).criteria if one.key == "style"]
    assert all(one.claim is Claim.NONE for one in style.effects)
    assert "no effect" in style.finding


def test_simulated_raters_mark_words_of_the_stored_answer(session: Session) -> None:
    study = opened(session, 12, strip_half=True, marks=True)
    simulate(session, study, 2, spec=SPEC)
    texts = {
        mark.slot.response.text[mark.start : mark.end] for mark in session.scalars(select(Mark))
    }
    assert texts == {"It is known for red tiles."}

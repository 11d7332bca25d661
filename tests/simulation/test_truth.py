"""What the simulation implies, by formula and by drawing."""

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy.orm import Session

from app.simulation import RULES, SimulatedSpec, TrueShare, read_answers, true_shares
from app.simulation.answers import Answers
from app.simulation.truth import expected_points
from app.simulation.worth import Looks, Shown, merits, stream, worths
from app.tables import Study
from tests.simulation.conftest import opened

SPEC = SimulatedSpec()


class TestExpectedPoints:
    @pytest.mark.parametrize("mean", [-1.5, -0.2, 0.0, 0.7])
    @pytest.mark.parametrize("spread", [0.3, 1.4])
    @pytest.mark.parametrize("tie_width", [0.1, 0.8, 2.0])
    def test_is_what_many_looks_give(self, mean: float, spread: float, tie_width: float) -> None:
        rng = np.random.default_rng(1)
        first = rng.normal(mean, spread, 200_000)
        zero = rng.uniform(0, tie_width, 200_000)
        steps = np.sign(np.floor((first + zero) / tie_width) - np.floor(zero / tie_width))
        found = expected_points(mean, spread, tie_width)
        assert found == pytest.approx(0.5 + steps.mean() / 2, abs=0.005)

    def test_without_ties_is_how_often_the_first_is_worth_more(self) -> None:
        assert expected_points(1.96, 1.0, 0.0) == pytest.approx(0.975, abs=1e-4)

    def test_narrow_steps_are_nearly_none(self) -> None:
        narrow, none = (expected_points(0.4, 1.0, width) for width in (1e-3, 0.0))
        assert narrow == pytest.approx(none, abs=1e-6)

    @pytest.mark.parametrize(
        ("mean", "tie_width", "points"), [(0.4, 0.8, 0.75), (-1, 0.8, 0), (0.1, 0, 1), (0, 0, 0.5)]
    )
    def test_without_noise_the_steps_decide(
        self, mean: float, tie_width: float, points: float
    ) -> None:
        assert expected_points(mean, 0.0, tie_width) == points

    def test_what_one_gains_the_other_loses(self) -> None:
        assert expected_points(0.3, 1, 0.5) + expected_points(-0.3, 1, 0.5) == pytest.approx(1)


class TestTrueShares:
    def test_every_criterion_and_pair(self, session: Session, study: Study) -> None:
        answers = read_answers(session, study, RULES)
        found = true_shares(SPEC, answers, ["factuality", "style"])
        assert [(one.first, one.second, one.criterion) for one in found] == [
            (first, second, criterion)
            for first, second in (("base", "lora"), ("base", "full"), ("lora", "full"))
            for criterion in ("factuality", "style")
        ]

    def test_facts_and_openings_part(self, session: Session) -> None:
        answers = read_answers(session, opened(session, 40), RULES)
        plain = replace(SPEC, length_bias=0)
        share = shares(true_shares(plain, answers, ["factuality", "style"]))
        assert share["factuality", "base", "full"] > 0.6
        assert share["style", "base", "full"] < 0.3
        assert share["style", "lora", "full"] == 0.5

    def test_a_longer_answer_gains_by_the_length_bias(self, session: Session, study: Study) -> None:
        answers = read_answers(session, study, RULES)
        biased, fair = (
            shares(true_shares(replace(SPEC, length_bias=bias), answers, ["style"]))
            for bias in (1.0, 0.0)
        )
        assert biased["style", "base", "lora"] < fair["style", "base", "lora"]

    def test_is_what_many_raters_say(self, session: Session, study: Study) -> None:
        answers = read_answers(session, study, RULES)
        spec = replace(SPEC, prompt_sd=0.0, sloppy_share=0.5)
        share = shares(true_shares(spec, answers, ["factuality", "style"]))
        for criterion in ("factuality", "style"):
            found = drawn(spec, answers, criterion, raters=2000)
            for pair, value in found.items():
                assert share[criterion, *pair] == pytest.approx(value, abs=0.01)


def shares(found: tuple[TrueShare, ...]) -> dict[tuple[str, str, str], float]:
    return {(one.criterion, one.first, one.second): one.share for one in found}


def drawn(
    spec: SimulatedSpec, answers: Answers, criterion: str, *, raters: int
) -> dict[tuple[str, str], float]:
    """Mean points of the first of each pair, all answers of an item in three balanced orders."""
    merit = merits(spec, answers, criterion)
    points: dict[tuple[str, str], list[float]] = {}
    for number in range(1, raters + 1):
        shown = [
            Shown(place, (*item.places[number % 3 :], *item.places[: number % 3]))
            for place, item in enumerate(answers.items)
        ]
        rng = stream(spec, "test", number)
        worth = worths(spec, answers, merit, Looks.of(shown), rng, is_sloppy=spec.is_sloppy(number))
        zero = rng.uniform(0, spec.tie_width, len(shown))[:, None]
        step = np.floor((worth.reshape(len(shown), 3) + zero) / spec.tie_width)
        variant = answers.variant[[one.places for one in shown]]
        ordered = np.take_along_axis(step, np.argsort(variant, axis=1), axis=1)
        for a, b in ((0, 1), (0, 2), (1, 2)):
            won = 0.5 + np.sign(ordered[:, a] - ordered[:, b]) / 2
            points.setdefault((answers.variants[a], answers.variants[b]), []).append(won.mean())
    return {pair: float(np.mean(values)) for pair, values in points.items()}

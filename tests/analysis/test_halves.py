"""What a preference loses where one thing is taken away, and how sure that is."""

import numpy as np
import pytest

from app.analysis.halves import HalvesOfPair, halves_of_pairs
from app.analysis.intervals import clustered_share
from app.analysis.pairs import pair_table
from app.analysis.votes import Booleans, Floats, Votes
from tests.analysis.simulated import grid, outcomes, simulated

STYLE = np.array([0.0, 0.5])  # log odds that style adds to the second of two variants


def experiment(
    seed: int, style: Floats, *, prompts: int = 60, raters: int = 6, spread: float = 0.8
) -> tuple[Votes, Booleans]:
    """Even variants but for style, which counts in every second prompt only."""
    generator = np.random.default_rng(seed)
    first, second, prompt, rater = grid(len(style), prompts, raters)
    favour = generator.normal(0, spread, size=(prompts, len(style)))
    leaning = generator.normal(0, 0.2, size=(raters, len(style)))
    worth = favour[prompt] + leaning[rater] + np.where(prompt % 2, 0, 1)[:, None] * style
    row = np.arange(len(first))
    sides = outcomes(generator, worth[row, first] - worth[row, second], 0.4)
    return Votes(tuple(range(len(style))), first, second, sides, prompt, rater), prompt % 2 == 1


def gap_of(style: Floats) -> float:
    """What is to be found: the mean of many prompts."""
    [pair] = halves_of_pairs(*experiment(0, style, prompts=40_000, raters=2), resamples=2)
    assert pair.gap.value is not None
    return pair.gap.value


class TestShares:
    def test_are_those_of_each_half_alone(self) -> None:
        votes, half = experiment(1, np.array([0.0, 0.5, -0.2]))
        for pair, one, other in zip(
            halves_of_pairs(votes, half),
            pair_table(votes.take(half)),
            pair_table(votes.take(~half)),
            strict=True,
        ):
            assert (pair.first, pair.second) == (one.first, one.second)
            assert (pair.half.value, pair.rest.value) == (one.share.value, other.share.value)
            assert (pair.half.clusters, pair.rest.clusters) == (30, 30)
            assert pair.half.low == pytest.approx(one.share.low, abs=0.02)

    def test_the_gap_is_the_rest_less_the_half(self) -> None:
        [pair] = halves_of_pairs(*experiment(1, STYLE))
        assert pair.gap.value == pytest.approx((pair.rest.value or 0) - (pair.half.value or 0))
        assert pair.by_rater.value == pytest.approx(pair.gap.value)

    def test_a_half_that_went_one_way_has_an_exact_interval_and_so_has_the_gap_one(self) -> None:
        votes = simulated(1, np.array([50.0, 0.0]), prompts=20, raters=3)
        [pair] = halves_of_pairs(votes, votes.prompt % 2 == 1)
        alone = clustered_share(np.ones(30), np.repeat(np.arange(10), 3))
        assert (pair.half.low, pair.half.high) == (alone.low, alone.high)
        assert pair.gap.value == 0
        assert pair.gap.low == pytest.approx(-(pair.gap.high or 0))


class TestNoData:
    def of(self, half: int) -> HalvesOfPair:
        votes = simulated(1, np.array([0.0, 0.5]), prompts=20, raters=3)
        [pair] = halves_of_pairs(votes, np.full(len(votes), half, dtype=np.bool_))
        return pair

    @pytest.mark.parametrize("half", [0, 1])
    def test_one_half_alone_has_no_gap(self, half: int) -> None:
        pair = self.of(half)
        assert {pair.gap.value, pair.by_rater.value} == {None}
        assert pair.gap.reason == pair.by_rater.reason == "no data"

    def test_few_prompts_have_a_gap_without_an_interval(self) -> None:
        votes, half = experiment(3, STYLE, prompts=8)
        [pair] = halves_of_pairs(votes, half)
        assert pair.gap.value is not None
        assert pair.gap.low is None
        assert pair.gap.reason == "fewer than 6 prompts"


@pytest.mark.parametrize("prompts", [20, 60])
@pytest.mark.parametrize("style", [np.zeros(2), np.array([0.0, 1.0])], ids=["none", "much"])
def test_a_planted_effect_lies_in_its_interval_as_often_as_it_says(
    prompts: int, style: Floats
) -> None:
    """Of 300 studies about 285 should hold it; 272 is four standard deviations fewer."""
    truth, held = gap_of(style), 0
    for seed in range(300):
        [pair] = halves_of_pairs(*experiment(seed, style, prompts=prompts), resamples=400)
        assert pair.gap.low is not None
        assert pair.gap.high is not None
        held += pair.gap.low <= truth <= pair.gap.high
    assert held >= 272

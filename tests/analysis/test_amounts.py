"""Whether an amount goes with a preference is found where it does, and only there."""

import numpy as np
import pytest

from app.analysis.amounts import AmountsOfPair, amounts_of_pairs
from app.analysis.votes import Floats, Side, Vote, Votes, votes_of
from tests.analysis.simulated import grid, outcomes

EFFECT = 1.5  # log odds for one standard deviation more


def drawn(
    seed: int, effect: float, *, prompts: int = 60, raters: int = 4, lead: float = 0.8
) -> tuple[Votes, Floats, Floats]:
    """The second variant is better by `lead` whatever it has; amounts of both are drawn, that of
    the second is larger throughout."""
    generator = np.random.default_rng(seed)
    first, second, prompt, rater = grid(2, prompts, raters)
    amount = generator.normal([0, 3], 1, size=(prompts, 2))
    worth = effect * (amount - [0, 3]) / np.sqrt(2) + [0, lead]
    worth += generator.normal(0, 0.5, size=(prompts, 2))
    rows = worth[prompt]
    sides = outcomes(generator, rows[:, 0] - rows[:, 1], 0.3)
    votes = Votes((0, 1), first, second, sides, prompt, rater)
    row = np.arange(len(first))
    return votes, amount[prompt][row, first], amount[prompt][row, second]


def only(votes: Votes, first: Floats, second: Floats) -> AmountsOfPair:
    [pair] = amounts_of_pairs(votes, first, second)
    return pair


def of_points(rows: list[tuple[str, float, float, float]]) -> AmountsOfPair:
    """(prompt, points of the first, its amount, the second's)."""
    votes = votes_of([Vote("a", "b", points, prompt, "r") for prompt, points, _, _ in rows])
    return only(votes, np.array([row[2] for row in rows]), np.array([row[3] for row in rows]))


class TestFound:
    def test_a_planted_relation(self) -> None:
        gap = only(*drawn(1, EFFECT)).gap
        assert gap.value is not None
        assert gap.low is not None
        assert 0 < gap.low < gap.value

    def test_what_goes_the_other_way(self) -> None:
        gap = only(*drawn(1, -EFFECT)).gap
        assert gap.high is not None
        assert gap.high < 0

    def test_a_variant_that_has_more_and_wins_makes_none(self) -> None:
        """Its lead is there on every prompt, however much it has of it."""
        pair = only(*drawn(2, 0.0, lead=2.0))
        assert pair.more.value is not None
        assert pair.more.value < 0.4
        assert pair.gap.low is not None
        assert pair.gap.high is not None
        assert pair.gap.low < 0 < pair.gap.high

    def test_whoever_is_named_first(self) -> None:
        votes, first, second = drawn(1, EFFECT)
        turned = np.arange(len(votes)) % 2 == 0
        flip = np.array([Side.WIN, Side.TIE, Side.TIE_GOOD, Side.TIE_BAD, Side.LOSS])
        mixed = Votes(
            votes.variants,
            np.where(turned, votes.second, votes.first),
            np.where(turned, votes.first, votes.second),
            np.where(turned, flip[votes.side], votes.side),
            votes.prompt,
            votes.rater,
        )
        amounts = np.where(turned, second, first), np.where(turned, first, second)
        assert only(mixed, *amounts) == only(votes, first, second)

    @pytest.mark.slow
    @pytest.mark.parametrize("effect", [0.0, 0.7])
    def test_intervals_cover(self, effect: float) -> None:
        truth = only(*drawn(0, effect, prompts=20_000, raters=2)).gap.value
        assert truth is not None
        held = []
        for seed in range(1, 301):
            gap = only(*drawn(seed, effect, prompts=40)).gap
            assert gap.low is not None
            assert gap.high is not None
            held.append(gap.low <= truth <= gap.high)
        assert 0.91 <= np.mean(held) <= 0.985


class TestHalves:
    def test_are_by_the_difference_of_both_answers(self) -> None:
        pair = of_points([("p", 1, 5, 5), ("q", 1, 9, 8), ("r", 0, 2, 9), ("s", 0, 1, 2)])
        assert (pair.more.value, pair.more.n) == (1, 2)
        assert (pair.less.value, pair.less.n) == (0, 2)
        assert pair.gap.value == 1

    def test_those_at_the_median_go_to_the_smaller_half(self) -> None:
        few_above = of_points([("p", 1, 1, 0), ("q", 1, 0, 0), ("r", 0, 0, 0)])
        few_below = of_points([("p", 1, 0, 0), ("q", 1, 0, 0), ("r", 0, -1, 0)])
        assert (few_above.more.n, few_above.less.n) == (1, 2)
        assert (few_below.more.n, few_below.less.n) == (2, 1)

    def test_rounding_makes_no_difference(self) -> None:
        pair = of_points([("p", 1, 0.4, 0.2), ("q", 0, 0.6, 0.4), ("r", 0, 1.0, 0.8)])
        assert pair.gap.value is None


class TestNoData:
    def test_answers_that_do_not_differ(self) -> None:
        pair = of_points([("p", 1, 1, 0), ("q", 0, 1, 0)])
        assert pair.gap.value is None
        assert pair.gap.reason == "the answers do not differ in it"

    def test_an_amount_that_is_not_known_is_left_out_and_counted(self) -> None:
        pair = of_points([("p", 1, np.nan, 0), ("q", 0, 1, np.nan), ("r", 0, 2, 0), ("s", 1, 3, 0)])
        assert pair.unknown == 2
        assert pair.gap.n == 2

    def test_nothing_known(self) -> None:
        pair = of_points([("p", 1, np.nan, 0)])
        assert (pair.gap.reason, pair.unknown) == ("no data", 1)

    def test_few_prompts_have_no_interval(self) -> None:
        gap = only(*drawn(1, EFFECT, prompts=8)).gap
        assert gap.value is not None
        assert gap.low is None

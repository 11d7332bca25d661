"""Slots, length, haste and introductions: by hand, by symmetry, and with a known bias."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from app.analysis.bias import (
    NO_SLOTS,
    left_share,
    longer_share,
    self_identification,
    slot_balance,
    times,
)
from app.analysis.votes import Floats, Integers, Side, Vote, Votes, votes_of


def votes(
    seed: int = 0, *, prompts: int = 60, raters: int = 4, left: float = 0.5, ties: float = 0.0
) -> Votes:
    """The answer in the earlier slot wins with a chance of `left`."""
    generator = np.random.default_rng(seed)
    plain = votes_of(
        [Vote("a", "b", 1.0, prompt, rater) for prompt in range(prompts) for rater in range(raters)]
    )
    first_is_left = generator.random(len(plain)) < 0.5
    won = (generator.random(len(plain)) < left) == first_is_left
    side = np.where(won, Side.WIN, Side.LOSS)
    tied = generator.random(len(plain)) < ties
    return replace(plain, side=np.where(tied, Side.TIE, side), first_is_left=first_is_left)


class TestLeftShare:
    def test_by_hand(self) -> None:
        plain = votes_of([Vote("a", "b", p, 0, 0) for p in (1.0, 1.0, 0.0, 0.0, 0.5)])
        found = left_share(replace(plain, first_is_left=np.array([1, 0, 0, 1, 1], dtype=bool)))
        assert (found.value, found.n, found.clusters) == (0.5, 4, 1)

    def test_a_bias_is_found_and_none_is_not(self) -> None:
        biased, fair = left_share(votes(1, left=0.7)), left_share(votes(2))
        assert biased.low is not None
        assert fair.low is not None
        assert fair.high is not None
        assert 0.5 < biased.low < 0.7
        assert fair.low < 0.5 < fair.high

    def test_by_rater(self) -> None:
        found = left_share(votes(3, raters=8), by="rater")
        assert found.clusters == 8

    def test_turning_all_slots_round_turns_the_share(self) -> None:
        some = votes(4, left=0.6, ties=0.2)
        assert some.first_is_left is not None
        turned = replace(some, first_is_left=~some.first_is_left)
        mine, other = left_share(some), left_share(turned)
        assert mine.value is not None
        assert other.value == pytest.approx(1 - mine.value)

    def test_slots_that_are_not_known(self) -> None:
        found = left_share(replace(votes(), first_is_left=None))
        assert (found.value, found.reason) == (None, NO_SLOTS)

    def test_nothing_but_ties(self) -> None:
        assert left_share(votes(ties=1.0)).reason == "no data"

    @pytest.mark.slow
    def test_ninety_five_per_cent_cover_the_truth(self) -> None:
        found = [left_share(votes(seed, left=0.6, prompts=40)) for seed in range(600)]
        covered = [one.low <= 0.6 <= one.high for one in found]  # type: ignore[operator]
        assert 0.93 <= np.mean(covered) <= 0.97


class TestLongerShare:
    def test_equal_lengths_and_ties_say_nothing(self) -> None:
        plain = votes_of([Vote("a", "b", p, 0, 0) for p in (1.0, 1.0, 0.0, 0.5)])
        first, second = np.array([9.0, 5.0, 1.0, 9.0]), np.array([3.0, 5.0, 4.0, 3.0])
        found = longer_share(plain, first, second)
        assert (found.value, found.n) == (1.0, 2)

    def test_raters_who_like_length(self) -> None:
        some = votes(5)
        generator = np.random.default_rng(5)
        likes = generator.random(len(some)) < 0.8
        first = np.where((some.side == Side.WIN) == likes, 20.0, 10.0)
        found = longer_share(some, first, np.full(len(some), 15.0))
        assert found.value == pytest.approx(likes.mean())


class TestSlotBalance:
    def test_by_hand(self) -> None:
        found = slot_balance(np.array([[0, 1], [0, 1], [0, 1], [1, 0]]), 2)
        assert found.counts.tolist() == [[3, 1], [1, 3]]
        assert found.expected.tolist() == [[2, 2], [2, 2]]
        assert (found.largest, found.is_surprising) == (0.5, False)

    def test_a_draft_has_no_slots(self) -> None:
        found = slot_balance(np.zeros((0, 0), dtype=np.int8), 3)
        assert (found.counts.shape, found.largest) == ((3, 0), None)

    def test_empty_slots_are_not_expected_to_be_filled(self) -> None:
        found = slot_balance(np.array([[0, 1, -1], [2, 0, 1]]), 3)
        assert found.expected == pytest.approx(
            np.array([[5 / 6, 5 / 6, 1 / 3], [5 / 6, 5 / 6, 1 / 3], [1 / 3, 1 / 3, 1 / 3]])
        )

    @given(st.lists(st.permutations([0, 1, 2]), min_size=1, max_size=30))
    def test_what_is_expected_adds_up_to_what_was_shown(self, rows: list[list[int]]) -> None:
        shown = np.array(rows)
        found = slot_balance(shown, 3)
        assert found.counts.sum() == pytest.approx(found.expected.sum())
        assert found.expected.sum(axis=0) == pytest.approx(found.counts.sum(axis=0))

    def test_an_order_that_is_always_the_same_surprises(self) -> None:
        found = slot_balance(np.tile([0, 1], (50, 1)), 2)
        assert (found.largest, found.is_surprising) == (1.0, True)

    def test_chance_rarely_surprises(self) -> None:
        """And where it does not, a test of the first variant's slots does not, either."""
        generator = np.random.default_rng(6)
        found = [
            slot_balance(generator.permuted(np.tile([0, 1, 2], (300, 1)), axis=1), 3)
            for _ in range(200)
        ]
        assert np.mean([one.is_surprising for one in found]) < 0.08
        calm = [chisquare(one.counts[0]).pvalue for one in found if not one.is_surprising]
        assert min(calm) > 0.0005

    def test_nothing(self) -> None:
        found = slot_balance(np.zeros((0, 3), dtype=np.intp), 2)
        assert (found.largest, found.is_surprising) == (None, False)


def hasty(seed: int, *, raters: int, each: int) -> tuple[Integers, Integers]:
    """Raters differ in their pace; the median over all of them is near 10 seconds."""
    generator = np.random.default_rng(seed)
    rater = np.repeat(np.arange(raters), each)
    pace = generator.normal(np.log(10_000), 0.5, size=raters)[rater]
    return np.exp(pace + generator.normal(0, 0.3, size=len(rater))).astype(np.int64), rater


class TestTimes:
    def test_by_hand(self) -> None:
        found = times(np.array([1000, 2000, 3000, 4000, -1]), np.zeros(5, dtype=np.intp))
        assert (found.median.value, found.median.n) == (2.5, 4)
        assert (found.lower_quartile, found.upper_quartile) == (1.75, 3.25)
        assert found.median.reason == "only one rater"

    def test_like_a_slow_twin(self) -> None:
        duration, rater = hasty(1, raters=30, each=12)
        generator = np.random.default_rng(0)
        medians = [
            slow_median(duration, generator.integers(0, 30, size=30), 12) for _ in range(4000)
        ]
        found = times(duration, rater, resamples=4000).median
        assert found.low == pytest.approx(np.quantile(medians, 0.025), rel=0.04)
        assert found.high == pytest.approx(np.quantile(medians, 0.975), rel=0.04)

    def test_raters_who_differ_widen_it(self) -> None:
        duration, rater = hasty(2, raters=40, each=30)
        whole, rows = times(duration, rater).median, times(duration, np.arange(len(rater))).median
        assert width(whole.low, whole.high) > 2 * width(rows.low, rows.high)

    def test_nothing_is_known(self) -> None:
        found = times(np.array([-1, -1]), np.array([0, 1]))
        assert (found.median.value, found.lower_quartile) == (None, None)
        assert found.median.reason == "no durations are known"


def slow_median(duration: Integers, raters: Integers, each: int) -> float:
    return float(np.median(duration.reshape(-1, each)[raters])) / 1000


def width(low: float | None, high: float | None) -> float:
    assert low is not None
    assert high is not None
    return high - low


class TestSelfIdentification:
    def test_per_variant(self) -> None:
        prompt = np.repeat(np.arange(30), 2)
        variant = np.tile([0, 1], 30)
        introduces = (variant == 1) & (prompt % 3 == 0)
        never, sometimes, absent = self_identification(introduces, variant, prompt, 3)
        assert (never.value, never.low, never.exact) == (0.0, 0.0, True)
        assert (sometimes.value, sometimes.clusters) == (pytest.approx(1 / 3), 30)
        assert (absent.value, absent.reason) == (None, "no data")


def test_lengths_may_be_any_number() -> None:
    lengths: Floats = np.arange(240, dtype=np.float64)
    assert longer_share(votes(), lengths, lengths).reason == "no data"

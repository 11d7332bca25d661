"""Shares of answers that borrow, against chance and among those rated wrong."""

import pytest

from app.borrowing import borrowed_when, others_by_chance, report_borrowing

PROMPTS = [number // 2 for number in range(40)]


class TestAgainstChance:
    def test_shares_of_answers_not_of_words(self) -> None:
        report = report_borrowing([3, 1, 0, 0] * 10, [1, 0, 0, 0] * 10, PROMPTS)
        assert (report.share.value, report.by_chance.value) == (0.5, 0.25)
        assert report.excess.value == 0.25
        assert report.share.clusters == 20

    def test_the_interval_of_the_excess_pairs_answers(self) -> None:
        """What chance gives in the same answers adds nothing to the spread of the difference."""
        report = report_borrowing([1, 1, 0, 0] * 10, [1, 0, 0, 0] * 10, PROMPTS)
        share, excess = report.share, report.excess
        assert share.low is not None and share.high is not None  # noqa: PT018
        assert excess.low is not None and excess.high is not None  # noqa: PT018
        assert excess.low < 0.25 < excess.high
        assert excess.high - excess.low < share.high - share.low

    def test_of_one_prompt_there_is_no_telling(self) -> None:
        report = report_borrowing([2, 0], [0, 0], [1, 1])
        assert report.share.value == 0.5
        assert (report.by_chance.value, report.excess.value) == (None, None)
        assert report.by_chance.reason == report.excess.reason == "only one prompt"

    def test_no_answers(self) -> None:
        assert report_borrowing([], [], []).share.reason == "no data"

    def test_lengths_that_differ(self) -> None:
        with pytest.raises(ValueError, match="do not match"):
            report_borrowing([1], [1], [1, 2])


class TestOtherPrompts:
    def test_each_has_another_one_every_time_the_same(self) -> None:
        others = others_by_chance(PROMPTS)
        assert set(others) == set(others.values()) == set(PROMPTS)
        assert all(prompt != other for prompt, other in others.items())
        assert others == others_by_chance(PROMPTS) != others_by_chance(PROMPTS, seed=1)

    def test_one_prompt_has_none(self) -> None:
        assert others_by_chance(["a", "a"]) == {}


class TestAmongTheWrong:
    def test_the_difference_has_the_interval_of_whole_prompts(self) -> None:
        wrong = [True, False] * 20
        contrast = borrowed_when([2, 0, 1, 0, 0, 1, 1, 0] * 5, wrong, PROMPTS)
        assert (contrast.first.value, contrast.second.value) == (0.75, 0.25)
        assert contrast.difference.value == 0.5
        assert contrast.difference.low is not None
        assert 0 < contrast.difference.low < 0.5
        assert contrast.difference.clusters == 20

    def test_none_is_wrong(self) -> None:
        contrast = borrowed_when([1, 0] * 20, [False] * 40, PROMPTS)
        assert contrast.second.value == 0.5
        assert contrast.difference.value is None
        assert contrast.difference.reason == "no data in one of the groups"

    def test_lengths_that_differ(self) -> None:
        with pytest.raises(ValueError, match="one length"):
            borrowed_when([1], [True, False], [1])

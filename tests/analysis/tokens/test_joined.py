"""Marked spans: worked examples, what is planted is found, what is not is not."""

import numpy as np
import pytest

from app.analysis.tokens import Mark, MarkedDifference, Tokens, marked_difference
from app.analysis.votes import Floats
from tests.analysis.tokens.made import answer, drawn, table


def compared(tokens: Tokens, values: list[float], *marks: Mark) -> MarkedDifference:
    return marked_difference(tokens, marks, np.array(values))


def random_marks(seed: int, tokens: Tokens, answers: int) -> list[Mark]:
    """One to three tokens of every answer."""
    generator = np.random.default_rng(seed)
    marks = []
    for number in range(answers):
        rows = np.flatnonzero(tokens.answer == number)
        first = int(generator.integers(0, len(rows) - 3))
        last = first + int(generator.integers(0, 3))
        marks.append(Mark(number, int(tokens.start[rows[first]]), int(tokens.end[rows[last]])))
    return marks


class TestExamples:
    TOKENS = table(answer(["One", " two", " three", " four", " five"]))

    def test_against_all_spans_of_as_many_tokens(self) -> None:
        """Marked: two. Free: three, four, five, and no span over the mark."""
        found = compared(self.TOKENS, [5, 1, 2, 3, 7], Mark(0, 0, 7))
        assert found.marked.value == 3
        assert found.elsewhere.value == pytest.approx((2.5 + 5) / 2)
        assert found.difference.value == pytest.approx(3 - 3.75)
        assert (found.marks, found.marked.n, found.difference.clusters) == (1, 2, 1)

    def test_part_of_a_token_is_enough(self) -> None:
        assert compared(self.TOKENS, [0, 1, 0, 0, 0], Mark(0, 5, 6)).marked.value == 1

    def test_the_space_before_a_word_is_not(self) -> None:
        found = compared(self.TOKENS, [0, 1, 0, 0, 0], Mark(0, 0, 4))
        assert (found.marked.value, found.marked.n) == (0, 1)

    def test_two_marks_of_one_answer_leave_each_other_out(self) -> None:
        found = compared(self.TOKENS, [1, 1, 0, 0, 0], Mark(0, 0, 3), Mark(0, 4, 7))
        assert (found.marked.value, found.elsewhere.value, found.marks) == (1, 0, 2)

    def test_long_marks_count_by_their_tokens(self) -> None:
        tokens = table(answer(["a", "b", "c", "d", "e"]), answer(["a", "b", "c"]))
        found = compared(tokens, [1, 1, 0, 0, 0, 0, 0, 0], Mark(0, 0, 2), Mark(1, 0, 1))
        assert found.marked.value == pytest.approx(2 / 3)

    def test_no_room(self) -> None:
        found = compared(self.TOKENS, [0] * 5, Mark(0, 0, 14), Mark(0, 4, 18))
        assert (found.marks, found.without_room) == (0, 2)
        assert found.difference.reason == "no data"

    def test_marks_without_tokens(self) -> None:
        unplaced = table(answer(["Par", "is"], text="London"))
        assert compared(unplaced, [0, 0], Mark(0, 0, 3)).without_tokens == 1
        assert compared(self.TOKENS, [0] * 5, Mark(0, 40, 44), Mark(3, 0, 2)).without_tokens == 2

    def test_what_ends_an_answer_is_not_among_the_others(self) -> None:
        tokens = table(answer(["a", "b", "</s>"], text="ab"))
        assert compared(tokens, [0, 0, 1], Mark(0, 0, 1)).elsewhere.value == 0

    def test_only_among_those_named(self) -> None:
        after = np.array([False, True, True, True, True])
        found = marked_difference(
            self.TOKENS, [Mark(0, 14, 18)], np.array([1.0, 0, 0, 0, 0]), among=after
        )
        assert found.elsewhere.value == 0

    def test_values_that_are_not_finite(self) -> None:
        with pytest.raises(ValueError, match="finite"):
            compared(self.TOKENS, [np.nan] * 5, Mark(0, 0, 3))

    def test_no_marks(self) -> None:
        found = compared(self.TOKENS, [0] * 5)
        assert (found.marks, found.marked.reason) == (0, "no data")


def interval(tokens: Tokens, marks: list[Mark], values: Floats) -> tuple[float, float]:
    found = marked_difference(tokens, marks, values, resamples=400).difference
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


class TestSimulated:
    def test_without_a_relation_0_is_covered_as_often_as_is_said(self) -> None:
        covered = []
        for seed in range(200):
            tokens = drawn(seed, 60, length=16, spread=0.1)
            low, high = interval(tokens, random_marks(seed, tokens, 60), tokens.is_shifted)
            covered.append(low <= 0 <= high)
        assert 0.91 <= np.mean(covered) <= 0.985

    def test_a_planted_one_is_found(self) -> None:
        tokens = drawn(1, 120, length=16, spread=0.1)
        marks = random_marks(1, tokens, 120)
        planted = tokens.is_shifted
        for mark in marks:
            inside = (tokens.answer == mark.answer) & (tokens.start >= mark.start)
            planted[inside & (tokens.end <= mark.end)] += 0.3
        low, high = interval(tokens, marks, planted)
        assert 0 < low < 0.3 < high

    def test_answers_that_differ_as_a_whole_do_not_matter(self) -> None:
        tokens = drawn(1, 120, length=16)
        marks = [mark for mark in random_marks(2, tokens, 120) if mark.answer < 40]
        of_answer = np.where(tokens.answer < 40, 5.0, 0.0)
        assert interval(tokens, marks, tokens.is_shifted + of_answer) == pytest.approx(
            interval(tokens, marks, tokens.is_shifted)
        )

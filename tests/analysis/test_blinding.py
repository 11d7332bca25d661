"""Blinding indices of raters who guess several times: raters count, not guesses."""

import numpy as np
import pytest

from app.analysis.blinding import Blinding, blinding
from app.analysis.guesses import bang_indices, guess_accuracy, james_index, james_values
from app.analysis.votes import Floats, Integers
from tests.analysis.test_guesses import CRISP, HOUWELING


def rows(table: Integers) -> tuple[Integers, Integers]:
    """A table of counts as single guesses: (actual, guess)."""
    actual, guess = np.divmod(np.repeat(np.arange(table.size), table.ravel()), table.shape[1])
    return actual, guess


def once_each(table: Integers) -> Blinding:
    """Every rater guesses once, as in a published trial."""
    actual, guess = rows(table)
    return blinding(actual, guess, np.arange(len(actual)), len(table))


def drawn(seed: int, raters: int, *, sure: float, spread: float) -> tuple[Integers, ...]:
    """Raters who guess five times each of two kinds, some of them with a better eye than others."""
    generator = np.random.default_rng(seed)
    rater = np.repeat(np.arange(raters), 10)
    actual = np.tile([0, 1], 5 * raters)
    eye = np.clip(generator.normal(sure, spread, size=raters), 0, 1)[rater]
    fate = generator.random(len(rater))
    guess = np.where(fate < 0.2, 2, np.where(fate < 0.2 + 0.8 * eye, actual, 1 - actual))
    return actual, guess, rater


class TestOneGuessEach:
    @pytest.mark.parametrize("table", [CRISP, HOUWELING])
    def test_it_is_the_published_index(self, table: Integers) -> None:
        found = once_each(table)
        for mine, theirs in zip(found.bang, bang_indices(table), strict=True):
            assert (mine.value, mine.n) == (pytest.approx(theirs.value), theirs.n)
        assert found.james.value == pytest.approx(james_index(table).value)
        assert found.accuracy.right.value == pytest.approx(guess_accuracy(table).right.value)
        assert found.accuracy.chance == guess_accuracy(table).chance

    def test_intervals_are_about_those_of_independent_guesses(self) -> None:
        found, theirs = once_each(CRISP), bang_indices(CRISP)
        pairs = [*zip(found.bang, theirs, strict=True), (found.james, james_index(CRISP))]
        for mine, other in pairs:
            assert (mine.low, mine.high) == pytest.approx((other.low, other.high), abs=0.015)


class TestSeveralGuessesEach:
    def test_saying_everything_twice_tells_nothing_more(self) -> None:
        once = drawn(1, 30, sure=0.7, spread=0.1)
        twice = tuple(np.concatenate([part, part]) for part in once)
        one, two = blinding(*once, 2), blinding(*twice, 2)
        assert [e.low for e in one.bang] == pytest.approx([e.low for e in two.bang])
        assert one.james.low == pytest.approx(two.james.low)
        assert one.accuracy.right.low == pytest.approx(two.accuracy.right.low)

    def test_raters_who_differ_make_intervals_wide(self) -> None:
        actual, guess, rater = drawn(1, 30, sure=0.7, spread=0.4)
        found = blinding(actual, guess, rater, 2).bang[0]
        alone = blinding(actual, guess, np.arange(len(rater)), 2).bang[0]
        assert found.clusters == 30
        assert _width(found.low, found.high) > 1.3 * _width(alone.low, alone.high)

    def test_renaming_kinds_renames_the_indices(self) -> None:
        actual, guess, rater = drawn(2, 20, sure=0.6, spread=0.2)
        swapped = np.array([1, 0, 2])
        one, other = (
            blinding(actual, guess, rater, 2),
            blinding(1 - actual, swapped[guess], rater, 2),
        )
        assert one.bang == other.bang[::-1]
        assert one.james.value == pytest.approx(other.james.value)

    def test_few_raters_give_no_interval(self) -> None:
        found = blinding(*drawn(1, 4, sure=0.7, spread=0.3), 2)
        assert found.bang[0].reason == found.james.reason == "fewer than 6 raters"

    def test_all_right(self) -> None:
        actual = np.tile([0, 1, 2], 8)
        found = blinding(actual, actual, np.repeat(np.arange(8), 3), 3)
        assert [one.value for one in found.bang] == [1.0, 1.0, 1.0]
        assert (found.james.value, found.accuracy.right.value) == (0.0, 1.0)
        assert found.accuracy.right.exact

    def test_nobody_can_tell(self) -> None:
        found = blinding(np.tile([0, 1], 8), np.full(16, 2), np.repeat(np.arange(8), 2), 2)
        assert [one.value for one in found.bang] == [0.0, 0.0]
        assert (found.james.value, found.accuracy.right.value) == (1.0, None)

    def test_no_guesses(self) -> None:
        none = np.zeros(0, dtype=np.intp)
        found = blinding(none, none, none, 3)
        assert [one.value for one in (*found.bang, found.james, found.accuracy.right)] == [None] * 5

    @pytest.mark.slow
    def test_ninety_five_per_cent_cover_the_truth(self) -> None:
        truth = blinding(*drawn(0, 20_000, sure=0.65, spread=0.2), 2)
        covered = []
        for seed in range(1, 401):
            found = blinding(*drawn(seed, 25, sure=0.65, spread=0.2), 2)
            pairs = [(found.bang[0], truth.bang[0]), (found.james, truth.james)]
            covered.append([mine.low <= other.value <= mine.high for mine, other in pairs])  # type: ignore[operator]
        shares = np.mean(covered, axis=0)
        assert ((shares >= 0.93) & (shares <= 0.97)).all(), shares


def blind(seed: int, *, eye: float) -> tuple[Integers, ...]:
    """20 raters take 15 answers each for kinds that they like to name, but for the share of answers
    that they have an eye for."""
    generator = np.random.default_rng(seed)
    rater, actual = np.repeat(np.arange(20), 15), np.tile([0, 1, 2], 100)
    guess = generator.choice(3, size=300, p=[0.2, 0.5, 0.3])
    return actual, np.where(generator.random(300) < eye, actual, guess), rater


class TestNaming:
    def claimed(self, eye: float) -> Floats:
        """Shape (kinds,): in how many of 200 studies a kind is recognised."""
        found = [blinding(*blind(seed, eye=eye), 3).naming for seed in range(200)]
        return np.mean([[(one.difference.low or 0) > 0 for one in of] for of in found], axis=0)

    def test_blind_raters_recognise_nothing(self) -> None:
        assert (self.claimed(eye=0) <= 0.05).all()

    def test_raters_with_an_eye_recognise_every_kind(self) -> None:
        assert (self.claimed(eye=0.3) >= 0.9).all()

    def test_shares_of_own_answers_and_of_others(self) -> None:
        actual, guess = rows(np.array([[3, 1, 0], [2, 1, 1]]))
        one = blinding(actual, guess, np.arange(8), 2).naming[0]
        assert (one.own.value, one.others.value, one.difference.value) == (0.75, 0.5, 0.25)

    def test_a_kind_that_nobody_judged(self) -> None:
        actual, guess = rows(np.array([[3, 1, 0], [0, 0, 0]]))
        both = blinding(actual, guess, np.arange(4), 2).naming
        assert [one.difference.reason for one in both] == ["no data", "no data"]


class TestJamesValues:
    def test_of_many_tables_at_once(self) -> None:
        tables = np.stack([CRISP, HOUWELING]).astype(np.float64)
        assert james_values(tables).tolist() == [james_index(one).value for one in tables]

    def test_one_kind_alone_is_not_a_number(self) -> None:
        found = james_values(np.array([[[9.0, 0, 2], [0, 0, 0]], [[0, 0, 3], [0, 0, 4]]]))
        assert np.isnan(found[0])
        assert found[1] == 1


def _width(low: float | None, high: float | None) -> float:
    assert low is not None
    assert high is not None
    return high - low

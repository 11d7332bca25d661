"""Alpha against its author's example, evalica, what must not change it, and a known truth."""

from dataclasses import replace

import evalica
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.agreement import (
    NOT_TWICE,
    SAME_ANSWER,
    Agreement,
    Measurement,
    alpha,
    preference_alpha,
)
from app.analysis.intervals import Estimate
from app.analysis.verdicts import pairs_of, preferences
from app.analysis.votes import Integers, Side, Vote, Votes, votes_of

# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section E: 4 observers, 12 units,
# 0 where an observer said nothing. The values below are the paper's.
OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
        [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ]
)
PUBLISHED = {
    Measurement.NOMINAL: 0.743,
    Measurement.ORDINAL: 0.815,
    Measurement.INTERVAL: 0.849,
}

# Rows are raters, columns are units, 0 is nothing said.
matrices = st.tuples(st.integers(2, 5), st.integers(1, 9)).flatmap(
    lambda shape: st.lists(
        st.integers(0, 4), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]
    ).map(lambda values: np.array(values).reshape(shape))
)
levels = st.sampled_from(list(Measurement))


def agreement(
    matrix: Integers, level: Measurement = Measurement.NOMINAL, *, tie: int | None = None
) -> Agreement:
    """Every unit is its own prompt."""
    rater, unit = np.nonzero(matrix)
    return alpha(matrix[rater, unit], unit, rater, level=level, prompt=unit, tie=tie, resamples=200)


def frame(matrix: Integers) -> pd.DataFrame:
    return pd.DataFrame(np.where(matrix > 0, matrix, np.nan))


def raters_of(seed: int, units: int, raters: int, *, noise: float, values: int = 4) -> Integers:
    """Each rater says what the unit is worth, or with a chance of `noise` anything."""
    generator = np.random.default_rng(seed)
    truth = generator.integers(1, values + 1, size=units)
    guessed = generator.integers(1, values + 1, size=(raters, units))
    return np.where(generator.random((raters, units)) < noise, guessed, truth)


class TestValue:
    @pytest.mark.parametrize("level", Measurement)
    def test_a_published_example(self, level: Measurement) -> None:
        found = agreement(OBSERVERS, level)
        assert found.alpha.value == pytest.approx(PUBLISHED[level], abs=5e-4)
        assert (found.units, found.ratings, found.raters) == (11, 40, 4)

    @given(matrices, levels)
    def test_like_evalica(self, matrix: Integers, level: Measurement) -> None:
        value = agreement(matrix, level).alpha.value
        if value is not None:
            assert value == pytest.approx(evalica.alpha(frame(matrix), level.value).alpha, abs=1e-9)

    @given(matrices, levels, st.integers(0, 99))
    def test_names_of_raters_and_units_do_not_matter(
        self, matrix: Integers, level: Measurement, seed: int
    ) -> None:
        generator = np.random.default_rng(seed)
        shuffled = generator.permutation(generator.permutation(matrix, axis=0), axis=1)
        assert agreement(shuffled, level).alpha.value == pytest.approx(
            agreement(matrix, level).alpha.value, abs=1e-9
        )

    @given(matrices)
    def test_which_number_stands_for_an_answer_does_not_matter(self, matrix: Integers) -> None:
        renamed = np.array([0, 70, 2, 9, 5])[matrix]
        assert agreement(renamed).alpha.value == pytest.approx(
            agreement(matrix).alpha.value, abs=1e-9
        )

    def test_units_may_have_numbers_of_any_size(self) -> None:
        rater, unit = np.nonzero(OBSERVERS)
        said, nominal = OBSERVERS[rater, unit], Measurement.NOMINAL
        large = alpha(said, 2**40 * (unit + 1), rater, level=nominal, prompt=unit)
        assert large == alpha(said, unit, rater, level=nominal, prompt=unit)

    def test_ten_comes_after_two(self) -> None:
        """Sorted as text it would lie next to 1, and raters who say 1 and 2 would seem far off."""
        matrix = np.array([[1, 2, 10, 10, 1], [2, 2, 10, 9, 1]])
        expected = evalica.alpha(frame(matrix), "ordinal").alpha
        assert agreement(matrix, Measurement.ORDINAL).alpha.value == pytest.approx(expected)

    def test_raters_who_guess_are_near_zero(self) -> None:
        found = agreement(raters_of(1, 2000, 3, noise=1.0)).alpha
        assert found.value == pytest.approx(0, abs=0.05)

    def test_chance_agreement_is_taken_out(self) -> None:
        """With a noise of a half, two raters both know a quarter of the answers."""
        found = agreement(raters_of(2, 4000, 2, noise=0.5)).alpha
        assert found.value == pytest.approx(0.25, abs=0.04)


class TestUndefined:
    def test_all_gave_the_same_answer(self) -> None:
        found = agreement(np.full((3, 8), 2))
        assert (found.alpha.value, found.alpha.low, found.alpha.reason) == (None, None, SAME_ANSWER)
        assert found.raw.value == 1

    def test_nobody_judged_what_another_did(self) -> None:
        found = agreement(np.eye(4, dtype=np.intp))
        assert (found.alpha.value, found.alpha.reason) == (None, NOT_TWICE)
        assert (found.units, found.raw.reason) == (0, NOT_TWICE)

    def test_nothing(self) -> None:
        assert agreement(np.zeros((2, 2), dtype=np.intp)).alpha.reason == NOT_TWICE

    def test_few_prompts_have_no_interval(self) -> None:
        found = agreement(np.array([[1, 2, 1], [1, 2, 2]])).alpha
        assert found.value is not None
        assert (found.low, found.reason) == (None, "fewer than 6 prompts")

    def test_a_rater_who_judged_a_unit_twice(self) -> None:
        twice = np.array([0, 0])
        with pytest.raises(ValueError, match="twice"):
            alpha(twice, twice, twice, level=Measurement.NOMINAL, prompt=twice)


class TestRaw:
    def test_pairs_of_raters_who_said_the_same(self) -> None:
        """Unit one: of three pairs one agrees. Unit two: one pair, and it agrees."""
        found = agreement(np.array([[1, 2], [1, 2], [3, 0]]), tie=3)
        assert (found.raw.value, found.raw.n, found.raw.clusters) == (0.5, 4, 2)
        assert found.raw_without_ties is not None
        assert (found.raw_without_ties.value, found.raw_without_ties.n) == (1.0, 2)

    @given(matrices)
    def test_like_counting_pair_by_pair(self, matrix: Integers) -> None:
        agreeing = [
            one == other
            for unit in matrix.T
            for place, one in enumerate(unit)
            for other in unit[:place]
            if one and other
        ]
        found = agreement(matrix).raw
        assert found.n == len(agreeing)
        assert found.value == (pytest.approx(np.mean(agreeing)) if agreeing else None)

    def test_only_prompts_with_decided_pairs_count_without_ties(self) -> None:
        found = agreement(np.array([[1, 1, *[3] * 50]] * 2), tie=3)
        assert found.raw_without_ties is not None
        assert (found.raw.clusters, found.raw_without_ties.clusters) == (52, 2)
        assert (found.raw_without_ties.value, found.raw_without_ties.exact) == (1.0, True)
        assert found.raw_without_ties.low == pytest.approx(0.025**0.5)

    def test_without_ties_is_none_where_there_are_none(self) -> None:
        assert agreement(OBSERVERS).raw_without_ties is None


class TestInterval:
    @pytest.mark.parametrize("level", Measurement)
    def test_near_evalica_where_every_unit_is_a_prompt(self, level: Measurement) -> None:
        matrix = raters_of(3, 300, 4, noise=0.4)
        theirs = evalica.alpha_bootstrap(frame(matrix), level.value, random_state=0)
        ours = agreement(matrix, level).alpha
        assert ours.low == pytest.approx(theirs.low, abs=0.025)
        assert ours.high == pytest.approx(theirs.high, abs=0.025)

    def test_units_of_one_prompt_count_as_one(self) -> None:
        """Each prompt four times over: nothing is known that one unit each did not say."""
        matrix = raters_of(4, 60, 3, noise=0.5)
        rater, unit = np.nonzero(np.tile(matrix, 4))
        values = np.tile(matrix, 4)[rater, unit]
        found = alpha(values, unit, rater, level=Measurement.NOMINAL, prompt=unit % 60).alpha
        once = agreement(matrix).alpha
        assert found.clusters == once.clusters == 60
        assert found.low == pytest.approx(once.low, abs=0.03)
        assert found.high == pytest.approx(once.high, abs=0.03)

    def test_the_same_seed_gives_the_same_interval(self) -> None:
        matrix = raters_of(5, 50, 3, noise=0.5)
        assert agreement(matrix) == agreement(matrix)

    @pytest.mark.slow
    @pytest.mark.parametrize("level", [Measurement.NOMINAL, Measurement.ORDINAL])
    def test_ninety_five_per_cent_cover_the_truth(self, level: Measurement) -> None:
        """Two units per prompt, which is easy or hard for all of its raters."""
        truth = clustered(0, 20_000, level).value
        assert truth is not None
        covered = []
        for seed in range(1, 401):
            found = clustered(seed, 60, level)
            assert found.low is not None
            assert found.high is not None
            covered.append(found.low <= truth <= found.high)
        assert 0.92 <= np.mean(covered) <= 0.98


def clustered(seed: int, prompts: int, level: Measurement) -> Estimate:
    generator = np.random.default_rng(seed)
    unit = np.repeat(np.arange(2 * prompts), 3)
    hard = generator.beta(1, 1, size=prompts)[unit // 2]
    truth = generator.integers(1, 6, size=2 * prompts)[unit]
    anything = generator.integers(1, 6, size=len(unit))
    values = np.where(generator.random(len(unit)) < hard, anything, truth)
    rater = np.tile(np.arange(3), 2 * prompts)
    return alpha(values, unit, rater, level=level, prompt=unit // 2, resamples=400).alpha


class TestPreferences:
    def votes(self) -> Votes:
        rows = [
            Vote("a", "b", points, item, rater)
            for item in range(8)
            for rater, points in enumerate([1.0, 1.0, 0.5 if item % 2 else 0.0])
        ]
        return votes_of(rows)

    def test_a_unit_is_a_pair_on_an_item(self) -> None:
        votes = votes_of([Vote("a", "b", 1.0, 0, 0), Vote("b", "c", 1.0, 0, 0)] * 2)
        assert pairs_of(votes, np.array([1, 1, 2, 2])).tolist() == [0, 1, 2, 3]

    def test_it_does_not_matter_who_is_called_first(self) -> None:
        votes = self.votes()
        turned = replace(votes, first=votes.second, second=votes.first, side=4 - votes.side)
        mine, other = (preference_alpha(one, one.prompt) for one in (votes, turned))
        assert mine.alpha.value == pytest.approx(other.alpha.value)
        assert preferences(turned).tolist() == preferences(votes).tolist()

    def test_ties_of_every_kind_are_one_answer(self) -> None:
        votes = votes_of([Vote("a", "b", 0.5, 0, 0)] * 3)
        kinds = replace(votes, side=np.array([Side.TIE, Side.TIE_GOOD, Side.TIE_BAD]))
        assert preferences(kinds).tolist() == [0, 0, 0]

    def test_raw_agreement_with_and_without_ties(self) -> None:
        """Per item two of three agree; on every second one the third said tie."""
        found = preference_alpha(self.votes(), self.votes().prompt)
        assert found.raw.value == pytest.approx(1 / 3)
        assert found.raw_without_ties is not None
        assert found.raw_without_ties.value == pytest.approx(8 / 16)

"""Blinding indices against published trials, statsmodels, and a known truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

from app.analysis.guesses import bang_indices, guess_accuracy, james_index, told_apart
from app.analysis.votes import Integers
from app.analysis.wilson import wilson

# Rows: given the drug, given the placebo. Columns: guessed drug, guessed placebo, do not know.
# Bang, Ni and Davis, Controlled Clinical Trials 25 (2004), table 7: the CRISP trial.
CRISP = np.array([[82, 25, 170], [27, 29, 83]])
# Houweling et al., Clinical Trials 11 (2014), table 2: the investigators.
HOUWELING = np.array([[48, 4, 330], [22, 30, 319]])

tables = st.integers(2, 4).flatmap(
    lambda n: st.lists(st.integers(1, 30), min_size=n * (n + 1), max_size=n * (n + 1)).map(
        lambda counts: np.array(counts).reshape(n, n + 1)
    )
)


class TestBang:
    def test_a_published_trial(self) -> None:
        drug, placebo = bang_indices(CRISP)
        assert drug.value == pytest.approx(0.21, abs=0.005)
        assert placebo.value == pytest.approx(0.01, abs=0.005)

    def test_published_intervals(self) -> None:
        drug, placebo = bang_indices(HOUWELING)
        assert (drug.value, drug.low, drug.high) == pytest.approx((0.115, 0.08, 0.15), abs=5e-4)
        assert (placebo.value, placebo.low, placebo.high) == pytest.approx(
            (0.022, -0.016, 0.06), abs=5e-4
        )

    @given(tables)
    def test_blind_guesses_are_chance_on_average(self, table: Integers) -> None:
        same = np.tile(table[0], (len(table), 1))
        assert sum(one.value for one in bang_indices(same)) == pytest.approx(0)  # type: ignore[misc]

    def test_all_right_of_three(self) -> None:
        found = bang_indices(np.array([[9, 0, 0, 0], [0, 9, 0, 0], [4, 5, 0, 0]]))
        assert [one.value for one in found] == [1.0, 1.0, -0.5]
        assert found[0].reason == "all guesses are alike, so their spread is not known"

    def test_a_variant_without_guesses(self) -> None:
        assert bang_indices(np.array([[1, 2, 3], [0, 0, 0]]))[1].reason == "no guesses"


class TestJames:
    def test_published_trials(self) -> None:
        assert james_index(CRISP).value == pytest.approx(0.75, abs=0.005)
        found = james_index(HOUWELING)
        assert (found.value, found.low, found.high) == pytest.approx(
            (0.896, 0.875, 0.918), abs=5e-4
        )

    @given(tables)
    def test_without_unsure_raters_it_is_their_kappa(self, table: Integers) -> None:
        table[:, -1] = 0
        theirs = cohens_kappa(table[:, :-1])
        found = james_index(table)
        assert found.value == pytest.approx((1 - theirs.kappa) / 2)
        assert found.low is not None
        half = norm.ppf(0.975) * theirs.std_kappa / 2
        assert found.low == pytest.approx(max(found.value - half, 0))  # type: ignore[operator]

    def test_everybody_right_nobody_can_tell_and_chance(self) -> None:
        assert james_index(np.array([[9, 0, 0], [0, 9, 0]])).value == 0
        assert james_index(np.array([[0, 0, 9], [0, 0, 9]])).value == 1
        assert james_index(np.array([[5, 5, 0], [5, 5, 0]])).value == 0.5

    def test_one_variant_alone_says_nothing(self) -> None:
        found = james_index(np.array([[9, 0, 2], [0, 0, 0]]))
        assert found.value is None
        assert found.reason is not None

    @pytest.mark.parametrize("table", [[[1, 2], [3, 4]], [[1, 2]], [[1, 2, -1], [1, 1, 1]]])
    def test_what_is_no_table(self, table: list[list[int]]) -> None:
        with pytest.raises(ValueError, match="row per variant"):
            james_index(np.array(table))

    @pytest.mark.slow
    def test_ninety_five_per_cent_cover_the_truth(self) -> None:
        truth = np.array([[0.25, 0.1, 0.15], [0.12, 0.2, 0.18]])
        exact = james_index(np.round(truth * 1e6).astype(np.int64)).value
        assert exact is not None
        draws = np.random.default_rng(0).multinomial(150, truth.ravel(), size=3000)
        found = [james_index(one.reshape(2, 3)) for one in draws]
        covered = [one.low <= exact <= one.high for one in found]  # type: ignore[operator]
        assert 0.93 <= np.mean(covered) <= 0.97


class TestAccuracy:
    def test_of_those_who_guessed(self) -> None:
        found = guess_accuracy(CRISP)
        assert (found.right.value, found.right.n) == (pytest.approx(111 / 163), 163)
        assert found.chance == pytest.approx((107 * 109 + 56 * 54) / 163**2)

    def test_nobody_guessed(self) -> None:
        found = guess_accuracy(np.array([[0, 0, 4], [0, 0, 5]]))
        assert (found.right.value, found.chance) == (None, 0.5)


class TestToldApart:
    def test_shares_of_raters(self) -> None:
        found = told_apart(6, 3, 1)
        assert (found.no.value, found.unsure.value, found.yes.value) == (0.6, 0.3, 0.1)
        low, high = proportion_confint(1, 10, method="wilson")
        assert (found.yes.low, found.yes.high) == pytest.approx((low, high))

    def test_nobody_was_asked(self) -> None:
        assert told_apart(0, 0, 0).yes.reason == "no answers"


class TestWilson:
    @given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
    def test_like_statsmodels(self, counts: tuple[int, int]) -> None:
        hits, trials = counts
        low, high = wilson(np.array([float(hits)]), np.array([float(trials)]), level=0.99)
        theirs = proportion_confint(hits, trials, alpha=0.01, method="wilson")
        assert (low[0], high[0]) == pytest.approx(theirs, abs=1e-9)

    def test_no_trials(self) -> None:
        low, high = wilson(np.array([np.nan]), np.array([0.0]))
        assert (low[0], high[0]) == (0.0, 1.0)

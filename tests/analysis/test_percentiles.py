"""Student's quantiles against scipy, and percentiles further out for fewer clusters."""

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from app.analysis.percentiles import expanded, expanded_tail, student_quantile, student_share


class TestStudent:
    @pytest.mark.parametrize("freedom", [1, 2, 5, 9, 30, 299, 10_000, 1_000_000])
    @pytest.mark.parametrize("probability", [0.5, 0.75, 0.95, 0.975, 0.995, 0.9995])
    def test_quantiles_like_scipy(self, probability: float, freedom: int) -> None:
        expected = student.ppf(probability, freedom)
        assert student_quantile(probability, freedom) == pytest.approx(expected, rel=1e-7)

    @pytest.mark.parametrize("freedom", [1, 3, 40, 5000])
    @pytest.mark.parametrize("value", [0.0, 0.3, 2.0, 12.7])
    def test_shares_like_scipy(self, value: float, freedom: int) -> None:
        assert student_share(value, freedom) == pytest.approx(student.cdf(value, freedom))


class TestExpanded:
    def test_a_published_value(self) -> None:
        # Student's t of Gosset's table: 2.262 for 9 degrees of freedom.
        assert expanded_tail(10, 0.95) == pytest.approx(
            norm.cdf(-2.262 * (10 / 9) ** 0.5), rel=1e-3
        )

    def test_tails_are_the_plain_ones_for_many_clusters(self) -> None:
        assert expanded_tail(100_000, 0.95) == pytest.approx(0.025, rel=1e-3)
        assert expanded_tail(20, 0.95) < expanded_tail(40, 0.95) < 0.025

    def test_one_cluster(self) -> None:
        with pytest.raises(ValueError, match="one cluster"):
            expanded_tail(1, 0.95)

    def test_an_interval_of_means_is_as_wide_as_students(self) -> None:
        """The bootstrap's own spread of a mean of 12 is too small by sqrt(11 / 12)."""
        values = np.random.default_rng(1).normal(size=12)
        picks = np.random.default_rng(2).integers(0, 12, size=(200_000, 12))
        low, high = expanded(values[picks].mean(axis=1), 12, level=0.95)
        half = student.ppf(0.975, 11) * values.std(ddof=1) / 12**0.5
        assert (high - low) / 2 == pytest.approx(half, rel=0.03)

    def test_resamples_without_data_are_left_out(self) -> None:
        draws = np.array([np.nan, *range(101), np.nan], dtype=np.float64)
        assert expanded(draws, 10**6, level=0.9) == pytest.approx((5, 95), abs=1e-3)

"""Intervals that claim 95 % hold the truth 93 to 97 % of the time (bench/coverage.py has more)."""

import numpy as np
import pytest
from scipy.stats import norm

from app.analysis.intervals import clustered_share
from bench.coverage import TIE, World, claims, coverage, truth

# Of 2,000 intervals of 95 %, the share that holds the truth has a standard error of 0.5 %.
STUDIES = range(2000)


class TestTruth:
    def test_a_share_in_closed_form(self) -> None:
        spread = np.hypot(1, 0.8)
        won, lost = norm.cdf((0.4 - TIE) / spread), norm.cdf((-0.4 - TIE) / spread)
        found = truth(np.zeros((1, 2)), 0.8, style=0.4)
        assert found["share"] == pytest.approx((1 + won - lost) / 2, abs=1e-6)

    def test_of_no_effect_at_all(self) -> None:
        found = truth(np.zeros((1, 2)), 0.0, style=0.4)
        assert found["difference"] == pytest.approx(found["mean"] - 3)

    def test_large_studies_come_close_to_it(self) -> None:
        for name, claim in claims(World(2000, 100, 0.5, 0.5), seed=1).items():
            if not name.endswith(("raters", "both new")):
                assert claim.estimate.value == pytest.approx(claim.truth, abs=0.03)


@pytest.mark.slow
class TestCoverage:
    @pytest.mark.parametrize(
        "world", [World(10, 12, 0.5, 0.5), World(20, 10, 1.0, 0.5), World(60, 3, 1.0, 0.5)]
    )
    def test_of_every_estimate(self, world: World) -> None:
        found = coverage(world, STUDIES)
        names = {"share, prompts", "mean, prompts", "difference, prompts", "crossed, prompts"}
        if world.raters > 3:
            names |= {"share, raters", "mean, raters"}
        assert {name: found[name].share for name in names} == {
            name: pytest.approx(0.95, abs=0.02) for name in names
        }

    def test_rows_are_no_clusters(self) -> None:
        found = coverage(World(60, 10, 1.0, 0.3), STUDIES[:500])
        assert found["share, rows"].share < found["share, prompts"].share - 0.1

    def test_raters_of_very_unequal_diligence_are_covered_less(self) -> None:
        """Judgements per rater are log-normal; the documentation says what comes of it."""

        def holds(seed: int) -> bool:
            generator = np.random.default_rng(seed)
            taste = generator.normal(0.4, 0.5, size=20)
            judged = np.maximum(2, 30 * np.exp(generator.normal(0, 1.5, size=20))).astype(np.intp)
            rater = np.repeat(np.arange(20), judged)
            share = clustered_share(taste[rater] + generator.normal(size=len(rater)) > 0, rater)
            assert share.low is not None
            assert share.high is not None
            return bool(share.low <= norm.cdf(0.4 / np.hypot(1, 0.5)) <= share.high)

        assert 0.91 <= np.mean([holds(seed) for seed in STUDIES]) <= 0.94

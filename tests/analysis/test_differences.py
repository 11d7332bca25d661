"""Differences of estimates: a published example, and coverage on clustered data."""

import numpy as np
import pytest

from app.analysis.differences import difference
from app.analysis.intervals import Estimate, clustered_share
from app.analysis.votes import Floats
from app.analysis.wilson import wilson

NONE = Estimate(None, None, None, 0, 0, "no data")


def by_wilson(hits: int, trials: int) -> Estimate:
    low, high = wilson(np.array([float(hits)]), np.array([float(trials)]))
    return Estimate(hits / trials, float(low[0]), float(high[0]), trials, trials)


class TestDifference:
    def test_newcombes_example(self) -> None:
        """56 of 70 against 48 of 80: Newcombe, Statistics in Medicine 17, 1998, table II, method 10
        (which is this one with Wilson's intervals)."""
        found = difference(by_wilson(56, 70), by_wilson(48, 80))
        assert found.value == pytest.approx(0.2)
        assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
        assert (found.n, found.clusters) == (150, 70)

    def test_turned_round(self) -> None:
        one, other = by_wilson(9, 10), by_wilson(4, 12)
        there, back = difference(one, other), difference(other, one)
        assert there.low is not None
        assert back.high == pytest.approx(-there.low)

    def test_without_an_interval_there_is_a_reason(self) -> None:
        few = Estimate(0.7, None, None, 4, 3, "fewer than 6 prompts")
        found = difference(by_wilson(5, 10), few)
        assert found.value == pytest.approx(-0.2)
        assert (found.low, found.high, found.reason) == (None, None, "fewer than 6 prompts")

    def test_without_data(self) -> None:
        assert difference(by_wilson(5, 10), NONE).reason == "no data"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("same_prompts", "least", "most"), [(False, 0.93, 0.97), (True, 0.97, 1.0)]
)
def test_coverage(same_prompts: bool, least: float, most: float) -> None:
    """Two studies of 60 prompts by 3 raters; on the same prompts the interval is too wide."""
    rng = np.random.default_rng(20)
    tries = 2000
    covered = sum(_covers(rng, same_prompts) for _ in range(tries))
    assert least <= covered / tries <= most


def _covers(rng: np.random.Generator, same_prompts: bool) -> bool:
    first = rng.normal(0, 0.25, 60)
    second = first if same_prompts else rng.normal(0, 0.25, 60)
    earlier, later = _study(rng, 0.5, first), _study(rng, 0.6, second)
    found = difference(later, earlier)
    return found.low is not None and found.high is not None and found.low <= 0.1 <= found.high


def _study(rng: np.random.Generator, mean: float, prompts: Floats) -> Estimate:
    chance = _centred(mean, prompts)
    wins = rng.random((60, 3)) < chance[:, None]
    return clustered_share(wins.ravel(), np.repeat(np.arange(60), 3), resamples=400)


def _centred(mean: float, prompts: Floats) -> Floats:
    """Chances whose mean over all prompts of the kind is `mean`: clipped evenly on both sides."""
    reach = min(mean, 1 - mean)
    return mean + np.clip(prompts, -reach, reach)

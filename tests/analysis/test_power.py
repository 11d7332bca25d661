"""What a plan can detect: by hand, and by simulated studies that find it as often as said."""

from math import sqrt

import numpy as np
import pytest

from app.analysis.intervals import clustered_share
from app.analysis.power import Detectable, prompts_needed, smallest_detectable
from app.analysis.votes import Floats


class TestSmallest:
    def test_independent_votes_without_ties(self) -> None:
        """(1.95996 + 0.84162)^2 = 7.84888; with 385 votes half of sqrt(7.84888 / 392.84888)."""
        found = smallest_detectable(prompts=385, ratings_per_item=1, ties=0.0)
        assert found.effective == 385
        assert found.difference == pytest.approx(sqrt(7.84888 / 392.84888) / 2, abs=1e-6)
        assert found.share == pytest.approx(0.5707, abs=1e-4)

    def test_raters_of_one_prompt_are_worth_less_than_as_many_prompts(self) -> None:
        """Kish: 3 ratings that correlate by 0.3 are worth 3 / 1.6."""
        found = smallest_detectable(prompts=100, ratings_per_item=3, within_prompt=0.3)
        assert found.effective == pytest.approx(300 / 1.6)

    def test_raters_who_judge_much_are_worth_less_than_many(self) -> None:
        plan = {"prompts": 100, "ratings_per_item": 3, "within_rater": 0.05}
        assert smallest_detectable(**plan, raters=30).effective == pytest.approx(  # type: ignore[arg-type]
            300 / (1 + 2 * 0.3 + 9 * 0.05)
        )

    @pytest.mark.parametrize(("prompts", "ties"), [(5, 0.2), (6, 0.9)])
    def test_nothing(self, prompts: int, ties: float) -> None:
        found = smallest_detectable(prompts=prompts, ratings_per_item=1, ties=ties)
        assert found == Detectable(None, None, prompts)

    @pytest.mark.parametrize(
        "wrong", [{"ties": 1.1}, {"within_prompt": -0.1}, {"prompts": 0}, {"ratings_per_item": 0}]
    )
    def test_what_cannot_be(self, wrong: dict[str, float]) -> None:
        with pytest.raises(ValueError):
            smallest_detectable(**{"prompts": 60, "ratings_per_item": 3, **wrong})  # type: ignore[arg-type]


class TestNeeded:
    @pytest.mark.parametrize("share", [0.55, 0.6, 0.4])
    def test_are_as_many_as_detect_the_share(self, share: float) -> None:
        prompts = prompts_needed(share=share, ratings_per_item=3)
        wanted = abs(share - 0.5)
        enough = smallest_detectable(prompts=prompts, ratings_per_item=3).difference
        short = smallest_detectable(prompts=prompts - 1, ratings_per_item=3).difference
        assert enough is not None
        assert short is not None
        assert enough <= wanted < short

    def test_never_fewer_than_have_an_interval(self) -> None:
        assert prompts_needed(share=0.99, ratings_per_item=9, ties=0.0) == 6

    @pytest.mark.parametrize("share", [0.5, 0.91])
    def test_what_cannot_be_won(self, share: float) -> None:
        with pytest.raises(ValueError, match="no variant wins"):
            prompts_needed(share=share, ratings_per_item=3, ties=0.2)


def study(
    generator: np.random.Generator, share: float, *, prompts: int, ratings: int, ties: float
) -> Floats:
    """Points, shape (prompts, ratings), that correlate by 0.3 within a prompt: raters take over the
    prompt's verdict with the chance sqrt(0.3), or come to their own.
    """
    chances = [1 - share - ties / 2, ties, share - ties / 2]
    common = generator.choice([0.0, 0.5, 1.0], p=chances, size=(prompts, 1))
    own = generator.choice([0.0, 0.5, 1.0], p=chances, size=(prompts, ratings))
    return np.where(generator.random(own.shape) < sqrt(0.3), common, own)


@pytest.mark.slow
@pytest.mark.parametrize(("prompts", "ratings", "ties"), [(60, 3, 0.2), (200, 2, 0.0)])
def test_the_share_is_found_in_four_of_five_studies(
    prompts: int, ratings: int, ties: float
) -> None:
    plan = smallest_detectable(prompts=prompts, ratings_per_item=ratings, ties=ties)
    assert plan.share is not None
    generator, found = np.random.default_rng(8), 0
    of = np.repeat(np.arange(prompts), ratings)
    for _ in range(1000):
        points = study(generator, plan.share, prompts=prompts, ratings=ratings, ties=ties)
        low = clustered_share(points.ravel(), of, resamples=500).low
        found += low is not None and low > 0.5
    assert 0.75 <= found / 1000 <= 0.85


def test_effective_judgements_are_what_a_mean_of_both_clusters_is_worth() -> None:
    """The variance of a mean is 1 / effective, with prompts and raters that shift every value."""
    plan = smallest_detectable(
        prompts=40, ratings_per_item=3, raters=12, within_prompt=0.3, within_rater=0.1
    )
    generator, shape = np.random.default_rng(4), (20_000, 40, 3)
    rater = np.arange(120).reshape(40, 3) % 12
    of_prompt = generator.normal(0, sqrt(0.3), size=(20_000, 40, 1))
    of_rater = generator.normal(0, sqrt(0.1), size=(20_000, 12))[:, rater]
    own = generator.normal(0, sqrt(0.6), size=shape)
    means = (of_prompt + of_rater + own).mean(axis=(1, 2))
    assert means.var() == pytest.approx(1 / plan.effective, rel=0.05)

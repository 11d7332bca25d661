"""The clustered bootstrap against a slow twin, its coverage, and what it refuses to claim."""

import random
from collections.abc import Sequence

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.intervals import Estimate, clustered_mean, clustered_share, means_of
from app.analysis.percentiles import expanded
from app.analysis.votes import Floats, Integers


def slow_twin(values: Sequence[float], clusters: Sequence[str], resamples: int) -> Floats:
    """Draws prompts with replacement and pools their rows, one loop after the other."""
    rng = random.Random(3)
    rows: dict[str, list[float]] = {}
    for value, cluster in zip(values, clusters, strict=True):
        rows.setdefault(cluster, []).append(value)
    names = list(rows)
    means = []
    for _ in range(resamples):
        pooled = [value for name in rng.choices(names, k=len(names)) for value in rows[name]]
        means.append(sum(pooled) / len(pooled))
    return np.array(means)


def data(seed: int, prompts: int, raters: int) -> tuple[list[float], list[str]]:
    """Wins of a variant whose chance differs between prompts, with a mean chance of 0.6."""
    rng = np.random.default_rng(seed)
    chances = rng.beta(1.2, 0.8, size=prompts)
    values = (rng.random((prompts, raters)) < chances[:, None]).astype(float)
    return list(values.ravel()), [f"p{i}" for i in range(prompts) for _ in range(raters)]


def test_agrees_with_the_slow_twin_on_unequal_clusters() -> None:
    values, clusters = data(seed=5, prompts=30, raters=4)
    values, clusters = values[:-37] + values[-5:], clusters[:-37] + clusters[-5:]
    fast = clustered_mean(values, clusters, resamples=20_000)
    low, high = expanded(slow_twin(values, clusters, 20_000), 30, level=0.95)
    assert fast.value == pytest.approx(np.mean(values))
    assert fast.low == pytest.approx(low, abs=0.012)
    assert fast.high == pytest.approx(high, abs=0.012)


def test_is_wider_than_resampling_rows() -> None:
    values, clusters = data(seed=2, prompts=60, raters=3)
    by_prompt = clustered_mean(values, clusters)
    by_row = clustered_mean(values, range(len(values)))
    assert by_prompt.high - by_prompt.low > 1.1 * (by_row.high - by_row.low)  # type: ignore[operator]


def test_is_as_wide_as_the_cluster_robust_standard_error_says() -> None:
    generator = np.random.default_rng(9)
    cluster = np.sort(generator.integers(0, 150, size=1200))
    values = generator.normal(size=150)[cluster] + generator.normal(size=1200)
    regression = sm.OLS(values, np.ones(1200))
    fitted = regression.fit(cov_type="cluster", cov_kwds={"groups": cluster})
    ours = clustered_mean(values, cluster, resamples=10_000)
    assert ours.value == pytest.approx(fitted.params[0])
    assert ours.low == pytest.approx(fitted.conf_int()[0, 0], abs=0.1 * 1.96 * fitted.bse[0])
    assert ours.high == pytest.approx(fitted.conf_int()[0, 1], abs=0.1 * 1.96 * fitted.bse[0])


def test_very_many_clusters_have_the_interval_of_the_normal_theory() -> None:
    values = np.random.default_rng(4).normal(size=50_000)
    estimate = clustered_mean(values, np.arange(50_000))
    assert estimate.clusters == 50_000
    assert estimate.high - estimate.low == pytest.approx(2 * 1.96 / 50_000**0.5, rel=0.1)  # type: ignore[operator]


def test_numbers_and_names_of_clusters_are_alike() -> None:
    values, names = data(seed=3, prompts=12, raters=3)
    numbers = np.repeat(np.arange(100, 112), 3)
    assert clustered_mean(values, numbers) == clustered_mean(values, names)
    assert clustered_mean(values, [(name, 1) for name in names]) == clustered_mean(values, names)


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.random.default_rng(1).normal(size=20)
    assert clustered_mean(values, range(20)) == clustered_mean(values, range(20))
    assert clustered_mean(values, range(20), seed=1) != clustered_mean(values, range(20), seed=2)


def test_no_data() -> None:
    assert clustered_mean([], []) == Estimate(None, None, None, 0, 0, "no data")


def test_one_prompt_has_no_interval() -> None:
    estimate = clustered_mean([1, 0, 1, 1], ["p"] * 4)
    assert (estimate.value, estimate.low, estimate.high) == (0.75, None, None)
    assert (estimate.n, estimate.clusters, estimate.reason) == (4, 1, "only one prompt")


@pytest.mark.parametrize("values", [[1, 1, 1, 1], [1, 0, 0, 1], [0.1, 0.2, 0.2, 0.1]])
def test_prompts_that_agree_have_no_interval(values: list[float]) -> None:
    estimate = clustered_mean(values, ["a", "a", "b", "b"])
    assert (estimate.low, estimate.high) == (None, None)
    assert estimate.reason == "every prompt has the same mean, so their spread is not known"


@pytest.mark.parametrize(
    ("clusters", "reason"),
    [
        ([1, 1, 1], "only one rater"),
        ([1, 2, 3], "fewer than 6 raters"),
        ([1, 2, 2], "every rater has the same mean, so their spread is not known"),
    ],
)
def test_reasons_name_what_clusters_are(clusters: list[int], reason: str) -> None:
    values = [0.5, 0.5, 0.5] if "same" in reason else [0.1, 0.2, 0.7]
    assert clustered_mean(values, clusters, of="rater").reason == reason


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="do not match"):
        clustered_mean([1, 2], ["a"])
    with pytest.raises(ValueError, match="finite"):
        clustered_mean([1, float("nan")], ["a", "b"])


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.integers(0, 6)), min_size=1, max_size=40
    )
)
def test_an_interval_is_never_of_zero_width(rows: list[tuple[float, int]]) -> None:
    estimate = clustered_mean([value for value, _ in rows], [cluster for _, cluster in rows])
    if estimate.low is None or estimate.high is None:
        assert estimate.reason
    else:
        assert estimate.reason is None
        assert 0 <= estimate.low < estimate.high <= 1


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 9)), min_size=1, max_size=40),
    st.integers(2, 3),
)
def test_rows_given_twice_change_only_their_number(rows: list[tuple[int, int]], times: int) -> None:
    values, clusters = zip(*rows, strict=True)
    once = clustered_mean(values, clusters)
    more = clustered_mean(values * times, clusters * times)
    assert (more.n, more.clusters) == (times * once.n, once.clusters)
    assert (more.value, more.reason) == (pytest.approx(once.value), once.reason)
    assert (more.low, more.high) == (pytest.approx(once.low), pytest.approx(once.high))


class TestMeansOfSeveralThings:
    def test_a_thing_has_the_interval_that_it_has_alone(self) -> None:
        """Where every cluster has all of them, they are drawn as if there was only one."""
        generator = np.random.default_rng(6)
        values, cluster = generator.integers(1, 6, size=90) / 1.0, np.arange(90) % 15
        thing = np.arange(90) // 15 % 3
        means = means_of(values, thing, 3, cluster)
        for one in range(3):
            mine = thing == one
            assert means.estimate(one) == clustered_mean(values[mine], cluster[mine])

    def test_things_of_few_clusters_among_many_are_covered_as_well(self) -> None:
        """Their number of clusters varies from resample to resample."""

        def rare(seed: int) -> Estimate:
            generator = np.random.default_rng(seed)
            cluster = np.arange(200)
            thing: Integers = (cluster >= 12).astype(np.intp)
            return means_of(generator.normal(size=200), thing, 2, cluster).estimate(0)

        estimates = [rare(seed) for seed in range(300)]
        assert {one.clusters for one in estimates} == {12}
        covered = np.mean([one.low < 0 < one.high for one in estimates])  # type: ignore[operator]
        assert 0.93 <= covered <= 0.985

    def test_a_thing_without_values(self) -> None:
        means = means_of(np.ones(3), np.zeros(3, dtype=np.intp), 2, np.arange(3))
        assert means.estimate(1) == Estimate(None, None, None, 0, 0, "no data")
        assert means.share(1).reason == "no data"


class TestShares:
    def test_26_of_26_is_not_certainty(self) -> None:
        share = clustered_share([1] * 26, range(26))
        # Clopper-Pearson's lower limit for 26 of 26 is 0.025 ** (1 / 26).
        assert share.low == pytest.approx(0.8677, abs=1e-4)
        assert (share.value, share.high, share.exact, share.reason) == (1, 1, True, None)

    def test_losses_mirror_wins(self) -> None:
        share = clustered_share([0] * 26, range(26))
        assert (share.low, share.high) == (0, pytest.approx(1 - 0.8677, abs=1e-4))

    def test_prompts_count_once_however_often_they_are_judged(self) -> None:
        once, thrice = (
            clustered_share([1] * 8, range(8)),
            clustered_share([1] * 24, [*range(8)] * 3),
        )
        assert (once.low, once.high) == (thrice.low, thrice.high)

    @pytest.mark.parametrize(("prompts", "claims"), [(2, False), (5, False), (6, True)])
    def test_a_half_is_excluded_from_six_prompts_on(self, prompts: int, claims: bool) -> None:
        low = clustered_share([1] * prompts, range(prompts)).low
        assert low is not None
        assert (low > 0.5) is claims

    @pytest.mark.parametrize("last", [0.5, 0.0])
    def test_nearly_all_never_proves_more_than_all(self, last: float) -> None:
        nearly = clustered_share([1] * 25 + [last], range(26))
        all_ = clustered_share([1] * 26, range(26))
        assert nearly.low is not None
        assert all_.low is not None
        assert nearly.low <= all_.low
        assert not nearly.exact
        mirrored = clustered_share([0] * 25 + [1 - last], range(26))
        assert mirrored.high == pytest.approx(1 - nearly.low)

    def test_mixed_points_are_bootstrapped(self) -> None:
        points, prompts = [1, 0.5, 0, 1, 1, 0.5, 1], range(7)
        assert clustered_share(points, prompts) == clustered_mean(points, prompts)

    def test_few_prompts_that_differ_have_no_interval(self) -> None:
        share = clustered_share([1, 1, 1, 1, 0.5], range(5))
        assert (share.low, share.reason) == (None, "fewer than 6 prompts")

    def test_raters_who_all_agree_are_counted_once_each(self) -> None:
        share = clustered_share([1] * 16, [*range(8)] * 2, of="rater")
        assert (share.low, share.exact) == (pytest.approx(0.025 ** (1 / 8)), True)

    def test_one_prompt_has_none(self) -> None:
        assert clustered_share([1, 1], ["a", "a"]).reason == "only one prompt"

    @pytest.mark.parametrize("point", [-0.1, 1.1])
    def test_only_points_from_0_to_1(self, point: float) -> None:
        with pytest.raises(ValueError, match="between 0 and 1"):
            clustered_share([point, 1], range(2))

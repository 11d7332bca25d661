"""Scores: a worked example, the paired difference against statsmodels and a slow twin."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.intervals import Estimate, clustered_mean
from app.analysis.percentiles import expanded
from app.analysis.scores import Scores, score_table
from app.analysis.votes import Floats, Integers

Row = tuple[int, int, int, int]
rows = st.lists(
    st.tuples(st.integers(1, 5), st.integers(0, 2), st.integers(0, 8), st.integers(0, 7)),
    max_size=60,
)


def table(given: list[Row], *, base: int | None = None) -> tuple[Scores, ...]:
    columns = np.array(given, dtype=np.intp).reshape(-1, 4).T
    return score_table(*columns, variants=3, base=base, resamples=200)


def paired_scores(seed: int) -> tuple[Integers, Integers, Integers, Integers]:
    """Two variants on 40 prompts by 8 raters; prompts are easy or hard for both."""
    generator = np.random.default_rng(seed)
    prompt, rater, variant = (axis.ravel() for axis in np.indices((40, 8, 2)))
    easy = generator.normal(0, 1.5, size=40)
    helped = generator.normal(0.3, 0.4, size=40)
    latent = 3 + easy[prompt] + variant * helped[prompt] + generator.normal(0, 0.7, len(prompt))
    return np.clip(np.rint(latent), 1, 5).astype(np.intp), variant, prompt, rater


def width(estimate: Estimate) -> float:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.high - estimate.low


class TestTable:
    def test_a_worked_example(self) -> None:
        base, lora, full = table(
            [(4, 0, 0, 0), (2, 0, 1, 0), (5, 1, 0, 0), (5, 1, 1, 1), (3, 1, 2, 1)], base=0
        )
        assert (base.variant, base.count, base.mean.value) == (0, 2, 3)
        assert base.distribution == {2: 1, 4: 1}
        assert base.to_base is None
        assert lora.mean.value == pytest.approx(13 / 3)
        assert lora.distribution == {3: 1, 5: 2}
        assert (lora.mean.clusters, lora.by_rater.clusters) == (3, 2)
        assert lora.by_rater.reason == "fewer than 6 raters"
        assert lora.to_base is not None
        assert lora.to_base.value == pytest.approx(4 / 3)
        assert (lora.to_base.n, lora.to_base.clusters) == (5, 2)
        assert lora.to_base.reason == "fewer than 6 prompts"
        assert (full.count, full.mean.reason, full.distribution) == (0, "no data", {})
        assert full.to_base == Estimate(None, None, None, 2, 0, "no data")

    def test_without_a_base_there_is_no_difference(self) -> None:
        assert [scores.to_base for scores in table([(1, 0, 0, 0), (2, 1, 0, 0)])] == [None] * 3

    def test_means_are_the_clustered_ones(self) -> None:
        values, variant, prompt, rater = paired_scores(1)
        for scores in score_table(values, variant, prompt, rater, variants=2):
            mine = variant == scores.variant
            assert scores.mean == clustered_mean(values[mine], prompt[mine])
            assert scores.by_rater == clustered_mean(values[mine], rater[mine], of="rater")


class TestDifference:
    def test_like_a_cluster_robust_regression(self) -> None:
        values, variant, prompt, rater = paired_scores(2)
        fitted = sm.OLS(values, sm.add_constant(variant)).fit(
            cov_type="cluster", cov_kwds={"groups": prompt}, use_t=True
        )
        [_, scores] = score_table(
            values, variant, prompt, rater, variants=2, base=0, resamples=10_000
        )
        assert scores.to_base is not None
        assert scores.to_base.value == pytest.approx(fitted.params[1])
        low, high = fitted.conf_int()[1]
        assert width(scores.to_base) == pytest.approx(high - low, rel=0.1)

    def test_like_the_slow_twin(self) -> None:
        values, variant, prompt, rater = paired_scores(3)
        [_, scores] = score_table(
            values, variant, prompt, rater, variants=2, base=0, resamples=20_000
        )
        low, high = expanded(slow_twin(values, variant, prompt), 40, level=0.95)
        assert scores.to_base is not None
        assert scores.to_base.low == pytest.approx(low, abs=0.02)
        assert scores.to_base.high == pytest.approx(high, abs=0.02)

    def test_prompts_hard_for_both_do_not_widen_it(self) -> None:
        [base, scores] = score_table(*paired_scores(4), variants=2, base=0)
        assert scores.to_base is not None
        assert (
            width(scores.to_base) < 0.6 * (width(base.mean) ** 2 + width(scores.mean) ** 2) ** 0.5
        )

    def test_a_constant_difference_has_no_spread(self) -> None:
        rows = [(1 + prompt % 3 + one, one, prompt, 0) for prompt in range(9) for one in (0, 1)]
        scores = table(rows, base=0)[1]
        assert scores.mean.low is not None
        assert scores.to_base is not None
        assert (scores.to_base.value, scores.to_base.low) == (1, None)
        assert scores.to_base.reason == (
            "every prompt has the same difference, so their spread is not known"
        )


class TestProperties:
    @given(rows)
    def test_scores_given_twice_change_only_counts(self, given: list[Row]) -> None:
        for one, two in zip(table(given, base=0), table(given + given, base=0), strict=True):
            assert two.count == 2 * one.count
            assert two.distribution == {v: 2 * n for v, n in one.distribution.items()}
            assert two.mean.value == pytest.approx(one.mean.value)
            assert two.mean.low == pytest.approx(one.mean.low)
            assert (two.to_base is None) == (one.to_base is None)

    @given(rows, st.permutations(range(3)))
    def test_relabelling_relabels(self, given: list[Row], names: list[int]) -> None:
        usual = table(given, base=0)
        other = table([(v, names[one], *rest) for v, one, *rest in given], base=names[0])  # type: ignore[misc]
        for scores in usual:
            found = other[names[scores.variant]]
            assert found.mean == scores.mean
            assert found.to_base == scores.to_base
            assert found.distribution == scores.distribution

    @given(rows)
    def test_reversing_the_scale_reverses_the_difference(self, given: list[Row]) -> None:
        usual, other = table(given, base=0), table([(6 - v, *rest) for v, *rest in given], base=0)  # type: ignore[misc]
        for scores, reversed_ in zip(usual[1:], other[1:], strict=True):
            assert scores.to_base is not None
            assert reversed_.to_base is not None
            if scores.to_base.low is not None:
                assert reversed_.to_base.high == pytest.approx(-scores.to_base.low, abs=1e-9)


def slow_twin(values: Integers, variant: Integers, prompt: Integers) -> Floats:
    """Differences of means when prompts are drawn one by one."""
    generator = np.random.default_rng(8)
    of_prompt = [
        (values[(prompt == one) & (variant == 1)], values[(prompt == one) & (variant == 0)])
        for one in range(40)
    ]
    differences = []
    for _ in range(4000):
        drawn = [of_prompt[one] for one in generator.integers(0, 40, size=40)]
        treated, base = (np.concatenate(part) for part in zip(*drawn, strict=True))
        differences.append(treated.mean() - base.mean())
    return np.array(differences)

"""Style control against statsmodels and full refits, a known truth, and what it refuses to say."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.bradley_terry import rank
from app.analysis.contrasts import Contrasts, Rows, rows_of
from app.analysis.identified import FOLLOWS, SAME
from app.analysis.resampling import Units, units_of, weights
from app.analysis.style import NOTHING_LEFT, Coefficient, style_control
from app.analysis.style_fit import Fitted, fit_rows
from app.analysis.votes import Floats, Side, Vote, Votes, votes_of
from tests.analysis.simulated import relative, simulated, styled

TRUTH = np.array([0.6, 0.0, -0.6])


def small(seed: int = 1, ties: bool = False) -> tuple[Votes, Contrasts]:
    """Sixty prompts, three raters, with tokens and headings; a vote in five is a tie if wanted."""
    votes, contrasts = styled(seed, TRUTH, 0.5, prompts=60, raters=3, spread=0.4)
    generator = np.random.default_rng(seed)
    headings = generator.poisson(2, size=len(contrasts.features))
    tied = ties & (generator.random(len(votes)) < 0.2)
    return (
        replace(votes, side=np.where(tied, Side.TIE, votes.side)),
        replace(
            contrasts,
            features=np.column_stack([contrasts.features, headings]).astype(np.float64),
            names=("tokens", "headings"),
        ),
    )


def design(votes: Votes, contrasts: Contrasts) -> Floats:
    """As a regression package wants it: 1 and -1 for the variants but the first, then features."""
    rows = np.arange(len(votes))
    columns = np.zeros((len(votes), len(votes.variants)))
    columns[rows, votes.first] += 1
    columns[rows, votes.second] -= 1
    features = [
        relative(replace(contrasts, features=contrasts.features[:, [place]]))
        for place in range(len(contrasts.names))
    ]
    return np.column_stack([columns[:, 1:], *features])


def fitted(votes: Votes, contrasts: Contrasts, resamples: int = 2000) -> Fitted:
    units = units_of(votes.prompt)
    rows = rows_of(votes, contrasts, units)
    return fit_rows(rows, len(votes.variants), units, seed=0, resamples=resamples)


class TestAgainstStatsmodels:
    def test_coefficients_of_a_logistic_regression(self) -> None:
        votes, contrasts = small()
        theirs = sm.Logit(votes.points, design(votes, contrasts)).fit(disp=False, tol=1e-12)
        ours = fitted(votes, contrasts).values
        assert ours[1:3] - ours[0] == pytest.approx(theirs.params[:2], abs=1e-3)
        assert ours[3:] == pytest.approx(theirs.params[2:], abs=1e-3)

    def test_ties_are_half_a_win(self) -> None:
        votes, contrasts = small(ties=True)
        family = sm.families.Binomial()
        theirs = sm.GLM(votes.points, design(votes, contrasts), family=family).fit(tol=1e-12)
        ours = fitted(votes, contrasts).values
        assert ours[1:3] - ours[0] == pytest.approx(theirs.params[:2], abs=1e-3)
        assert ours[3:] == pytest.approx(theirs.params[2:], abs=1e-3)

    def test_draws_spread_like_the_cluster_robust_covariance(self) -> None:
        votes, contrasts = small(ties=True)
        theirs = sm.GLM(votes.points, design(votes, contrasts), family=sm.families.Binomial()).fit(
            cov_type="cluster",
            cov_kwds={"groups": votes.prompt, "use_correction": False},
        )
        draws = fitted(votes, contrasts, resamples=40_000).draws
        relative_to_first = np.column_stack([draws[:, 1:3] - draws[:, :1], draws[:, 3:]])
        widened = 60 / (60 - 4)  # prompts, less two strengths and two coefficients
        assert np.cov(relative_to_first.T) == pytest.approx(
            widened * theirs.cov_params(), rel=0.03, abs=2e-4
        )

    def test_draws_spread_like_full_refits(self) -> None:
        votes, contrasts = small(ties=True)
        units = units_of(votes.prompt)
        rows = rows_of(votes, contrasts, units)
        [batch] = weights(units.count, seed=5, resamples=100)
        refits = np.array([refit(rows, row, len(votes.variants), units) for row in batch])
        ours = fitted(votes, contrasts).draws.std(axis=0)
        assert ours == pytest.approx(refits.std(axis=0), rel=0.3)


def refit(rows: Rows, weight: Floats, variants: int, units: Units) -> Floats:
    """The regression again, with each prompt as often as it was drawn."""
    often = weight[rows.unit]
    again = replace(rows, n=rows.n * often, points=rows.points * often)
    return fit_rows(again, variants, units, seed=0, resamples=1).values


class TestProperties:
    @given(st.integers(0, 2**32 - 1))
    @settings(max_examples=20)
    def test_who_stands_first_does_not_matter(self, seed: int) -> None:
        votes, contrasts = small(ties=True)
        turned = np.random.default_rng(seed).random(len(votes)) < 0.5
        other = style_control(*swapped(votes, contrasts, turned), resamples=50)
        assert values(other.coefficients) == pytest.approx(
            values(style_control(votes, contrasts, resamples=50).coefficients)
        )

    def test_relabelling_variants_relabels(self) -> None:
        votes, contrasts = small()
        order = np.array([2, 0, 1])
        moved = replace(votes, first=order[votes.first], second=order[votes.second])
        found, other = style_control(votes, contrasts), style_control(moved, contrasts)
        assert values(other.coefficients) == pytest.approx(values(found.coefficients))
        assert [other.with_style[place].value for place in order] == pytest.approx(
            [one.value for one in found.with_style]
        )

    def test_doubling_every_vote_changes_no_value(self) -> None:
        votes, contrasts = small()
        twice = np.tile(np.arange(len(votes)), 2)
        doubled = Votes(
            votes.variants,
            *(one[twice] for one in (votes.first, votes.second, votes.side)),
            *(one[twice] for one in (votes.prompt, votes.rater)),
        )
        again = replace(contrasts, first=contrasts.first[twice], second=contrasts.second[twice])
        assert values(style_control(doubled, again).coefficients) == pytest.approx(
            values(style_control(votes, contrasts).coefficients), abs=1e-4
        )

    def test_without_style_is_the_plain_ranking(self) -> None:
        votes, contrasts = small()
        assert style_control(votes, contrasts).without == rank(votes).strengths


def swapped(votes: Votes, contrasts: Contrasts, turned: Floats) -> tuple[Votes, Contrasts]:
    """The same votes, some of them told from the other side."""
    side = np.where(votes.side == Side.WIN, Side.LOSS, Side.WIN)
    side = np.where(votes.side == Side.TIE, Side.TIE, side)
    return (
        replace(
            votes,
            first=np.where(turned, votes.second, votes.first),
            second=np.where(turned, votes.first, votes.second),
            side=np.where(turned, side, votes.side),
        ),
        replace(
            contrasts,
            first=np.where(turned, contrasts.second, contrasts.first),
            second=np.where(turned, contrasts.first, contrasts.second),
        ),
    )


def values(coefficients: tuple[Coefficient, ...]) -> list[float | None]:
    return [number for one in coefficients for number in (one.value, one.low, one.high)]


class TestRecovery:
    def test_an_effect_of_a_half(self) -> None:
        votes, contrasts = styled(2, TRUTH, 0.5, prompts=10_000, raters=3)
        found = style_control(votes, contrasts)
        [tokens] = found.coefficients
        assert tokens.value == pytest.approx(0.5, abs=0.05)
        assert [one.value for one in found.with_style] == pytest.approx(TRUTH, abs=0.05)
        assert found.with_style[0].value > found.without[0].value + 0.1

    def test_no_effect(self) -> None:
        [tokens] = style_control(*styled(3, TRUTH, 0.0, prompts=500, raters=3)).coefficients
        assert tokens.low is not None
        assert tokens.high is not None
        assert tokens.low < 0 < tokens.high

    @pytest.mark.slow
    def test_ninety_five_per_cent_cover_the_truth(self) -> None:
        """Prompts favour variants and length: the truth is what fits all prompts together."""
        many = fitted(*styled(999, TRUTH, 0.5, prompts=300_000, raters=1, spread=0.5), resamples=1)
        covered = []
        for seed in range(1000):
            study = styled(seed, TRUTH, 0.5, prompts=60, raters=3, spread=0.5)
            result = style_control(*study)
            [tokens] = result.coefficients
            assert tokens.low is not None
            assert tokens.high is not None
            ends = [(one.low, one.high) for one in result.with_style] + [(tokens.low, tokens.high)]
            covered.append(
                [low <= true <= high for (low, high), true in zip(ends, many.values, strict=True)]
            )
        shares = np.mean(covered, axis=0)
        assert 0.93 <= shares.min() <= shares.max() <= 0.97


class TestRefusals:
    def test_a_feature_that_never_differs_leaves_the_rest(self) -> None:
        votes, contrasts = small()
        contrasts.features[:, 1] = 4
        tokens, headings = style_control(votes, contrasts).coefficients
        assert tokens.value is not None
        assert headings == Coefficient("headings", reason=SAME)

    def test_a_feature_that_says_the_same_as_another(self) -> None:
        votes, contrasts = small()
        contrasts.features[:, 1] = contrasts.features[:, 0]
        tokens, headings = style_control(votes, contrasts).coefficients
        assert tokens.value is not None
        assert headings == Coefficient("headings", reason=FOLLOWS)

    def test_every_variant_has_a_style_of_its_own(self) -> None:
        votes, contrasts = small()
        of_variant = np.arange(len(contrasts.features)) % 3
        contrasts.features[:, 0] = np.array([100, 200, 400])[of_variant]
        contrasts.features[:, 1] = 7
        found = style_control(votes, contrasts)
        assert found.reason == NOTHING_LEFT
        assert (found.with_style, len(found.without)) == ((), 3)
        assert [one.reason for one in found.coefficients] == [FOLLOWS, SAME]
        assert values(found.coefficients) == [None] * 6

    def test_votes_that_cannot_rank(self) -> None:
        votes = votes_of([Vote("a", "b", 1.0, prompt, 1) for prompt in range(9)])
        at = np.arange(9)
        contrasts = Contrasts(np.ones((18, 1)), at, at + 9, ("tokens",))
        found = style_control(votes, contrasts)
        assert found.reason == rank(votes).reason
        assert (found.without, found.with_style) == ((), ())
        assert found.coefficients == (Coefficient("tokens", reason=found.reason),)

    def test_hardly_more_prompts_than_variants(self) -> None:
        truth = np.zeros(7)
        votes, contrasts = styled(4, truth, 0.5, prompts=7, raters=9, spread=0.4)
        found = style_control(votes, contrasts)
        assert found.reason == "too few prompts for so many variants"
        assert (len(found.without), found.with_style) == (7, ())

    @pytest.mark.parametrize(
        ("features", "places", "problem"),
        [
            (np.ones((4, 2)), 9, "do not match"),
            (np.ones((4, 1)), 8, "8 contrasts do not match 9 votes"),
            (np.full((4, 1), -1.0), 9, "counts"),
            (np.full((4, 1), np.nan), 9, "counts"),
        ],
    )
    def test_what_does_not_fit(self, features: Floats, places: int, problem: str) -> None:
        votes = simulated(0, np.zeros(2), prompts=3, raters=3)
        at = np.zeros(places, dtype=np.intp)
        with pytest.raises(ValueError, match=problem):
            style_control(votes, Contrasts(features, at, at + 1, ("tokens",)))

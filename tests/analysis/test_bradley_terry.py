"""Strengths: against a published example, a slow twin, relabelling, and a known truth."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.bradley_terry import fit, rank
from app.analysis.graph import standing
from app.analysis.votes import Floats, Vote, votes_of
from tests.analysis.simulated import simulated

# American League 1987, wins of the row's team over the column's (Agresti, Categorical Data
# Analysis, 2nd edition, section 10.6; the estimates are relative to the last team).
WINS = np.array(
    [
        [0, 7, 9, 7, 7, 9, 11],
        [6, 0, 7, 5, 11, 9, 9],
        [4, 6, 0, 7, 7, 8, 12],
        [6, 8, 6, 0, 6, 7, 10],
        [6, 2, 6, 7, 0, 7, 12],
        [4, 4, 5, 6, 6, 0, 6],
        [2, 4, 1, 3, 1, 7, 0],
    ],
    dtype=np.float64,
)
ESTIMATES = (1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839, 0.0)


def by_minorization(wins: Floats, rounds: int = 20_000) -> Floats:
    """The slow twin: Hunter (Annals of Statistics 32, 2004), one variant after the other."""
    games, won = wins + wins.T, wins.sum(axis=1)
    worth = np.ones(len(wins))
    for _ in range(rounds):
        old = worth.copy()
        for one in range(len(wins)):
            others = [k for k in range(len(wins)) if k != one]
            worth[one] = won[one] / sum(games[one, k] / (worth[one] + worth[k]) for k in others)
        worth /= worth.sum()
        if np.abs(worth - old).max() < 1e-14:
            break
    strengths = np.log(worth)
    return strengths - strengths.mean()


tables = st.integers(2, 6).flatmap(
    lambda n: st.lists(st.integers(1, 40), min_size=n * n, max_size=n * n).map(
        lambda counts: np.array(counts, dtype=np.float64).reshape(n, n) * (1 - np.eye(n))
    )
)


class TestFit:
    def test_a_published_example(self) -> None:
        strengths = fit(WINS[None], ridge=0)[0]
        assert strengths - strengths[-1] == pytest.approx(ESTIMATES, abs=5e-5)

    def test_the_ridge_changes_nothing_that_the_data_say(self) -> None:
        assert fit(WINS[None])[0] == pytest.approx(fit(WINS[None], ridge=0)[0], abs=1e-3)

    @given(tables)
    def test_like_the_slow_twin(self, wins: Floats) -> None:
        assert fit(wins[None], ridge=0)[0] == pytest.approx(by_minorization(wins), abs=1e-6)

    @given(tables, st.randoms(use_true_random=False))
    def test_relabelling_relabels(self, wins: Floats, random: Any) -> None:
        order = list(range(len(wins)))
        random.shuffle(order)
        shuffled = fit(wins[np.ix_(order, order)][None])[0]
        assert shuffled == pytest.approx(fit(wins[None])[0][order], abs=1e-7)

    @given(tables)
    def test_turning_all_votes_round_turns_the_strengths(self, wins: Floats) -> None:
        assert fit(wins.T[None])[0] == pytest.approx(-fit(wins[None])[0], abs=1e-7)

    @given(tables)
    def test_doubling_all_votes_changes_nothing(self, wins: Floats) -> None:
        assert fit(2 * wins[None], ridge=0)[0] == pytest.approx(
            fit(wins[None], ridge=0)[0], abs=1e-7
        )

    def test_many_tables_at_once_are_each_their_own(self) -> None:
        both = fit(np.stack([WINS, WINS.T]))
        assert both[0] == pytest.approx(fit(WINS[None])[0], abs=1e-9)
        assert both[1] == pytest.approx(fit(WINS.T[None])[0], abs=1e-9)

    def test_somebody_without_a_loss_has_a_finite_strength(self) -> None:
        wins = np.array([[0.0, 500.0], [0.0, 0.0]])
        [strong, weak] = fit(wins[None])[0]
        assert 5 < strong - weak < 20

    def test_no_votes(self) -> None:
        assert fit(np.zeros((1, 3, 3)))[0] == pytest.approx([0, 0, 0])

    def test_what_is_no_number(self) -> None:
        with pytest.raises(ValueError, match="settle"):
            fit(np.full((1, 2, 2), np.nan))


class TestStanding:
    def test_two_groups_that_never_met(self) -> None:
        wins = np.zeros((4, 4))
        wins[0, 1] = wins[1, 0] = wins[2, 3] = wins[3, 2] = 1
        found = standing(wins)
        assert found.groups == ((0, 1), (2, 3))
        assert not found.is_connected
        assert not found.strong
        assert found.reason == "not all were compared with each other, directly or over others"

    def test_who_never_lost_and_who_never_won(self) -> None:
        found = standing(np.array([[0, 2, 1], [0, 0, 3], [0, 0, 0]], dtype=np.float64))
        assert (found.undefeated, found.winless) == ((0,), (2,))
        assert found.is_connected
        assert not found.strong
        assert str(found.reason).startswith("somebody never lost or never won")

    def test_a_split_that_no_single_variant_shows(self) -> None:
        """Two that beat each other, and both of them beat two others that beat each other."""
        wins = np.zeros((4, 4))
        for winner, loser in ((0, 1), (1, 0), (2, 3), (3, 2), (0, 2), (1, 3)):
            wins[winner, loser] = 1
        found = standing(wins)
        assert (found.undefeated, found.winless, found.is_connected) == ((), (), True)
        assert not found.strong
        assert str(found.reason).startswith("some never lost against any of the others")

    def test_ties_are_wins_of_both(self) -> None:
        found = standing(np.array([[0, 0.5], [0.5, 0]]))
        assert (found.strong, found.reason) == (True, None)

    def test_nobody(self) -> None:
        found = standing(np.zeros((0, 0)))
        assert (found.groups, found.is_connected) == ((), True)


class TestRank:
    def test_orders_by_strength_and_brackets_it(self) -> None:
        votes = simulated(1, np.array([0.8, 0.0, -0.8]), prompts=40, raters=3, spread=0.0)
        found = rank(votes)
        values = [one.value for one in found.strengths]
        assert values == sorted(values, reverse=True)
        assert all(one.low < one.value < one.high for one in found.strengths)
        assert sum(values) == pytest.approx(0, abs=1e-9)
        assert found.draws.shape == (1000, 3)

    def test_the_same_seed_gives_the_same_interval(self) -> None:
        votes = simulated(1, np.array([0.3, -0.3]), prompts=20, raters=2, spread=0.5)
        assert rank(votes).strengths == rank(votes).strengths
        assert rank(votes).strengths != rank(votes, seed=1).strengths

    def test_what_cannot_be_ranked_has_no_numbers(self) -> None:
        votes = votes_of([Vote("a", "b", 1.0, p, "x") for p in range(9)])
        found = rank(votes)
        assert found.strengths == ()
        assert found.standing.undefeated == (0,)
        assert found.reason == found.standing.reason

    def test_raters_who_disagree_are_seen_by_resampling_raters_alone(self) -> None:
        """Half of them always say a, half always b, on every prompt alike."""
        votes = votes_of(
            [
                Vote("a", "b", float(rater % 2), prompt, rater)
                for prompt in range(50)
                for rater in range(10)
            ]
        )
        by_prompt, by_rater = rank(votes), rank(votes, by="rater")
        assert by_prompt.reason == "every prompt says the same, so their spread is not known"
        assert by_rater.strengths[0].high - by_rater.strengths[0].low > 0.5

    @pytest.mark.parametrize(("prompts", "reason"), [(5, "fewer than 6 prompts"), (6, None)])
    def test_few_prompts_have_no_interval(self, prompts: int, reason: str | None) -> None:
        votes = simulated(0, np.array([0.1, -0.1]), prompts=prompts, raters=8, spread=0.3)
        assert rank(votes).reason == reason

    def test_a_difference_is_surer_than_its_ends(self) -> None:
        """Both move together against the third: what they share cancels."""
        truth = np.array([0.5, 0.4, -0.9])
        found = rank(simulated(3, truth, prompts=60, raters=3, spread=1.0))
        difference = found.difference(0, 1)
        assert difference.low < difference.value < difference.high
        ends = [found.strengths[place] for place in (0, 1)]
        assert difference.high - difference.low < sum(one.high - one.low for one in ends)

    @pytest.mark.slow
    def test_ninety_five_per_cent_cover_the_truth(self) -> None:
        """Prompts favour variants, and the truth is what all prompts say together."""
        covered = []
        truth = np.array([0.4, 0.0, -0.4])
        target = marginal(truth, spread=0.8)
        for seed in range(400):
            votes = simulated(seed, truth, prompts=60, raters=3, spread=0.8)
            found = rank(votes, resamples=400)
            covered += [
                one.low <= true <= one.high
                for one, true in zip(found.strengths, target, strict=True)
            ]
        assert 0.93 <= np.mean(covered) <= 0.97


def marginal(truth: Floats, *, spread: float) -> Floats:
    """The strengths that fit the average over prompts: what the votes are an estimate of."""
    generator = np.random.default_rng(99)
    favour = generator.normal(0, spread, size=(400_000, len(truth)))
    strengths = truth + favour
    wins = np.zeros((len(truth), len(truth)))
    for a in range(len(truth)):
        for b in range(len(truth)):
            if a != b:
                wins[a, b] = np.mean(1 / (1 + np.exp(strengths[:, b] - strengths[:, a])))
    return fit(1e6 * wins[None])[0]

"""Models of ties: a published example, evalica, the likelihood itself, and a known truth."""

from itertools import combinations
from typing import Any

import evalica
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from app.analysis.bradley_terry import rank
from app.analysis.tallies import Tallies, clustered_tallies
from app.analysis.ties import fit_davidson, tie_models
from app.analysis.votes import Floats, Vote, Votes, votes_of
from tests.analysis.simulated import simulated

# Six chocolate puddings (Davidson 1970, table 1): two brands, wins of either, ties. Their worths,
# which add up to 1, and the prevalence of ties are as published there.
PUDDINGS = """
1 2 19 22 16; 1 3 16 19 12; 2 3 19 19 10; 1 4 18 23 13; 2 4 23 19  9
3 4 19 20 15; 1 5 13 19 18; 2 5 16 20 12; 3 5 16 15 17; 4 5 17 14 16
1 6 18 21 12; 2 6 22 20 12; 3 6 13 18 10; 4 6 14 19 18; 5 6 11 21 12
"""
WORTHS = (0.1388005, 0.1729985, 0.1617420, 0.1653930, 0.1586805, 0.2023855)
PREVALENCE = 0.7468147
OUTCOMES = (evalica.Winner.X, evalica.Winner.Y, evalica.Winner.Draw)


def puddings() -> Tallies:
    wins, ties = np.zeros((2, 1, 6, 6))
    for row in PUDDINGS.replace("\n", ";").strip(";").split(";"):
        one, other, won, lost, tied = map(int, row.split())
        wins[0, one - 1, other - 1], wins[0, other - 1, one - 1] = won, lost
        ties[0, one - 1, other - 1] = ties[0, other - 1, one - 1] = tied
    return Tallies(wins, ties)


def loss(values: Floats, tallies: Tallies) -> float:
    """The likelihood written out: its logarithm, negative."""
    wins, ties = tallies.wins[0], tallies.ties[0]
    worth, prevalence, total = np.exp(values[:-1]), np.exp(values[-1]), 0.0
    for a, b in combinations(range(len(wins)), 2):
        tie = prevalence * np.sqrt(worth[a] * worth[b])
        chances = np.array([worth[a], worth[b], tie]) / (worth[a] + worth[b] + tie)
        total -= float(np.array([wins[a, b], wins[b, a], ties[a, b]]) @ np.log(chances))
    return total


def by_likelihood(tallies: Tallies) -> Floats:
    """The slow twin: the likelihood maximised by scipy."""
    start = np.zeros(len(tallies.wins[0]) + 1)
    found = minimize(loss, start, (tallies,), method="BFGS", options={"gtol": 1e-7}).x
    found[:-1] -= found[:-1].mean()
    return np.asarray(found)


def by_newman(tallies: Tallies) -> tuple[Floats, float]:
    """evalica's Newman: log strengths with a mean of 0, and its tie parameter."""
    firsts, seconds, winners = [], [], []
    for a, b in combinations(range(tallies.wins.shape[1]), 2):
        counts = (tallies.wins[0, a, b], tallies.wins[0, b, a], tallies.ties[0, a, b])
        for winner, count in zip(OUTCOMES, counts, strict=True):
            firsts += [a] * int(count)
            seconds += [b] * int(count)
            winners += [winner] * int(count)
    found = evalica.newman(firsts, seconds, winners, tolerance=1e-13, limit=100_000)
    strengths = np.log(found.scores.sort_index().to_numpy())
    return strengths - strengths.mean(), float(found.v)


@st.composite
def tables(draw: Any) -> Tallies:
    count = draw(st.integers(2, 5))
    cells = st.lists(st.integers(1, 30), min_size=count * count, max_size=count * count)
    wins, ties = (
        np.array(draw(cells), dtype=np.float64).reshape(1, count, count) * (1 - np.eye(count))
        for _ in range(2)
    )
    return Tallies(wins, np.triu(ties) + np.triu(ties).transpose(0, 2, 1))


class TestDavidson:
    def test_a_published_example(self) -> None:
        values = fit_davidson(puddings())[0]
        worths = np.exp(values[:-1]) / np.exp(values[:-1]).sum()
        assert worths == pytest.approx(WORTHS, abs=5e-5)
        assert np.exp(values[-1]) == pytest.approx(PREVALENCE, abs=5e-5)

    def test_like_the_likelihood_maximised(self) -> None:
        assert fit_davidson(puddings(), ridge=0)[0] == pytest.approx(
            by_likelihood(puddings()), abs=1e-4
        )

    def test_like_newman_by_evalica(self) -> None:
        values = fit_davidson(puddings(), ridge=0)[0]
        strengths, half = by_newman(puddings())
        assert values[:-1] == pytest.approx(strengths, abs=1e-4)
        assert np.exp(values[-1]) == pytest.approx(2 * half, rel=1e-4)

    @given(tables())
    def test_no_less_likely_than_newman_by_evalica(self, tallies: Tallies) -> None:
        """Which may stop early: two variants with 1, 2 and 3 ties have log 2 between them."""
        strengths, half = by_newman(tallies)
        theirs = np.append(strengths, np.log(2 * half))
        ours = fit_davidson(tallies, ridge=0)[0]
        assert loss(ours, tallies) <= loss(theirs, tallies) + 1e-9

    @given(tables(), st.randoms(use_true_random=False))
    def test_relabelling_relabels(self, tallies: Tallies, random: Any) -> None:
        order = list(range(tallies.wins.shape[1]))
        random.shuffle(order)
        at = np.ix_([0], order, order)
        shuffled = fit_davidson(Tallies(tallies.wins[at], tallies.ties[at]))[0]
        assert shuffled == pytest.approx(fit_davidson(tallies)[0][[*order, -1]], abs=1e-7)

    @given(tables())
    def test_turning_all_votes_round_turns_the_strengths_alone(self, tallies: Tallies) -> None:
        turned = fit_davidson(Tallies(tallies.wins.transpose(0, 2, 1), tallies.ties))[0]
        found = fit_davidson(tallies)[0]
        assert turned[:-1] == pytest.approx(-found[:-1], abs=1e-7)
        assert turned[-1] == pytest.approx(found[-1], abs=1e-7)

    @given(tables())
    def test_doubling_all_votes_changes_nothing(self, tallies: Tallies) -> None:
        doubled = fit_davidson(Tallies(2 * tallies.wins, 2 * tallies.ties), ridge=0)
        assert doubled == pytest.approx(fit_davidson(tallies, ridge=0), abs=1e-7)

    def test_many_tables_at_once_are_each_their_own(self) -> None:
        one = puddings()
        both = fit_davidson(
            Tallies(np.vstack([one.wins, 2 * one.wins]), np.vstack([one.ties, one.ties]))
        )
        assert both[0] == pytest.approx(fit_davidson(one)[0], abs=1e-9)
        assert both[1, -1] < both[0, -1]

    def test_a_known_truth(self) -> None:
        truth = np.array([0.6, 0.0, -0.6])
        votes = simulated(3, truth, prompts=20_000, raters=2, prevalence=0.8)
        values = fit_davidson(clustered_tallies(votes, "prompt").seen)[0]
        assert values[:-1] == pytest.approx(truth, abs=0.02)
        assert np.exp(values[-1]) == pytest.approx(0.8, abs=0.02)


class TestHalves:
    def test_like_bradley_terry_by_evalica(self) -> None:
        votes = simulated(4, np.array([0.5, 0.1, -0.6]), prompts=50, raters=4, prevalence=0.5)
        winner = {0.0: evalica.Winner.Y, 0.5: evalica.Winner.Draw, 1.0: evalica.Winner.X}
        theirs = evalica.bradley_terry(
            votes.first.tolist(),
            votes.second.tolist(),
            [winner[points] for points in votes.points.tolist()],
            tolerance=1e-12,
            limit=10_000,
        )
        strengths = np.log(theirs.scores.sort_index().to_numpy())
        ours = [one.value for one in rank(votes).strengths]
        assert ours == pytest.approx(strengths - strengths.mean(), abs=1e-4)


class TestTieModels:
    def test_three_lines_with_intervals(self) -> None:
        votes = simulated(5, np.array([0.7, 0.0, -0.7]), prompts=40, raters=3, prevalence=0.6)
        halves, davidson, left_out = tie_models(votes)
        assert halves.strengths == rank(votes).strengths
        assert davidson.prevalence is not None
        assert davidson.prevalence.low < davidson.prevalence.value < davidson.prevalence.high
        assert halves.prevalence is left_out.prevalence is None
        for line in (halves, davidson, left_out):
            assert len(line.strengths) == 3
            assert all(one.low < one.value < one.high for one in line.strengths)

    def test_without_ties_the_lines_are_one(self) -> None:
        votes = simulated(6, np.array([0.7, -0.7]), prompts=40, raters=3)
        halves, davidson, left_out = tie_models(votes)
        assert halves.strengths == left_out.strengths
        assert (davidson.strengths, davidson.reason) == ((), "there is no tie")

    def test_nothing_but_ties(self) -> None:
        votes = votes_of([Vote("a", "b", 0.5, prompt, 1) for prompt in range(8)])
        halves, davidson, left_out = tie_models(votes)
        assert halves.reason == "every prompt says the same, so their spread is not known"
        assert davidson.reason == "every vote is a tie"
        assert str(left_out.reason).startswith("not all were compared")

    def test_few_prompts(self) -> None:
        votes = simulated(7, np.array([0.2, -0.2]), prompts=5, raters=3, prevalence=0.5)
        assert {line.reason for line in tie_models(votes)} == {"fewer than 6 prompts"}

    def test_ties_left_out_may_leave_nothing_to_rank(self) -> None:
        rows = [Vote("a", "b", points, p, 1) for p in range(8) for points in (1.0, 0.5)]
        _, _, left_out = tie_models(votes_of(rows))
        assert str(left_out.reason).startswith("somebody never lost or never won")

    @pytest.mark.slow
    def test_ninety_five_per_cent_cover_the_truth(self) -> None:
        """Prompts favour variants: the truth is what fits all prompts together."""
        truth = np.array([0.4, 0.0, -0.4])

        def study(seed: int, prompts: int) -> Votes:
            return simulated(seed, truth, prompts=prompts, raters=3, spread=0.8, prevalence=0.6)

        many = clustered_tallies(study(999, 200_000), "prompt").seen
        target = [*fit_davidson(many)[0][:-1], np.exp(fit_davidson(many)[0][-1])]
        covered = []
        for seed in range(1000):
            davidson = tie_models(study(seed, 60), resamples=400)[1]
            assert davidson.prevalence is not None
            found = [*davidson.strengths, davidson.prevalence]
            covered.append(
                [one.low <= true <= one.high for one, true in zip(found, target, strict=True)]
            )
        shares = np.mean(covered, axis=0)
        assert 0.93 <= shares.min() <= shares.max() <= 0.97

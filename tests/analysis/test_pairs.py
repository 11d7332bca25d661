"""Pairs: a worked example, a slow twin, and what relabelling, turning and doubling must leave."""

import random
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.intervals import Estimate, clustered_share
from app.analysis.pairs import PairCounts, pair_table
from app.analysis.percentiles import expanded
from app.analysis.votes import Floats, Side, Votes, votes_of

FLIPPED = {Side.WIN: Side.LOSS, Side.LOSS: Side.WIN}
VARIANTS = ("base", "lora", "full")

rows = st.lists(
    st.tuples(
        st.sampled_from(list(permutations(range(3), 2))),
        st.sampled_from(list(Side)),
        st.integers(0, 8),
        st.integers(0, 7),
    ),
    max_size=60,
)
Row = tuple[tuple[int, int], Side, int, int]


def votes_from(rows: list[Row]) -> Votes:
    pairs = np.array([pair for pair, *_ in rows], dtype=np.intp).reshape(-1, 2)
    rest = np.array([row[1:] for row in rows], dtype=np.intp).reshape(-1, 3)
    return Votes(VARIANTS, pairs[:, 0], pairs[:, 1], *rest.T)


def simulated(seed: int, votes: int, prompts: int, raters: int) -> Votes:
    """Of three variants; prompts differ in whom they favour."""
    generator = np.random.default_rng(seed)
    first = generator.integers(0, 3, size=votes)
    second = (first + generator.integers(1, 3, size=votes)) % 3
    prompt = generator.integers(0, prompts, size=votes)
    favour = generator.normal(size=(prompts, 3))
    edge = favour[prompt, first] - favour[prompt, second] + generator.normal(size=votes)
    side = np.where(np.abs(edge) < 0.3, Side.TIE, np.where(edge > 0, Side.WIN, Side.LOSS))
    return Votes(VARIANTS, first, second, side, prompt, generator.integers(0, raters, size=votes))


def turned_round(estimate: Estimate) -> Estimate:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        value = None if estimate.value is None else 1 - estimate.value
        return replace(estimate, value=value)
    return replace(estimate, value=1 - estimate.value, low=1 - estimate.high, high=1 - estimate.low)


def assert_alike(one: Estimate, other: Estimate) -> None:
    for number in ("value", "low", "high"):
        assert getattr(one, number) == pytest.approx(getattr(other, number), abs=1e-12)
    assert one.reason == other.reason


class TestCounts:
    def test_a_worked_example(self) -> None:
        """Base against lora: a win, a loss named the other way round, a tie of either kind."""
        table = pair_table(
            votes_from(
                [
                    ((0, 1), Side.WIN, 0, 0),
                    ((1, 0), Side.WIN, 1, 0),
                    ((1, 0), Side.TIE_GOOD, 2, 1),
                    ((0, 1), Side.TIE_BAD, 2, 1),
                    ((1, 0), Side.LOSS, 3, 1),
                    ((2, 1), Side.TIE, 3, 1),
                ]
            )
        )
        base_lora, base_full, lora_full = table
        assert (base_lora.first, base_lora.second) == (0, 1)
        assert (base_lora.wins, base_lora.losses, base_lora.ties) == (2, 1, 0)
        assert (base_lora.ties_good, base_lora.ties_bad, base_lora.comparisons) == (1, 1, 5)
        assert base_lora.share.value == pytest.approx(0.6)
        assert (base_lora.share.clusters, base_lora.by_rater.clusters) == (4, 2)
        assert base_lora.share.reason == "fewer than 6 prompts"
        assert base_lora.by_rater.reason == "fewer than 6 raters"
        assert base_full.share == Estimate(None, None, None, 0, 0, "no data")
        assert (lora_full.ties, lora_full.by_rater.reason) == (1, "only one rater")

    def test_no_votes(self) -> None:
        table = pair_table(votes_of([], variants=VARIANTS))
        assert [(pair.first, pair.second) for pair in table] == [(0, 1), (0, 2), (1, 2)]
        assert {pair.share.reason for pair in table} == {"no data"}

    def test_numbers_of_variants_may_be_small_integers(self) -> None:
        """Twenty variants make 190 pairs, more than a byte with a sign can number."""
        first, second = (np.array([one], dtype=np.int8) for one in (18, 19))
        zero = np.zeros(1, dtype=np.int8)
        votes = Votes(tuple(range(20)), first, second, zero + Side.WIN, zero, zero)
        assert [pair.wins for pair in pair_table(votes)] == [0] * 189 + [1]

    def test_everybody_wins_always(self) -> None:
        votes = votes_from([((1, 0), Side.WIN, prompt, 0) for prompt in range(10)])
        share = pair_table(votes)[0].share
        assert (share.value, share.low, share.exact) == (0.0, 0.0, True)
        assert share.high == pytest.approx(1 - 0.025**0.1)


class TestIntervals:
    def test_of_one_pair_are_those_of_its_share(self) -> None:
        generator = np.random.default_rng(1)
        first, prompt = np.zeros(120, dtype=np.intp), np.arange(120) % 20
        side, rater = generator.integers(0, 5, size=120), np.arange(120) // 20
        votes = Votes(("a", "b"), first, first + 1, side, prompt, rater)
        [pair] = pair_table(votes)
        assert pair.share == clustered_share(votes.points, prompt)
        assert pair.by_rater == clustered_share(votes.points, rater, of="rater")

    @pytest.mark.parametrize("by", ["prompt", "rater"])
    def test_like_the_slow_twin(self, by: str) -> None:
        votes = simulated(2, votes=600, prompts=25, raters=12)
        tables = pair_table(votes, resamples=20_000)
        clusters = {"prompt": 25, "rater": 12}[by]
        for pair, draws in zip(tables, slow_twin(votes, by, 4000), strict=True):
            ours = pair.share if by == "prompt" else pair.by_rater
            low, high = expanded(draws, clusters, level=0.95)
            assert ours.low == pytest.approx(low, abs=0.012)
            assert ours.high == pytest.approx(high, abs=0.012)

    def test_settings_are_obeyed(self) -> None:
        votes = simulated(3, votes=300, prompts=20, raters=10)
        usual, again = pair_table(votes)[0].share, pair_table(votes)[0].share
        narrow = pair_table(votes, level=0.8)[0].share
        other = pair_table(votes, seed=9)[0].share
        assert usual == again != other
        assert usual.low is not None
        assert narrow.low is not None
        assert usual.low < narrow.low


class TestProperties:
    @given(rows)
    def test_turning_votes_changes_nothing(self, rows: list[Row]) -> None:
        turned = [
            ((b, a), FLIPPED.get(side, side), prompt, rater) for (a, b), side, prompt, rater in rows
        ]
        usual, other = (pair_table(votes_from(given), resamples=200) for given in (rows, turned))
        assert usual == other

    @given(rows, st.permutations(range(3)))
    def test_relabelling_relabels(self, rows: list[Row], names: list[int]) -> None:
        usual = pair_table(votes_from(rows), resamples=200)
        relabelled = [((names[a], names[b]), *rest) for (a, b), *rest in rows]
        other = {
            (pair.first, pair.second): pair
            for pair in pair_table(votes_from(relabelled), resamples=200)  # type: ignore[arg-type]
        }
        for pair in usual:
            first, second = names[pair.first], names[pair.second]
            found = other[min(first, second), max(first, second)]
            _assert_same(pair, found, swapped=first > second)

    @given(rows)
    def test_votes_given_twice_double_counts_and_leave_shares(self, rows: list[Row]) -> None:
        once = pair_table(votes_from(rows), resamples=200)
        twice = pair_table(votes_from(rows + rows), resamples=200)
        for one, two in zip(once, twice, strict=True):
            assert two.wins == 2 * one.wins
            assert two.comparisons == 2 * one.comparisons
            assert_alike(one.share, two.share)
            assert_alike(one.by_rater, two.by_rater)


def _assert_same(pair: PairCounts, found: PairCounts, *, swapped: bool) -> None:
    wins, losses = (found.losses, found.wins) if swapped else (found.wins, found.losses)
    assert (pair.wins, pair.losses) == (wins, losses)
    assert (pair.ties, pair.ties_good, pair.ties_bad) == (
        found.ties,
        found.ties_good,
        found.ties_bad,
    )
    assert_alike(pair.share, turned_round(found.share) if swapped else found.share)
    assert_alike(pair.by_rater, turned_round(found.by_rater) if swapped else found.by_rater)


def slow_twin(votes: Votes, by: str, resamples: int) -> list[Floats]:
    """Of each pair, shares of the first when clusters are drawn one by one and votes pooled."""
    rng = random.Random(7)
    of_cluster: dict[int, list[tuple[int, int, float]]] = {}
    columns = (votes.clusters(by), votes.first, votes.second, votes.points)
    for cluster, first, second, points in zip(*(c.tolist() for c in columns), strict=True):
        row = (first, second, points) if first < second else (second, first, 1 - points)
        of_cluster.setdefault(cluster, []).append(row)
    names, shares = list(of_cluster), {(0, 1): [0.0], (0, 2): [0.0], (1, 2): [0.0]}
    for pair in shares:
        points = {
            name: [p for a, b, p in drawn if (a, b) == pair] for name, drawn in of_cluster.items()
        }
        shares[pair] = []
        for _ in range(resamples):
            pooled = [p for name in rng.choices(names, k=len(names)) for p in points[name]]
            shares[pair].append(sum(pooled) / len(pooled))
    return [np.array(found) for found in shares.values()]

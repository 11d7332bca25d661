"""Resampling kinds of clusters is resampling clusters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.resampling import kinds_of, resampled
from app.analysis.votes import Floats, Integers, Vote, numbered, votes_of

CELLS = 4
rows = st.lists(st.tuples(st.integers(0, 8), st.integers(0, CELLS - 1)), max_size=60)


def arrays(pairs: list[tuple[int, int]]) -> tuple[Integers, Integers]:
    both = np.array(pairs, dtype=np.intp).reshape(-1, 2)
    return numbered(both[:, 0].tolist()), both[:, 1]


def per_cluster(cluster: Integers, cell: Integers) -> Floats:
    table = np.zeros((cluster.max(initial=-1) + 1, CELLS))
    np.add.at(table, (cluster, cell), 1)
    return table


class TestKinds:
    @given(rows)
    def test_hold_every_cluster_once(self, pairs: list[tuple[int, int]]) -> None:
        cluster, cell = arrays(pairs)
        kinds, plain = kinds_of(cluster, cell, CELLS), per_cluster(cluster, cell)
        unrolled = np.repeat(kinds.table, kinds.frequency, axis=0)
        assert sorted(map(tuple, unrolled)) == sorted(map(tuple, plain))
        assert kinds.totals == pytest.approx(plain.sum(axis=0))
        assert len(np.unique(kinds.table, axis=0)) == len(kinds.table)

    def test_a_million_clusters_of_one_vote_are_few_kinds(self) -> None:
        cell = np.random.default_rng(0).integers(0, CELLS, size=1_000_000).astype(np.intp)
        kinds = kinds_of(np.arange(1_000_000, dtype=np.intp), cell, CELLS)
        assert kinds.table.shape == (CELLS, CELLS)
        assert kinds.clusters == 1_000_000

    def test_cells_out_of_bounds(self) -> None:
        with pytest.raises(ValueError, match="cells"):
            kinds_of(np.array([0]), np.array([CELLS]), CELLS)


class TestResampled:
    @given(rows)
    def test_every_resample_has_as_many_clusters(self, pairs: list[tuple[int, int]]) -> None:
        """With a cell that every cluster falls into once, its sum is their number."""
        cluster, cell = arrays(pairs)
        marks = np.unique(cluster)
        all_of = kinds_of(
            np.concatenate([cluster, marks]),
            np.concatenate([cell, np.full(len(marks), CELLS)]),
            CELLS + 1,
        )
        drawn = resampled(all_of, resamples=50)
        assert (drawn[:, CELLS] == len(marks)).all()

    def test_spreads_like_drawing_clusters_one_by_one(self) -> None:
        generator = np.random.default_rng(5)
        cluster = generator.integers(0, 30, size=300).astype(np.intp)
        cell = (generator.random(300) * (1 + cluster / 10)).astype(np.intp) % CELLS
        kinds = kinds_of(cluster, cell, CELLS)
        table = per_cluster(cluster, cell)
        picked = generator.integers(0, len(table), size=(20_000, len(table)))
        direct, ours = table[picked].sum(axis=1), resampled(kinds, resamples=20_000)
        assert ours.mean(axis=0) == pytest.approx(direct.mean(axis=0), rel=0.02)
        assert np.cov(ours.T) == pytest.approx(np.cov(direct.T), rel=0.1, abs=2.0)

    def test_nothing(self) -> None:
        empty = np.zeros(0, dtype=np.intp)
        assert (resampled(kinds_of(empty, empty, 2), resamples=3) == 0).all()


class TestVotes:
    def test_places_and_numbers(self) -> None:
        votes = votes_of([Vote("b", "a", 1.0, "p", "x"), Vote("a", "c", 0.5, "q", "x")])
        assert votes.variants == ("b", "a", "c")
        assert (votes.first.tolist(), votes.second.tolist()) == ([0, 1], [1, 2])
        assert (votes.prompt.tolist(), votes.rater.tolist()) == ([0, 1], [0, 0])
        assert len(votes) == 2

    @pytest.mark.parametrize(
        ("vote", "problem"),
        [
            (Vote("a", "b", 2.0, 1, 1), "points"),
            (Vote("a", "a", 1.0, 1, 1), "itself"),
            (Vote("a", "z", 1.0, 1, 1), "none of the variants"),
        ],
    )
    def test_what_cannot_be(self, vote: Vote, problem: str) -> None:
        with pytest.raises(ValueError, match=problem):
            votes_of([vote], variants=("a", "b"))

    def test_other_clusters(self) -> None:
        with pytest.raises(ValueError, match="by prompt or by rater"):
            votes_of([Vote("a", "b", 1.0, 1, 1)]).clusters("row")

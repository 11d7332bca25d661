"""Weights on sums per cluster are what drawing clusters one by one gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.resampling import MOST_UNITS, resampled_sums, units_of, weights
from app.analysis.votes import Floats, Integers, Vote, votes_of

THINGS = 4
rows = st.lists(st.tuples(st.integers(-5, 8), st.integers(0, THINGS - 1)), max_size=60)


def arrays(pairs: list[tuple[int, int]]) -> tuple[Integers, Integers]:
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def per_cluster(cluster: Integers, thing: Integers) -> Floats:
    """Shape (clusters, things): how often each occurs, counted row by row."""
    table = np.zeros((len(set(cluster.tolist())), THINGS))
    places = {name: place for place, name in enumerate(sorted(set(cluster.tolist())))}
    for name, one in zip(cluster.tolist(), thing.tolist(), strict=True):
        table[places[name], one] += 1
    return table


class TestUnits:
    @given(rows)
    def test_sums_are_those_counted_row_by_row(self, pairs: list[tuple[int, int]]) -> None:
        cluster, thing = arrays(pairs)
        units, plain = units_of(cluster), per_cluster(cluster, thing)
        assert units.sums(None, thing, THINGS).tolist() == plain.tolist()
        assert (
            units.clusters_with(thing, things=THINGS).tolist() == (plain > 0).sum(axis=0).tolist()
        )
        twos = np.full(len(thing), 2.0)
        assert units.sums(twos, thing, THINGS).tolist() == (2 * plain).tolist()

    @pytest.mark.parametrize("names", [[7, 10**15, -3, 7], [-128, 127, 3, -128]])
    def test_any_whole_numbers_name_clusters(self, names: list[int]) -> None:
        kind = np.int8 if max(names) < 128 else np.int64
        units = units_of(np.array(names, dtype=kind))
        assert units.cluster.tolist() == np.unique(names, return_inverse=True)[1].tolist()
        assert (units.count, units.clusters) == (3, 3)

    def test_very_many_clusters_are_put_into_groups_of_about_one_size(self) -> None:
        clusters = 5 * MOST_UNITS // 2
        units = units_of(np.arange(clusters))
        assert (units.count, units.clusters) == (MOST_UNITS, clusters)
        assert set(np.bincount(units.of_row).tolist()) == {2, 3}

    def test_a_cluster_is_never_split_between_groups(self) -> None:
        cluster = np.repeat(np.arange(3 * MOST_UNITS), 2)
        units = units_of(cluster)
        assert (units.of_row[::2] == units.of_row[1::2]).all()

    def test_groups_spread_like_the_clusters_in_them(self) -> None:
        clusters = 20 * MOST_UNITS
        values = np.random.default_rng(3).exponential(size=clusters)
        units = units_of(np.arange(clusters))
        table = units.sums(values, np.zeros(clusters, dtype=np.intp), 1)
        spread = resampled_sums(table, resamples=4000).std() / clusters
        assert spread == pytest.approx(values.std() / np.sqrt(clusters), rel=0.05)

    def test_nothing(self) -> None:
        units = units_of(np.zeros(0, dtype=np.int64))
        assert (units.count, units.clusters) == (0, 0)
        assert units.sums(None, units.of_row, 2).shape == (0, 2)


class TestWeights:
    def test_every_resample_draws_as_many_units_as_there_are(self) -> None:
        drawn = np.concatenate(list(weights(30, resamples=250)))
        assert drawn.shape == (250, 30)
        assert (drawn.sum(axis=1) == 30).all()

    def test_the_seed_decides(self) -> None:
        one, same, other = (
            np.concatenate(list(weights(20, seed=seed, resamples=5))) for seed in (1, 1, 2)
        )
        assert (one == same).all()
        assert (one != other).any()


class TestResampledSums:
    def test_spread_like_drawing_clusters_one_by_one(self) -> None:
        generator = np.random.default_rng(5)
        cluster = generator.integers(0, 30, size=300)
        thing = (generator.random(300) * (1 + cluster / 10)).astype(np.intp) % THINGS
        table = per_cluster(cluster, thing)
        picked = generator.integers(0, len(table), size=(20_000, len(table)))
        direct = table[picked].sum(axis=1)
        ours = resampled_sums(table, resamples=20_000)
        assert ours.mean(axis=0) == pytest.approx(direct.mean(axis=0), rel=0.02)
        assert np.cov(ours.T) == pytest.approx(np.cov(direct.T), rel=0.1, abs=2.0)

    def test_nothing(self) -> None:
        assert resampled_sums(np.zeros((0, 2)), resamples=3).tolist() == [[0, 0]] * 3


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

"""Sums over resampled clusters, at a cost that does not grow with the number of votes.

A resample of clusters (prompts, raters) is a weight for each of them, so all that it needs of the
votes are sums per cluster. What is drawn are units: clusters, or groups of them where there are
very many.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.analysis.votes import Floats, Integers

SEED = 0
RESAMPLES = 1000

# Beyond this many, clusters are put into groups at random, and groups are resampled (Wolter,
# Introduction to Variance Estimation, chapter 2, "random groups"). A spread found from 2,000 groups
# is within 2 % (one standard error) of the one from all clusters: less than resampling itself adds.
MOST_UNITS = 2000

# Rows of weights that are held at a time.
_BATCH = 100


@dataclass(frozen=True)
class Units:
    """What is drawn. Shape (rows,): `of_row`, the unit of each row of the data, from 0 to
    `count` - 1, and `cluster`, its cluster, from 0 to `clusters` - 1.
    """

    of_row: Integers
    count: int
    cluster: Integers
    clusters: int

    def sums(self, values: Floats | None, thing: Integers, things: int) -> Floats:
        """Shape (units, things): the values of each thing added up, or its rows counted."""
        cell = self.of_row.astype(np.int32, copy=False) * things + thing
        flat = np.bincount(cell, weights=values, minlength=self.count * things)
        return flat.reshape(self.count, things).astype(np.float64, copy=False)

    def clusters_with(self, *of_rows: Integers, things: int) -> NDArray[np.int64]:
        """Shape (things,): how many clusters have a row of the thing. A row may be of several: one
        array, shape (rows,), for each."""
        seen = np.zeros(self.clusters * things, dtype=np.bool_)
        for thing in of_rows:
            seen[self.cluster.astype(np.int64, copy=False) * things + thing] = True
        return np.asarray(seen.reshape(self.clusters, things).sum(axis=0), dtype=np.int64)


def units_of(cluster: Integers) -> Units:
    """`cluster`, shape (rows,): any whole numbers that name the cluster of each row."""
    places, clusters = _compact(cluster)
    if clusters <= MOST_UNITS:
        return Units(places, clusters, places, clusters)
    group = np.random.default_rng(SEED).permutation(clusters) % MOST_UNITS
    return Units(group[places], MOST_UNITS, places, clusters)


def _compact(cluster: Integers) -> tuple[Integers, int]:
    """Numbers from 0 without gaps, in the same order, and how many there are."""
    if not len(cluster):
        return np.zeros(0, dtype=np.intp), 0
    if cluster.dtype.itemsize < 4:  # products with cells must not overflow
        cluster = cluster.astype(np.int32)
    lowest, highest = int(cluster.min()), int(cluster.max())
    if highest - lowest > 4 * len(cluster) + 1000:
        names, places = np.unique(cluster, return_inverse=True)
        return places, len(names)
    if lowest:
        cluster = cluster.astype(np.int64, copy=False) - lowest
    seen = np.zeros(highest - lowest + 1, dtype=np.bool_)
    seen[cluster] = True
    if seen.all():
        return cluster, len(seen)
    number = np.cumsum(seen) - 1
    return number[cluster], int(number[-1]) + 1


def weights(units: int, *, seed: int = SEED, resamples: int = RESAMPLES) -> Iterator[Floats]:
    """Batches of shape (up to 100, units): how often each unit is drawn in each resample."""
    for batch in _batches(units, seed, resamples):
        yield batch.astype(np.float64)


def _batches(units: int, seed: int, resamples: int) -> Iterator[NDArray[np.uint16]]:
    drawn = _drawn(units, seed, resamples)
    for begin in range(0, resamples, _BATCH):
        yield drawn[begin : begin + _BATCH]


@lru_cache(maxsize=4)
def _drawn(units: int, seed: int, resamples: int) -> NDArray[np.uint16]:
    """All weights, shape (resamples, units), at most 8 MB: a page of results asks for the same
    draws of its prompts some forty times."""
    generator = np.random.default_rng(seed)
    counts = np.empty((resamples, units), dtype=np.uint16)
    for row in counts:
        row[:] = np.bincount(generator.integers(0, units, size=units), minlength=units)
    counts.flags.writeable = False
    return counts


def resampled_sums(table: Floats, *, seed: int = SEED, resamples: int = RESAMPLES) -> Floats:
    """`table`, shape (units, cells) -> (resamples, cells): totals had other units been drawn."""
    if not len(table):
        return np.zeros((resamples, table.shape[1]))
    kind = np.float32 if _is_exact_in_single(table) else np.float64
    batches = _batches(len(table), seed, resamples)
    single = table.astype(kind, copy=False)
    sums: list[NDArray[Any]] = [np.matmul(batch.astype(kind), single) for batch in batches]
    return np.asarray(np.concatenate(sums), dtype=np.float64)


def _is_exact_in_single(table: Floats) -> bool:
    """Whether sums need no more than the 24 bits of single precision, which is twice as quick.

    So it is with counts and halves of wins: a unit that holds nearly all of them would have to be
    drawn sixteen times, which does not happen in a hundred million resamples.
    """
    if len(table) * table.shape[1] < _SMALL or (2 * table != np.rint(2 * table)).any():
        return False
    return bool(16 * np.abs(table).sum(axis=0).max(initial=0.0) < 2**23)


_SMALL = 20_000  # cells: below, asking takes longer than it saves

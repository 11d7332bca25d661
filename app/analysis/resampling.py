"""Sums over resampled clusters, at a cost that does not grow with the number of votes.

Clusters (prompts, raters) with the same content are interchangeable, so drawing how often each
kind of cluster occurs is the same bootstrap as drawing clusters one by one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.votes import Floats, Integers

SEED = 0
RESAMPLES = 1000

# Rows of weights that are held at a time: with 20,000 kinds of clusters that is 16 MB.
_BATCH = 100


@dataclass(frozen=True)
class Kinds:
    """`table`: shape (kinds, cells), how often a cluster of that kind fell into each cell;
    `frequency`: shape (kinds,), how many clusters are of that kind.
    """

    table: Floats
    frequency: NDArray[np.int64]

    @property
    def clusters(self) -> int:
        return int(self.frequency.sum())

    @property
    def totals(self) -> Floats:
        """Shape (cells,): the counts as they were observed."""
        return np.asarray(self.frequency @ self.table, dtype=np.float64)


def kinds_of(cluster: Integers, cell: Integers, cells: int) -> Kinds:
    """`cluster` and `cell` say for each vote, shape (votes,), where it belongs. Raises ValueError
    for cells out of bounds."""
    if len(cell) and not (cell.min() >= 0 and cell.max() < cells):
        raise ValueError(f"cells have to be from 0 to {cells - 1}")
    entries, counts = np.unique(cluster * cells + cell, return_counts=True)
    owner, at = np.divmod(entries, cells)
    _, start, owned = np.unique(owner, return_index=True, return_counts=True)
    _, first, frequency = np.unique(
        _signatures(at, counts, start), return_index=True, return_counts=True
    )
    table = np.zeros((len(first), cells))
    for kind, place in enumerate(first):
        mine = slice(start[place], start[place] + owned[place])
        table[kind, at[mine]] = counts[mine]
    return Kinds(table, frequency)


def _signatures(at: Integers, counts: Integers, start: Integers) -> NDArray[np.uint64]:
    """A number per cluster that equals another's only where the counts do.

    A sum of random words by cell and count: two of a million clusters coincide once in 30 million
    analyses.
    """
    if not len(at):
        return np.zeros(0, dtype=np.uint64)
    pairs, place = np.unique(at * (counts.max() + 1) + counts, return_inverse=True)
    words = np.random.default_rng(SEED).integers(0, 2**64, size=len(pairs), dtype=np.uint64)
    summed: NDArray[np.uint64] = np.add.reduceat(words[place], start)
    return summed


def resampled(kinds: Kinds, *, seed: int = SEED, resamples: int = RESAMPLES) -> Floats:
    """Shape (resamples, cells): the counts had other clusters of the same kinds been asked."""
    drawn = np.zeros((resamples, kinds.table.shape[1]))
    if not kinds.clusters:
        return drawn
    generator, shares = np.random.default_rng(seed), kinds.frequency / kinds.clusters
    for begin in range(0, resamples, _BATCH):
        rows = drawn[begin : begin + _BATCH]
        rows[:] = generator.multinomial(kinds.clusters, shares, size=len(rows)) @ kinds.table
    return drawn

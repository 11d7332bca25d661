"""Votes as counts per pair of variants: all that a ranking depends on."""

from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np

from app.analysis.resampling import resampled_sums, units_of
from app.analysis.votes import Floats, Integers, Side, Votes

# Of a pair, the variant with the lower place wins, ties or loses.
_OUTCOMES = 3


@dataclass(frozen=True)
class Tallies:
    """Shape of each: (tables, variants, variants). `wins` of the row over the column; `ties` of the
    two, in both places.
    """

    wins: Floats
    ties: Floats

    @property
    def halves(self) -> Floats:
        """Wins, with a tie as half a win for each."""
        return np.asarray(self.wins + self.ties / 2, dtype=np.float64)


@dataclass(frozen=True)
class ClusteredTallies:
    """`counts`, shape (units, cells): what each unit that is resampled said; a cell is a pair of
    variants and an outcome. `clusters`: how many prompts or raters there are.
    """

    counts: Floats
    clusters: int
    variants: int
    _draws: dict[tuple[int, int], Tallies] = field(default_factory=dict, repr=False)

    @property
    def seen(self) -> Tallies:
        """One table: all votes."""
        return _tallies(self.counts.sum(axis=0, keepdims=True), self.variants)

    def drawn(self, *, seed: int, resamples: int) -> Tallies:
        """A table per resample."""
        if (seed, resamples) not in self._draws:
            sums = resampled_sums(self.counts, seed=seed, resamples=resamples)
            self._draws[seed, resamples] = _tallies(sums, self.variants)
        return self._draws[seed, resamples]


# As long as the votes are there: a ranking, its other models of ties and the ranking at equal style
# start from the same resamples.
_MADE: WeakKeyDictionary[Votes, dict[str, ClusteredTallies]] = WeakKeyDictionary()


def clustered_tallies(votes: Votes, by: str) -> ClusteredTallies:
    """Raises ValueError unless `by` is prompt or rater."""
    made = _MADE.setdefault(votes, {})
    if by not in made:
        made[by] = _clustered(votes, by)
    return made[by]


def _clustered(votes: Votes, by: str) -> ClusteredTallies:
    units = units_of(votes.clusters(by))
    count = len(votes.variants)
    cells = _OUTCOMES * count * (count - 1) // 2
    return ClusteredTallies(units.sums(None, _cells(votes), cells), units.clusters, count)


def _cells(votes: Votes) -> Integers:
    """Shape (votes,), looked up by both variants and the side."""
    count = len(votes.variants)
    lower, upper = np.triu_indices(count, 1)
    start = _OUTCOMES * np.arange(len(lower))[:, None]
    outcome = np.ones(len(Side), dtype=np.intp)
    outcome[Side.WIN], outcome[Side.LOSS] = 0, 2
    cells = np.zeros((count, count, len(Side)), dtype=np.intp)
    cells[lower, upper], cells[upper, lower] = start + outcome, start + 2 - outcome
    return np.asarray(cells[votes.first, votes.second, votes.side])


def _tallies(counts: Floats, variants: int) -> Tallies:
    """`counts`, shape (tables, cells)."""
    lower, upper = np.triu_indices(variants, 1)
    won, tied, lost = (counts[:, outcome::_OUTCOMES] for outcome in range(_OUTCOMES))
    wins, ties = np.zeros((2, len(counts), variants, variants))
    wins[:, lower, upper], wins[:, upper, lower] = won, lost
    ties[:, lower, upper] = ties[:, upper, lower] = tied
    return Tallies(wins, ties)

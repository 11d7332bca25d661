"""Votes as counts per pair of variants: all that a ranking depends on."""

from dataclasses import dataclass

import numpy as np

from app.analysis.resampling import Kinds, kinds_of
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


def kinds_of_votes(votes: Votes, by: str) -> Kinds:
    """Kinds of prompts or raters; a cell is a pair and its outcome."""
    count = len(votes.variants)
    cells = _OUTCOMES * count * (count - 1) // 2
    return kinds_of(votes.clusters(by), _cells(votes), cells)


def tallies_of(counts: Floats, variants: int) -> Tallies:
    """`counts`, shape (tables, cells), as `kinds_of_votes` orders cells."""
    lower, upper = np.triu_indices(variants, 1)
    won, tied, lost = (counts[:, outcome::_OUTCOMES] for outcome in range(_OUTCOMES))
    wins, ties = np.zeros((2, len(counts), variants, variants))
    wins[:, lower, upper], wins[:, upper, lower] = won, lost
    ties[:, lower, upper] = ties[:, upper, lower] = tied
    return Tallies(wins, ties)


def _cells(votes: Votes) -> Integers:
    """Shape (votes,), looked up by both variants and the side."""
    count = len(votes.variants)
    lower, upper = np.triu_indices(count, 1)
    start = _OUTCOMES * np.arange(len(lower))[:, None]
    table = np.zeros((count, count, len(Side)), dtype=np.intp)
    won_to_lost = np.ones(len(Side), dtype=np.intp)
    won_to_lost[Side.WIN], won_to_lost[Side.LOSS] = 0, 2
    table[lower, upper] = start + won_to_lost
    table[upper, lower] = start + (2 - won_to_lost)
    return np.asarray(table[votes.first, votes.second, votes.side])

"""Votes as values that raters gave to units: what agreement is about."""

import numpy as np

from app.analysis.resampling import units_of
from app.analysis.votes import Integers, Side, Votes

TIE = 0
"""Of `preferences`."""


def preferences(votes: Votes) -> Integers:
    """1 where the pair's earlier variant won, -1 where it lost, `TIE` for a tie of any kind."""
    sign = (votes.side == Side.WIN).astype(np.int8) - (votes.side == Side.LOSS)
    return np.asarray(np.where(votes.first < votes.second, sign, -sign), dtype=np.int8)


def pairs_of(votes: Votes, item: Integers) -> Integers:
    """A number from 0 for each pair of variants on each item, whichever of the two came first."""
    count = len(votes.variants)
    low, high = np.minimum(votes.first, votes.second), np.maximum(votes.first, votes.second)
    cell = (item.astype(np.int64) * count + low) * count + high
    return units_of(cell).cluster

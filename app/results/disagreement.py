"""How far the raters of an item disagreed: what the browser of items is sorted by."""

from dataclasses import dataclass

import numpy as np

from app.analysis import Side
from app.results.columns import Floats, Integers
from app.results.votes import CriterionVotes

_THREE = 3  # win, tie, loss: which kind of tie is no disagreement about who is better
_VALUE = np.array([0, 1, 1, 1, 2], dtype=np.intp)
assert _VALUE[Side.WIN] == _THREE - 1


@dataclass(frozen=True)
class Disagreement:
    """Shape of each array: (items,). `share` of the pairs of raters who said different things of
    the same two answers, out of `pairs`; `item` are numbers as in exports. Items that fewer than
    two raters judged are not among them.
    """

    item: Integers
    share: Floats
    pairs: Integers


def disagreement(given: CriterionVotes) -> Disagreement:
    """On one criterion. Counts pairs of raters, over all pairs of answers of an item."""
    votes, width = given.votes, len(given.votes.variants)
    pair = votes.first.astype(np.int64) * width + votes.second
    unit = given.item.astype(np.int64) * width * width + pair
    units, place = np.unique(unit, return_inverse=True)
    counts = np.bincount(place * _THREE + _VALUE[votes.side], minlength=len(units) * _THREE)
    said = counts.reshape(-1, _THREE).astype(np.float64)
    raters = said.sum(axis=1)
    together, alike = _choose_two(raters), _choose_two(said).sum(axis=1)
    items, owner = np.unique(units // (width * width), return_inverse=True)
    total = np.bincount(owner, weights=together, minlength=len(items))
    same = np.bincount(owner, weights=alike, minlength=len(items))
    judged = total > 0
    return Disagreement(
        items[judged], 1 - same[judged] / total[judged], total[judged].astype(np.int64)
    )


def _choose_two(n: Floats) -> Floats:
    return np.asarray(n * (n - 1) / 2, dtype=np.float64)

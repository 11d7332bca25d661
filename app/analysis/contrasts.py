"""What two answers differ in, beside the votes on them.

The relative difference (a - b) / (a + b + 1) of counts, divided by its standard deviation, is what
Chatbot Arena controls for (Li, Angelopoulos and Chiang, "Does style matter?", LMSYS, August 2024;
the 1 keeps two answers without a heading finite). The deviation is taken from zero, which is the
mean of every difference once each pair is read both ways: so nothing depends on who stands first.
"""

from dataclasses import dataclass

import numpy as np

from app.analysis.resampling import Units
from app.analysis.votes import Floats, Integers, Votes


@dataclass(frozen=True)
class Contrasts:
    """`features`, shape (responses, features): counts such as tokens or headings. `first` and
    `second`, shape (votes,), are the responses that a vote compares; each is of one variant.
    """

    features: Floats
    first: Integers
    second: Integers
    names: tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """Votes of one unit on the same two responses, taken together; shape of each: (rows,).

    `points` of the `first` variant in `n` votes; `difference`, shape (rows, features), is
    standardised, or 0 where a feature never differs.
    """

    first: Integers
    second: Integers
    unit: Integers
    n: Floats
    points: Floats
    difference: Floats

    def keeping(self, features: list[int]) -> "Rows":
        chosen = np.ascontiguousarray(self.difference[:, features])
        return Rows(self.first, self.second, self.unit, self.n, self.points, chosen)


def rows_of(votes: Votes, contrasts: Contrasts, units: Units) -> Rows:
    """Raises ValueError where contrasts do not fit the votes."""
    _check(votes, contrasts)
    responses = len(contrasts.features)
    turned = contrasts.first > contrasts.second
    lower = np.where(turned, contrasts.second, contrasts.first).astype(np.int64)
    upper = np.where(turned, contrasts.first, contrasts.second)
    keys, place = np.unique(
        (lower * responses + upper) * units.count + units.of_row, return_inverse=True
    )
    pair, unit = np.divmod(keys, max(units.count, 1))
    first, second = np.divmod(pair, max(responses, 1))
    n = sums_at(place, np.ones(len(votes)), len(keys))
    won = sums_at(place, np.where(turned, 1 - votes.points, votes.points), len(keys))
    variant = _variants(votes, contrasts)
    difference = _standardised(contrasts.features[first], contrasts.features[second], n)
    return Rows(variant[first], variant[second], unit, n, won, difference)


def sums_at(place: Integers, weights: Floats, length: int) -> Floats:
    """Shape (length,): the weights of each place added up."""
    return np.bincount(place, weights, minlength=length).astype(np.float64, copy=False)


def _variants(votes: Votes, contrasts: Contrasts) -> Integers:
    """Shape (responses,): whose each response is."""
    variant = np.zeros(len(contrasts.features), dtype=np.intp)
    variant[contrasts.first] = votes.first
    variant[contrasts.second] = votes.second
    return variant


def _standardised(first: Floats, second: Floats, n: Floats) -> Floats:
    difference = (first - second) / (first + second + 1)
    deviation = np.sqrt(n @ difference**2 / max(n.sum(), 1))
    return np.asarray(difference / np.where(deviation > 0, deviation, 1))


def _check(votes: Votes, contrasts: Contrasts) -> None:
    features = contrasts.features
    if features.ndim != 2 or features.shape[1] != len(contrasts.names):
        raise ValueError(f"features of shape {features.shape} do not match {contrasts.names}")
    if not len(contrasts.first) == len(contrasts.second) == len(votes):
        raise ValueError(f"{len(contrasts.first)} contrasts do not match {len(votes)} votes")
    if not (np.isfinite(features).all() and (features >= 0).all()):
        raise ValueError("features are counts: finite, and 0 or more")

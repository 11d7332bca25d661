"""Could raters tell what they judged, where each of them guessed several times?

The guesses of one rater resemble each other, so raters are resampled whole. The indices are those
of `app.analysis.guesses`.
"""

from dataclasses import dataclass

import numpy as np

from app.analysis.guesses import Accuracy, guess_accuracy, james_index, james_values
from app.analysis.intervals import LEVEL, Estimate, clustered_share, estimate_from, means_of
from app.analysis.resampling import resampled_sums, units_of
from app.analysis.votes import Booleans, Floats, Integers


@dataclass(frozen=True)
class Naming:
    """How often a kind is named: of its `own` answers, of those of `others`, and the one less the
    other. Who names it whatever they see does so of both alike."""

    own: Estimate
    others: Estimate
    difference: Estimate


@dataclass(frozen=True)
class Blinding:
    """`bang` and `naming` per kind, in their order. Clusters are raters."""

    bang: tuple[Estimate, ...]
    naming: tuple[Naming, ...]
    james: Estimate
    accuracy: Accuracy


def blinding(
    actual: Integers, guess: Integers, rater: Integers, kinds: int, *, level: float = LEVEL
) -> Blinding:
    """Shape (guesses,) each: `actual` and `guess` are kinds from 0; a guess of `kinds` is none, of
    who could not tell. Raises ValueError for fewer than two kinds."""
    cell = actual * (kinds + 1) + guess
    table = np.bincount(cell, minlength=kinds * (kinds + 1)).reshape(kinds, kinds + 1)
    return Blinding(
        _bang(actual, guess, rater, kinds, level),
        tuple(_naming(actual == kind, guess == kind, rater, level) for kind in range(kinds)),
        _james(table, cell, rater, level),
        _accuracy(table, actual, guess, rater, level),
    )


def _bang(
    actual: Integers, guess: Integers, rater: Integers, kinds: int, level: float
) -> tuple[Estimate, ...]:
    """The index is a mean: 1 for a right guess, 0 for none, -1 / (kinds - 1) for a wrong one."""
    points = np.where(guess == kinds, 0.0, np.where(guess == actual, 1.0, -1 / (kinds - 1)))
    means = means_of(points, actual, kinds, rater)
    return tuple(means.estimate(kind, level=level, of="rater") for kind in range(kinds))


def _naming(is_own: Booleans, is_named: Booleans, rater: Integers, level: float) -> Naming:
    means = means_of(is_named.astype(np.float64), np.where(is_own, 0, 1), 2, rater)
    return Naming(
        own=means.share(0, level=level, of="rater"),
        others=means.share(1, level=level, of="rater"),
        difference=means.difference(0, 1, level=level, of="rater"),
    )


def _james(table: Integers, cell: Integers, rater: Integers, level: float) -> Estimate:
    found = james_index(table, level=level)
    if found.value is None:
        return found
    units = units_of(rater)
    drawn: Floats = resampled_sums(units.sums(None, cell, table.size))
    draws = james_values(drawn.reshape(-1, *table.shape))
    return estimate_from(
        found.value, draws, found.n, units.clusters, level=level, of="rater", what="index"
    )


def _accuracy(
    table: Integers, actual: Integers, guess: Integers, rater: Integers, level: float
) -> Accuracy:
    found = guess_accuracy(table)
    if found.right.value is None:
        return found
    guessed = guess < len(table)
    right = (guess == actual)[guessed].astype(np.float64)
    share = clustered_share(right, rater[guessed], level=level, of="rater")
    return Accuracy(share, found.chance)

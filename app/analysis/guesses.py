"""Could raters tell what they judged? Blinding indices from what they guessed.

A table of guesses has a row per variant and a column per guess, in the same order, and a last
column for those who could not tell. Each guess counts as independent of the others; where raters
guess several times, `app.analysis.blinding` resamples raters.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from app.analysis.intervals import LEVEL, Estimate
from app.analysis.votes import Floats, Integers
from app.analysis.wilson import wilson


def bang_indices(guesses: Integers, *, level: float = LEVEL) -> tuple[Estimate, ...]:
    """Per variant, 0 where guesses are as good as chance, 1 where all are right (Bang, Ni, Davis,
    Controlled Clinical Trials 25, 2004).

    For k variants a wrong guess costs 1 / (k - 1), which is theirs for two. Raises ValueError like
    `james_index`.
    """
    table = _checked(guesses)
    return tuple(_bang(row, place, level) for place, row in enumerate(table))


def james_index(guesses: Integers, *, level: float = LEVEL) -> Estimate:
    """1 where nobody can tell, 0 where everybody guesses right, 1/2 where guesses are chance (James
    et al., Statistics in Medicine 15, 1996, with a wrong guess worth half an "I cannot tell").

    The interval is asymptotic. Raises ValueError unless the table has a column more than rows, two
    rows at least and no negative counts.
    """
    table = _checked(guesses)
    total, guessed = float(table.sum()), float(table[:, :-1].sum())
    if not total:
        return Estimate(None, None, None, 0, 0, "no guesses")
    if not guessed:
        return Estimate(1.0, None, None, int(total), int(total), "nobody guessed")
    kappa, variance = _kappa(table[:, :-1] / guessed)
    if kappa is None:
        reason = "all guesses are of one variant, which alone was judged"
        return Estimate(None, None, None, int(total), int(total), reason)
    rate = guessed / total
    spread = ((1 + kappa) / 2) ** 2 * rate * (1 - rate) + rate * variance / 4
    return _normal(float(james_values(table)), spread, total, (0.0, 1.0), level)


def james_values(tables: Floats) -> Floats:
    """Of tables of shape (..., variants, variants + 1): James' index, shape (...).

    With a wrong guess worth a half it is 1 - share of guesses x (1 + Cohen's kappa of the guesses)
    / 2. Not a number where all guesses are of one variant, which alone was judged.
    """
    guesses = tables[..., :-1]
    guessed, total = guesses.sum(axis=(-2, -1)), tables.sum(axis=(-2, -1))
    agreeing = np.trace(guesses, axis1=-2, axis2=-1)
    margins = (guesses.sum(axis=-1) * guesses.sum(axis=-2)).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = margins / guessed
        kappa = (agreeing - expected) / (guessed - expected)
        values = 1 - guessed / total * (1 + kappa) / 2
    return np.asarray(np.where((guessed == 0) & (total > 0), 1.0, values))


@dataclass(frozen=True)
class Accuracy:
    """How many of those who guessed were right, and how many chance would have made right."""

    right: Estimate
    chance: float


def guess_accuracy(guesses: Integers, *, level: float = LEVEL) -> Accuracy:
    """Wilson's interval. Chance takes guessers and variants as often as they were: with one
    variant judged and guessed more than others, blind guesses are right more often than 1 / k."""
    table = _checked(guesses)[:, :-1]
    right, guessed = float(np.trace(table)), float(table.sum())
    if not guessed:
        return Accuracy(Estimate(None, None, None, 0, 0, "no guesses"), 1 / len(table))
    margins = table.sum(axis=0) @ table.sum(axis=1)
    return Accuracy(_wilson(right, guessed, level), float(margins / guessed**2))


@dataclass(frozen=True)
class ToldApart:
    """Shares of the raters who answered whether they could tell the variants apart."""

    no: Estimate
    unsure: Estimate
    yes: Estimate


def told_apart(no: int, unsure: int, yes: int, *, level: float = LEVEL) -> ToldApart:
    """Of counts of raters; Wilson's intervals, one rater being one answer."""
    total = float(no + unsure + yes)
    return ToldApart(*(_wilson(float(count), total, level) for count in (no, unsure, yes)))


def _checked(guesses: Integers) -> Floats:
    table = np.asarray(guesses, dtype=np.float64)
    if table.ndim != 2 or len(table) < 2 or table.shape[1] != len(table) + 1 or (table < 0).any():
        raise ValueError("guesses are counts: a row per variant, a column more than rows")
    return table


def _bang(row: Floats, place: int, level: float) -> Estimate:
    total, variants = float(row.sum()), len(row) - 1
    if not total:
        return Estimate(None, None, None, 0, 0, "no guesses")
    right = row[place] / total
    wrong = row[:-1].sum() / total - right
    cost = 1 / (variants - 1)
    value = float(right - cost * wrong)
    spread = float(right + cost**2 * wrong - value**2)
    return _normal(value, spread, total, (-cost, 1.0), level)


def _kappa(shares: Floats) -> tuple[float | None, float]:
    """Cohen's kappa and the variance of one guess's part in it (Fleiss, Cohen and Everitt,
    Psychological Bulletin 72, 1969)."""
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    agreeing, chance = float(np.trace(shares)), float(rows @ columns)
    if chance >= 1:
        return None, 0.0
    slope = np.eye(len(shares)) / (1 - chance)
    slope -= (columns[:, None] + rows[None, :]) * (1 - agreeing) / (1 - chance) ** 2
    mean = (shares * slope).sum()
    return (agreeing - chance) / (1 - chance), float((shares * slope**2).sum() - mean**2)


def _normal(
    value: float, spread: float, total: float, bounds: tuple[float, float], level: float
) -> Estimate:
    if spread <= 1e-12:
        reason = "all guesses are alike, so their spread is not known"
        return Estimate(value, None, None, int(total), int(total), reason)
    half = NormalDist().inv_cdf((1 + level) / 2) * (spread / total) ** 0.5
    low, high = max(value - half, bounds[0]), min(value + half, bounds[1])
    return Estimate(value, low, high, int(total), int(total))


def _wilson(hits: float, total: float, level: float) -> Estimate:
    if not total:
        return Estimate(None, None, None, 0, 0, "no answers")
    low, high = wilson(np.array([hits]), np.array([total]), level=level)
    return Estimate(hits / total, float(low[0]), float(high[0]), int(total), int(total))

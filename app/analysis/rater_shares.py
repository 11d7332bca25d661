"""A share for each of many raters, with intervals in which a prompt counts once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.analysis.intervals import Estimate
from app.analysis.votes import Floats, Integers
from app.analysis.wilson import wilson


@dataclass(frozen=True)
class Rows:
    """Points from 0 to 1 of single votes, shape (rows,) each."""

    rater: Integers
    prompt: Integers
    points: Floats


@dataclass(frozen=True)
class RaterShares:
    """Mean points of each rater, shape (raters,) each; not a number where there are no rows."""

    value: Floats
    rows: Integers
    prompts: Integers
    mean: float

    def within(self, level: float) -> tuple[Floats, Floats]:
        trials = self.prompts.astype(np.float64)
        return wilson(self.value * trials, trials, level=level)

    def estimates(self, level: float) -> tuple[Estimate, ...]:
        low, high = self.within(level)
        columns = (self.value, low, high, self.rows, self.prompts)
        return tuple(_estimate(*row) for row in zip(*(c.tolist() for c in columns), strict=True))


def _estimate(value: float, low: float, high: float, rows: int, prompts: int) -> Estimate:
    if not rows:
        return Estimate(None, None, None, 0, 0, "no data")
    return Estimate(value, low, high, rows, prompts)


def rater_shares(parts: Sequence[Rows], raters: int) -> RaterShares:
    if not parts:
        none = np.zeros(raters, dtype=np.intp)
        return RaterShares(np.full(raters, np.nan), none, none, np.nan)
    rater = np.concatenate([part.rater for part in parts])
    points = np.concatenate([part.points for part in parts])
    rows = np.bincount(rater, minlength=raters)
    sums = np.bincount(rater, weights=points, minlength=raters)
    with np.errstate(invalid="ignore"):
        value = sums / rows
    mean = float(points.mean()) if len(points) else np.nan
    return RaterShares(value, rows, _prompts(parts, raters), mean)


def _prompts(parts: Sequence[Rows], raters: int) -> Integers:
    """How many different prompts each rater's rows are about."""
    count = max(int(part.prompt.max(initial=0)) for part in parts) + 1
    there = np.zeros(raters * count, dtype=np.bool_)
    for part in parts:
        there[part.rater.astype(np.int64) * count + part.prompt] = True
    return np.asarray(there.reshape(raters, count).sum(axis=1), dtype=np.intp)

"""Whether a ranking depends on what a tie counts: the same votes under other models of ties.

In Davidson's model (JASA 65, 1970) a tie of two variants of equal strength has the chance
prevalence / (2 + prevalence), and ties grow rarer the further strengths are apart. Newman (JMLR 24,
2023) fits the same model by another iteration, with half the prevalence as parameter.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.analysis.bradley_terry import curve_of, fit
from app.analysis.graph import standing
from app.analysis.intervals import LEVEL
from app.analysis.newton import RIDGE, settled, solved
from app.analysis.resampling import RESAMPLES, SEED
from app.analysis.strengths import Strength, all_alike, strengths_of, too_few
from app.analysis.tallies import Tallies, clustered_tallies
from app.analysis.votes import Floats, Votes


@dataclass(frozen=True)
class TieModel:
    """`strengths` by place of the variant, as `Ranking.strengths`; none, with a `reason`, where the
    votes do not say. `prevalence` of ties, where the model has one.
    """

    name: str
    strengths: tuple[Strength, ...] = ()
    prevalence: Strength | None = None
    reason: str | None = None


def tie_models(
    votes: Votes,
    *,
    by: str = "prompt",
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> tuple[TieModel, ...]:
    """Ties as half wins, Davidson's model, and ties left out; the intervals of all from the same
    resampled prompts (or raters).
    """
    tallies = clustered_tallies(votes, by)
    if reason := too_few(tallies.clusters, by):
        return tuple(TieModel(way.name, reason=reason) for way in _WAYS)
    seen, drawn = tallies.seen, tallies.drawn(seed=seed, resamples=resamples)
    return tuple(_fitted(way, seen, drawn, tallies.clusters, by, level) for way in _WAYS)


@dataclass(frozen=True)
class _Way:
    """`fit` gives parameters of every table: strengths, and behind them what else there is."""

    name: str
    problem: Callable[[Tallies], str | None]
    fit: Callable[[Tallies], Floats]


def _fitted(
    way: _Way, seen: Tallies, drawn: Tallies, clusters: int, by: str, level: float
) -> TieModel:
    if reason := way.problem(seen):
        return TieModel(way.name, reason=reason)
    draws = way.fit(drawn)
    if reason := all_alike(draws, by):
        return TieModel(way.name, reason=reason)
    found = strengths_of(way.fit(seen)[0], draws, clusters, level=level)
    count = seen.wins.shape[1]
    prevalence = _exponential(found[count]) if len(found) > count else None
    return TieModel(way.name, found[:count], prevalence)


def _why_no_prevalence(seen: Tallies) -> str | None:
    if reason := standing(seen.halves[0]).reason:
        return reason
    if not seen.ties.any():
        return "there is no tie"
    return None if seen.wins.any() else "every vote is a tie"


def _exponential(logarithm: Strength) -> Strength:
    value, low, high = np.exp([logarithm.value, logarithm.low, logarithm.high]).tolist()
    return Strength(value, low, high)


def fit_davidson(tallies: Tallies, *, ridge: float = RIDGE) -> Floats:
    """Shape (tables, variants + 1): strengths, and behind them the logarithm of the prevalence."""
    start = np.zeros((len(tallies.wins), tallies.wins.shape[1] + 1))
    values = settled(start, lambda values: _step(values, tallies, ridge))
    values[:, :-1] -= values[:, :-1].mean(axis=1, keepdims=True)
    return values


def _step(values: Floats, tallies: Tallies, ridge: float) -> Floats:
    """The likelihood is an exponential family in half-win points and ties: slopes are what was seen
    less what is expected, curves are covariances.
    """
    half = (values[:, :-1, None] - values[:, None, :-1]) / 2
    worth, tied = np.exp(half), np.exp(values[:, -1])[:, None, None]
    total = worth + 1 / worth + tied
    tie = tied / total
    points = worth / total + tie / 2
    halves = tallies.halves
    games = halves + halves.transpose(0, 2, 1)
    slope = np.empty_like(values)
    slope[:, :-1] = (halves - games * points).sum(axis=2)
    slope[:, -1] = (tallies.ties - games * tie).sum(axis=(1, 2)) / 2
    spread = games * (points * (1 - points) - tie / 4)
    both = (games * tie * (0.5 - points)).sum(axis=2)
    curve = np.empty((*values.shape, values.shape[1]))
    curve[:, :-1, :-1] = curve_of(spread, ridge)
    curve[:, :-1, -1] = curve[:, -1, :-1] = both
    curve[:, -1, -1] = (games * tie * (1 - tie)).sum(axis=(1, 2)) / 2 + ridge
    return solved(curve, slope - ridge * values)


_WAYS = (
    _Way(
        "ties as half wins",
        lambda seen: standing(seen.halves[0]).reason,
        lambda tallies: fit(tallies.halves),
    ),
    _Way("Davidson", _why_no_prevalence, fit_davidson),
    _Way(
        "ties left out",
        lambda seen: standing(seen.wins[0]).reason,
        lambda tallies: fit(tallies.wins),
    ),
)

"""Whether a ranking depends on what a tie counts: the same votes under other models of ties.

In Davidson's model (JASA 65, 1970) a tie of two variants of equal strength has the chance
prevalence / (2 + prevalence), and ties grow rarer the further strengths are apart. Newman (JMLR 24,
2023, section 4) fits the same model by another iteration, with half the prevalence as parameter.
"""

from dataclasses import dataclass

import numpy as np

from app.analysis.bradley_terry import (
    Strength,
    curve_of,
    edges,
    fit,
    strengths_of,
    why_no_interval,
)
from app.analysis.graph import standing
from app.analysis.intervals import LEVEL
from app.analysis.newton import RIDGE, settled, solved
from app.analysis.resampling import RESAMPLES, SEED, resampled
from app.analysis.tallies import Tallies, kinds_of_votes, tallies_of
from app.analysis.votes import Floats, Votes


@dataclass(frozen=True)
class TieModel:
    """`strengths` by place of the variant, as `Ranking.strengths`; none, with a reason, where the
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
    """Ties as half wins, Davidson's model, and ties left out; every interval from the same resampled
    prompts (or raters).
    """
    count = len(votes.variants)
    kinds = kinds_of_votes(votes, by)
    reason = why_no_interval(kinds, by)
    if reason:
        return tuple(TieModel(name, reason=reason) for name in (_HALVES, _DAVIDSON, _WITHOUT))
    seen = tallies_of(kinds.totals[None, :], count)
    drawn = tallies_of(resampled(kinds, seed=seed, resamples=resamples), count)
    return (
        _bradley_terry(_HALVES, seen.halves, drawn.halves, level),
        _davidson(seen, drawn, level),
        _bradley_terry(_WITHOUT, seen.wins, drawn.wins, level),
    )


_HALVES, _DAVIDSON, _WITHOUT = "ties as half wins", "Davidson", "ties left out"


def _bradley_terry(name: str, seen: Floats, drawn: Floats, level: float) -> TieModel:
    reason = standing(seen[0]).reason
    if reason:
        return TieModel(name, reason=reason)
    return TieModel(name, strengths_of(fit(seen)[0], fit(drawn), level))


def _davidson(seen: Tallies, drawn: Tallies, level: float) -> TieModel:
    reason = standing(seen.halves[0]).reason or _why_no_prevalence(seen)
    if reason:
        return TieModel(_DAVIDSON, reason=reason)
    found = strengths_of(fit_davidson(seen)[0], fit_davidson(drawn), level)
    return TieModel(_DAVIDSON, found[:-1], _exponential(found[-1]))


def _why_no_prevalence(seen: Tallies) -> str | None:
    if not seen.ties.any():
        return "there is no tie"
    if not seen.wins.any():
        return "every vote is a tie"
    return None


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

"""Strengths of variants from pairwise votes (Bradley and Terry, Biometrika 39, 1952).

P(a is preferred over b) = 1 / (1 + exp(strength of b - strength of a)); a tie is half a win each.
"""

from dataclasses import dataclass

import numpy as np

from app.analysis.graph import Standing, standing
from app.analysis.intervals import FEWEST_CLUSTERS, LEVEL
from app.analysis.newton import RIDGE, settled, solved
from app.analysis.resampling import RESAMPLES, SEED, Kinds, resampled
from app.analysis.tallies import kinds_of_votes, tallies_of
from app.analysis.votes import Floats, Votes


@dataclass(frozen=True)
class Strength:
    """On the scale of log odds; the mean of all is 0. The interval resamples whole clusters."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Ranking:
    """`strengths` by place of the variant; none, with a reason, where the votes cannot rank or are
    of too few clusters.

    `draws`: shape (resamples, variants), the strengths of every resample.
    """

    strengths: tuple[Strength, ...]
    standing: Standing
    draws: Floats
    reason: str | None = None

    def difference(self, first: int, second: int, *, level: float = LEVEL) -> Strength:
        """Of two variants; not what their own intervals suggest, for they move together."""
        value = self.strengths[first].value - self.strengths[second].value
        [low], [high] = edges((self.draws[:, first] - self.draws[:, second])[:, None], level)
        return Strength(value, float(low), float(high))


def rank(
    votes: Votes,
    *,
    by: str = "prompt",
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Ranking:
    """Strengths with intervals from resampling whole prompts (`by="prompt"`) or whole raters."""
    count = len(votes.variants)
    kinds = kinds_of_votes(votes, by)
    wins = tallies_of(kinds.totals[None, :], count).halves
    found = standing(wins[0])
    reason = found.reason or why_no_interval(kinds, by)
    if reason:
        return Ranking((), found, np.zeros((0, count)), reason)
    drawn = resampled(kinds, seed=seed, resamples=resamples)
    draws = fit(tallies_of(drawn, count).halves)
    return Ranking(strengths_of(fit(wins)[0], draws, level), found, draws)


def why_no_interval(kinds: Kinds, by: str) -> str | None:
    """The same rules as for a mean: `app.analysis.intervals`."""
    if kinds.clusters < FEWEST_CLUSTERS:
        return f"fewer than {FEWEST_CLUSTERS} {by}s"
    if len(kinds.frequency) == 1:
        return f"every {by} says the same, so their spread is not known"
    return None


def strengths_of(values: Floats, draws: Floats, level: float) -> tuple[Strength, ...]:
    """`values`, shape (n,), with percentile intervals from `draws`, shape (resamples, n)."""
    low, high = edges(draws, level)
    rows = zip(values.tolist(), low.tolist(), high.tolist(), strict=True)
    return tuple(Strength(*row) for row in rows)


def edges(draws: Floats, level: float) -> Floats:
    """Shape (resamples, n) -> (2, n): where the middle `level` of each column begins and ends."""
    tail = (1 - level) / 2
    return np.asarray(np.quantile(draws, [tail, 1 - tail], axis=0), dtype=np.float64)


def fit(wins: Floats, *, ridge: float = RIDGE) -> Floats:
    """Shape (tables, variants, variants) -> (tables, variants): the strengths of every table.

    `wins` of the row over the column. Raises ValueError when a table does not settle.
    """
    wins = np.asarray(wins, dtype=np.float64)
    games = wins + wins.transpose(0, 2, 1)
    start = np.zeros(wins.shape[:2])
    strengths = settled(start, lambda values: _step(values, wins, games, ridge))
    return np.asarray(strengths - strengths.mean(axis=1, keepdims=True))


def _step(strengths: Floats, wins: Floats, games: Floats, ridge: float) -> Floats:
    chance = 1 / (1 + np.exp(strengths[:, None, :] - strengths[:, :, None]))
    slope = (wins - games * chance).sum(axis=2) - ridge * strengths
    return solved(curve_of(games * chance * (1 - chance), ridge), slope)


def curve_of(spread: Floats, ridge: float) -> Floats:
    """`spread`, shape (tables, variants, variants): the variance of the points of each pair."""
    curve = 1 - spread  # 1: the votes say nothing of a shift of all, so none is taken
    diagonal = np.arange(spread.shape[1])
    curve[:, diagonal, diagonal] += spread.sum(axis=2) + ridge
    return np.asarray(curve)

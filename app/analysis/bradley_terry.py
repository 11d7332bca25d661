"""Strengths of variants from pairwise votes (Bradley and Terry, Biometrika 39, 1952).

P(a is preferred over b) = 1 / (1 + exp(strength of b - strength of a)); a tie is half a win each.
"""

from dataclasses import dataclass

import numpy as np

from app.analysis.graph import Standing, standing
from app.analysis.intervals import LEVEL
from app.analysis.newton import RIDGE, settled, solved
from app.analysis.resampling import RESAMPLES, SEED
from app.analysis.strengths import Strength, all_alike, strengths_of, too_few
from app.analysis.tallies import clustered_tallies
from app.analysis.votes import Floats, Votes


@dataclass(frozen=True)
class Ranking:
    """`strengths` by place of the variant; none, with a `reason`, where the votes cannot rank, or
    are of too few clusters to say how sure the ranking is.

    `draws`: shape (resamples, variants), the strengths of every resample.
    """

    strengths: tuple[Strength, ...]
    standing: Standing
    draws: Floats
    clusters: int
    reason: str | None = None

    def difference(self, first: int, second: int, *, level: float = LEVEL) -> Strength:
        """Of two variants; not what their own intervals suggest, for they move together."""
        value = self.strengths[first].value - self.strengths[second].value
        draws = self.draws[:, first] - self.draws[:, second]
        [found] = strengths_of(np.array([value]), draws[:, None], self.clusters, level=level)
        return found


def rank(
    votes: Votes,
    *,
    by: str = "prompt",
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Ranking:
    """Strengths with intervals from resampling whole prompts (`by="prompt"`) or whole raters."""
    tallies = clustered_tallies(votes, by)
    wins, clusters = tallies.seen.halves, tallies.clusters
    found = standing(wins[0])
    none = np.zeros((0, len(votes.variants)))
    if reason := found.reason or too_few(clusters, by):
        return Ranking((), found, none, clusters, reason)
    draws = fit(tallies.drawn(seed=seed, resamples=resamples).halves)
    if reason := all_alike(draws, by):
        return Ranking((), found, none, clusters, reason)
    strengths = strengths_of(fit(wins)[0], draws, clusters, level=level)
    return Ranking(strengths, found, draws, clusters)


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

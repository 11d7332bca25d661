"""Strengths of variants from pairwise votes (Bradley and Terry, Biometrika 39, 1952).

P(a is preferred over b) = 1 / (1 + exp(strength of b - strength of a)); a tie is half a win each.
"""

from dataclasses import dataclass

import numpy as np

from app.analysis.graph import Standing, standing
from app.analysis.intervals import LEVEL
from app.analysis.resampling import RESAMPLES, SEED, kinds_of, resampled
from app.analysis.votes import Floats, Integers, Side, Votes

# A penalty of RIDGE/2 x strength^2: a thousandth of a vote, so that a resample in which somebody
# never loses has a finite answer, too.
RIDGE = 1e-3

_STEPS = 100
_LONGEST_STEP = 2.0
_CLOSE = 1e-9


@dataclass(frozen=True)
class Strength:
    """On the scale of log odds; the mean of all is 0. The interval resamples whole clusters."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Ranking:
    """`strengths` by place of the variant; none where the votes cannot rank (`standing` says why).

    `draws`: shape (resamples, variants), the strengths of every resample.
    """

    strengths: tuple[Strength, ...]
    standing: Standing
    draws: Floats

    def difference(self, first: int, second: int, *, level: float = LEVEL) -> Strength:
        """Of two variants; not what their own intervals suggest, for they move together."""
        value = self.strengths[first].value - self.strengths[second].value
        tail = (1 - level) / 2
        low, high = np.quantile(self.draws[:, first] - self.draws[:, second], [tail, 1 - tail])
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
    kinds = kinds_of(votes.clusters(by), _cells(votes), 2 * count * count)
    wins = _wins(kinds.totals[None, :], count)
    found = standing(wins[0])
    if not found.strong:
        return Ranking((), found, np.zeros((0, count)))
    values = fit(wins)[0]
    draws = fit(_wins(resampled(kinds, seed=seed, resamples=resamples), count))
    tail = (1 - level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    strengths = zip(values.tolist(), low.tolist(), high.tolist(), strict=True)
    return Ranking(tuple(Strength(*one) for one in strengths), found, draws)


def _cells(votes: Votes) -> Integers:
    """The cell of each vote: (winner, loser), and behind all of those the ties."""
    count = len(votes.variants)
    swapped = votes.side == Side.LOSS
    winner = np.where(swapped, votes.second, votes.first)
    loser = np.where(swapped, votes.first, votes.second)
    tied = ~swapped & (votes.side != Side.WIN)
    return np.asarray(winner * count + loser + tied * count * count, dtype=np.intp)


def _wins(counts: Floats, count: int) -> Floats:
    """Shape (rows, 2 x variants^2) -> (rows, variants, variants), row over column."""
    decided, tied = (part.reshape(-1, count, count) for part in np.split(counts, 2, axis=1))
    halves = tied / 2
    return np.asarray(decided + halves + halves.transpose(0, 2, 1), dtype=np.float64)


def fit(wins: Floats, *, ridge: float = RIDGE) -> Floats:
    """Shape (tables, variants, variants) -> (tables, variants): the strengths of every table.

    Newton's method on all tables at once; the likelihood is concave, and steps are kept short where
    a table says little. Raises ValueError when a table does not settle.
    """
    wins = np.asarray(wins, dtype=np.float64)
    games = wins + wins.transpose(0, 2, 1)
    strengths = np.zeros(wins.shape[:2])
    for _ in range(_STEPS):
        step = _newton_step(strengths, wins, games, ridge)
        strengths += step
        if np.abs(step).max(initial=0.0) < _CLOSE:
            return np.asarray(strengths - strengths.mean(axis=1, keepdims=True))
    raise ValueError("the strengths do not settle: is a count negative or not a number?")


def _newton_step(strengths: Floats, wins: Floats, games: Floats, ridge: float) -> Floats:
    chance = 1 / (1 + np.exp(strengths[:, None, :] - strengths[:, :, None]))
    slope = (wins - games * chance).sum(axis=2) - ridge * strengths
    spread = games * chance * (1 - chance)
    curve = 1 - spread  # 1: the votes say nothing of a shift of all, so none is taken
    diagonal = np.arange(wins.shape[1])
    curve[:, diagonal, diagonal] += spread.sum(axis=2) + ridge
    step = np.linalg.solve(curve, slope[:, :, None])[:, :, 0]
    longest = np.abs(step).max(axis=1, keepdims=True, initial=_LONGEST_STEP)
    return np.asarray(step * (_LONGEST_STEP / longest))

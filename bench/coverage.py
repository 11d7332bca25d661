"""Do intervals that claim 95 % hold the truth 95 % of the time? Prints a Markdown table.

    python bench/coverage.py [--repetitions 2000]

Studies are simulated in which every rater judges every prompt, and prompts and raters have
tastes of their own. An interval that resamples prompts is about other prompts and these raters, one
that resamples raters about these prompts and other raters; so is the truth it is held against,
which is integrated (Gauss and Hermite's rule), not simulated.
"""

import argparse
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from functools import cache

import numpy as np
from scipy.special import ndtr

from app.analysis.intervals import Estimate, clustered_share
from app.analysis.ledgers import cross_table
from app.analysis.pairs import pair_table
from app.analysis.scores import score_table
from app.analysis.votes import Floats, Integers, Side, Votes

# On a scale on which the noise of one judgement has a standard deviation of 1.
FACTUALITY = -0.2  # by how much the first answer's is better
TIE = 0.2  # smaller differences are ties
GAIN = 0.3  # by how much the scores of the variant are better than the base's
CUTS = np.array([-1.5, -0.5, 0.5, 1.5])  # between scores of 1 to 5
TOGETHER = 0.5  # correlation of the two tastes that a prompt or a rater has


@dataclass(frozen=True)
class World:
    """How many prompts and raters, the standard deviations of their tastes, and by how much the
    first answer's style is better."""

    prompts: int
    raters: int
    prompt_effect: float
    rater_effect: float
    style: float = 0.4


@dataclass(frozen=True)
class Claim:
    """An interval, and what it should hold."""

    estimate: Estimate
    truth: float

    @property
    def holds(self) -> bool:
        low, high = self.estimate.low, self.estimate.high
        return low is not None and high is not None and low <= self.truth <= high


@dataclass(frozen=True)
class Coverage:
    """`share` of intervals that held the truth, of those that were given at all (`given`)."""

    share: float
    width: float
    given: int


GRID = (
    World(10, 3, 0.5, 0.3),
    World(10, 12, 0.5, 0.5),
    World(20, 3, 1.0, 0.5),
    World(20, 10, 1.0, 0.5),
    World(60, 3, 1.0, 0.5),
    World(30, 6, 0.7, 0.7),
    World(60, 10, 0.5, 0.5),
    World(60, 20, 1.0, 1.0),
    World(100, 40, 0.3, 0.8),
    World(300, 10, 0.5, 0.3),
    World(300, 5, 1.5, 0.0),
    World(10, 3, 0.5, 0.3, style=2.0),
    World(40, 3, 1.0, 0.5, style=2.0),
)
CLAIMS = {
    "share, prompts": "share of a pair, prompts resampled",
    "share, raters": "share of a pair, raters resampled",
    "mean, prompts": "mean score, prompts resampled",
    "mean, raters": "mean score, raters resampled",
    "difference, prompts": "difference of mean scores to the base, prompts resampled",
    "crossed, prompts": "preferred on style, rated less factual, prompts resampled",
    "share, rows": "share of a pair, judgements resampled as if they were independent",
    "share, both new": "share of a pair, prompts resampled, for other prompts and other raters",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=2000)
    repetitions = parser.parse_args().repetitions
    names = [field.name.replace("_", " ") for field in fields(World)]
    print("|", " | ".join([*names, *CLAIMS]), "|")
    print("|" + "---:|" * (len(names) + len(CLAIMS)))
    for world in GRID:
        found = coverage(world, range(repetitions))
        cells = [_cell(found.get(name), repetitions) for name in CLAIMS]
        print("|", " | ".join([*map(str, astuple(world)), *cells]), "|", flush=True)


def _cell(found: Coverage | None, repetitions: int) -> str:
    if found is None:
        return "none"
    left_out = "" if found.given == repetitions else f", {found.given} given"
    return f"{100 * found.share:.1f} ({found.width:.3f}{left_out})"


def coverage(world: World, seeds: Iterable[int]) -> dict[str, Coverage]:
    """By the names in `CLAIMS`, as far as there were intervals; one study for every seed."""
    made: dict[str, list[Claim]] = {name: [] for name in CLAIMS}
    for seed in seeds:
        for name, claim in claims(world, seed).items():
            if claim.estimate.low is not None:
                made[name].append(claim)
    return {name: _summed_up(given) for name, given in made.items() if given}


def _summed_up(given: list[Claim]) -> Coverage:
    widths = [one.estimate.high - one.estimate.low for one in given]  # type: ignore[operator]
    holds = [one.holds for one in given]
    return Coverage(float(np.mean(holds)), float(np.mean(widths)), len(given))


def claims(world: World, seed: int) -> dict[str, Claim]:
    """What one simulated study claims."""
    generator = np.random.default_rng(seed)
    prompts = _tastes(world.prompts, world.prompt_effect, generator)
    raters = _tastes(world.raters, world.rater_effect, generator)
    made = _estimates((prompts[:, None] + raters[None, :]).reshape(-1, 2), world, generator)
    new_prompts = truth(raters, world.prompt_effect, world.style)
    new_raters = truth(prompts, world.rater_effect, world.style)
    any_taste = float(np.hypot(world.prompt_effect, world.rater_effect))
    both_new = truth(np.zeros((1, 2)), any_taste, world.style)
    held_against = {"prompts": new_prompts, "rows": new_prompts, "raters": new_raters}
    found = {}
    for name, estimate in made.items():
        what, by = name.split(", ")
        found[name] = Claim(estimate, held_against[by][what])
    found["share, both new"] = Claim(made["share, prompts"], both_new["share"])
    return found


def _estimates(at: Floats, world: World, generator: np.random.Generator) -> dict[str, Estimate]:
    """`at`, shape (judgements, 2): the tastes of prompt and rater added up."""
    prompt, rater = np.divmod(np.arange(len(at)), world.raters)
    style, factuality = (
        Votes(
            variants=("first", "second"),
            first=np.zeros_like(prompt),
            second=np.ones_like(prompt),
            side=_sides(centre + generator.normal(size=len(at))),
            prompt=prompt,
            rater=rater,
            judgement=np.arange(len(at)),
        )
        for centre in (world.style + at[:, 0], FACTUALITY - at[:, 1])
    )
    latent = np.concatenate([at[:, 0], GAIN + at[:, 1]]) + generator.normal(size=2 * len(at))
    [_, scores] = score_table(
        1 + np.searchsorted(CUTS, latent),
        np.repeat([0, 1], len(at)),
        np.tile(prompt, 2),
        np.tile(rater, 2),
        variants=2,
        base=0,
    )
    [pair], [crossed] = pair_table(style), cross_table(style, factuality)
    assert scores.to_base is not None
    return {
        "share, prompts": pair.share,
        "share, raters": pair.by_rater,
        "mean, prompts": scores.mean,
        "mean, raters": scores.by_rater,
        "difference, prompts": scores.to_base,
        "crossed, prompts": crossed.share,
        "share, rows": clustered_share(style.points, np.arange(len(style))),
    }


def _tastes(count: int, effect: float, generator: np.random.Generator) -> Floats:
    """Shape (count, 2): for the style of the first answer, and for the scores of the variant (and
    against the factuality of the first answer)."""
    return effect * _correlated(generator.normal(size=(count, 2)))


def _correlated(independent: Floats) -> Floats:
    one, other = independent.T
    return np.column_stack([one, TOGETHER * one + np.sqrt(1 - TOGETHER**2) * other])


def _sides(difference: Floats) -> Integers:
    decided = np.where(difference > 0, Side.WIN, Side.LOSS)
    return np.where(np.abs(difference) < TIE, Side.TIE, decided)


def truth(fixed: Floats, effect: float, style: float) -> dict[str, float]:
    """What endless judgements would give: `fixed`, shape (k, 2), are the tastes of those who stay,
    `effect` is the spread of the others'."""
    nodes, weights = _grid()
    at = fixed[:, None] + effect * nodes[None, :]
    return {
        name: float((above @ weights).sum() / (below @ weights).sum())
        for name, (above, below) in _expected(at, style).items()
    }


@cache
def _grid() -> tuple[Floats, Floats]:
    """Shape (nodes, 2) and (nodes,): where to look, and what it counts for."""
    points, weights = np.polynomial.hermite_e.hermegauss(24)
    first, second = np.meshgrid(points, points)
    both = np.outer(weights, weights).ravel()
    return _correlated(np.column_stack([first.ravel(), second.ravel()])), both / both.sum()


def _expected(at: Floats, style: float) -> dict[str, tuple[Floats, Floats]]:
    """Of each quantity the expected numerator and denominator where tastes are `at`."""
    won, lost = _won_and_lost(style + at[..., 0])
    right, wrong = _won_and_lost(FACTUALITY - at[..., 1])
    base, variant = _mean_score(at[..., 0]), _mean_score(GAIN + at[..., 1])
    one = np.ones_like(won)
    return {
        "share": ((1 + won - lost) / 2, one),
        "mean": (variant, one),
        "difference": (variant - base, one),
        "crossed": (won * wrong + lost * right, won + lost),
    }


def _won_and_lost(centre: Floats) -> tuple[Floats, Floats]:
    return ndtr(centre - TIE), ndtr(-centre - TIE)


def _mean_score(centre: Floats) -> Floats:
    return 1 + ndtr(centre[..., None] - CUTS).sum(axis=-1)


if __name__ == "__main__":
    main()

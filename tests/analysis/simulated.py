"""Votes of a known truth: every rater on every prompt and every pair of variants."""

from itertools import combinations

import numpy as np

from app.analysis.contrasts import Contrasts
from app.analysis.votes import Floats, Integers, Side, Votes


def simulated(
    seed: int,
    truth: Floats,
    *,
    prompts: int,
    raters: int,
    spread: float = 0.0,
    prevalence: float = 0.0,
) -> Votes:
    """Prompts differ in what they favour by `spread`; ties by Davidson's model."""
    generator = np.random.default_rng(seed)
    first, second, prompt, rater = grid(len(truth), prompts, raters)
    worth = truth + generator.normal(0, spread, size=(prompts, len(truth)))
    edge = worth[prompt, first] - worth[prompt, second]
    return Votes(
        tuple(range(len(truth))),
        first,
        second,
        outcomes(generator, edge, prevalence),
        prompt,
        rater,
    )


def styled(
    seed: int,
    truth: Floats,
    effect: float,
    *,
    prompts: int,
    raters: int,
    spread: float = 0.0,
) -> tuple[Votes, Contrasts]:
    """Raters prefer long answers by `effect` per standard deviation of the relative difference, on
    some prompts more than on others; later variants are wordier.
    """
    generator = np.random.default_rng(seed)
    first, second, prompt, rater = grid(len(truth), prompts, raters)
    favour = generator.normal(0, spread, size=(prompts, len(truth)))
    words = np.round(generator.lognormal(5 + 0.2 * np.arange(len(truth)), 0.5, favour.shape))
    contrasts = Contrasts(
        words.reshape(-1, 1),
        prompt * len(truth) + first,
        prompt * len(truth) + second,
        ("tokens",),
    )
    slope = effect + generator.normal(0, spread, size=prompts)
    edge = truth[first] - truth[second] + favour[prompt, first] - favour[prompt, second]
    edge = edge + slope[prompt] * relative(contrasts)
    sides = outcomes(generator, edge, 0.0)
    return Votes(tuple(range(len(truth))), first, second, sides, prompt, rater), contrasts


def relative(contrasts: Contrasts) -> Floats:
    """Of the first feature, by its definition."""
    first, second = (contrasts.features[at, 0] for at in (contrasts.first, contrasts.second))
    difference = (first - second) / (first + second + 1)
    return np.asarray(difference / np.sqrt(np.mean(difference**2)))


def grid(variants: int, prompts: int, raters: int) -> tuple[Integers, ...]:
    """First, second, prompt and rater of each vote."""
    pairs = np.array(list(combinations(range(variants), 2)))
    prompt, rater, pair = (
        one.ravel() for one in np.mgrid[0:prompts, 0:raters, 0 : len(pairs)].astype(np.intp)
    )
    return pairs[pair, 0], pairs[pair, 1], prompt, rater


def outcomes(generator: np.random.Generator, edge: Floats, prevalence: float) -> Integers:
    """`edge`, shape (votes,): strength of the first less that of the second."""
    win, loss = np.exp(edge / 2), np.exp(-edge / 2)
    total = win + loss + prevalence
    drawn = generator.random(len(edge)) * total
    return np.select([drawn < win, drawn < win + prevalence], [Side.WIN, Side.TIE], Side.LOSS)

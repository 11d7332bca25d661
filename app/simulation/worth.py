"""What answers are worth to one rater: rule, effects, biases, noise. Pure, from a seed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.assignment import draw
from app.simulation.answers import Answers, Floats, Integers
from app.simulation.spec import SimulatedSpec


@dataclass(frozen=True)
class Shown:
    """One item in front of a rater: the places of its answers, slot after slot."""

    item: int
    places: tuple[int, ...]


def stream(spec: SimulatedSpec, *parts: object) -> np.random.Generator:
    """Random numbers that depend on nothing but the seed and `parts`."""
    return np.random.default_rng(draw(spec.seed, *parts))


def merits(spec: SimulatedSpec, answers: Answers, criterion: str) -> Floats:
    """What each answer is worth to every careful rater, shape (R,)."""
    effects = stream(spec, "answers", criterion).normal(0, spec.prompt_sd, len(answers.response))
    meets = answers.meets.get(criterion)
    return effects if meets is None else effects + spec.effect(criterion) * (meets - 0.5)


@dataclass(frozen=True)
class Looks:
    """Everything that a rater was shown, J items one after the other, in flat arrays.

    (slots,): `place` of the answer, `number` of the item; (J,): `begins`, the item's first slot.
    """

    place: Integers
    number: Integers
    begins: Integers

    @classmethod
    def of(cls, shown: Sequence[Shown]) -> "Looks":
        sizes = np.array([len(one.places) for one in shown], dtype=np.intp)
        place = np.array([place for one in shown for place in one.places], dtype=np.intp)
        return cls(place, np.repeat(np.arange(len(shown)), sizes), np.cumsum(sizes) - sizes)


def worths(
    spec: SimulatedSpec,
    answers: Answers,
    merit: Floats,
    looks: Looks,
    rng: np.random.Generator,
    *,
    is_sloppy: bool,
) -> Floats:
    """On one criterion, of every answer in its slot, shape (slots,)."""
    worth = rng.normal(0, spec.noise_sd, len(looks.place))
    worth[looks.begins] += spec.left_bias
    if is_sloppy:
        return worth
    leaning = rng.normal(0, spec.rater_sd, len(answers.variants))
    doublings = answers.doublings[looks.place]
    sizes = np.bincount(looks.number)
    usual = np.bincount(looks.number, weights=doublings) / sizes
    longer = doublings - usual[looks.number]
    own = merit[looks.place] + leaning[answers.variant[looks.place]]
    return np.asarray(worth + own + spec.length_bias * longer, dtype=np.float64)

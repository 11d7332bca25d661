"""The preference shares that a simulation implies: what estimators have to find. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import copysign, sqrt
from statistics import NormalDist, fmean

from app.simulation.answers import Answers
from app.simulation.spec import SimulatedSpec

_NORMAL = NormalDist()


@dataclass(frozen=True)
class TrueShare:
    """How often `first` wins, ties as half, on average over all raters that could be drawn."""

    criterion: str
    first: str
    second: str
    share: float


def true_shares(
    spec: SimulatedSpec, answers: Answers, criteria: Sequence[str]
) -> tuple[TrueShare, ...]:
    """Of each criterion and each two variants that meet, in the order of the study.

    Answers are as they are, with what they state and their length; the effects that the spec draws
    for answers and raters are averaged over, and so are the orders, which are balanced.
    """
    pairs = combinations(range(len(answers.variants)), 2)
    return tuple(
        TrueShare(criterion, answers.variants[a], answers.variants[b], fmean(shares))
        for a, b in pairs
        for criterion in criteria
        if (shares := list(_shares(spec, answers, criterion, (a, b))))
    )


def _shares(
    spec: SimulatedSpec, answers: Answers, criterion: str, pair: tuple[int, int]
) -> Iterator[float]:
    """Of every item that has both variants."""
    for item in answers.items:
        place = {int(answers.variant[one]): one for one in item.places}
        if place.keys() >= set(pair):
            first, second = (place[variant] for variant in pair)
            difference = _difference(spec, answers, criterion, first, second)
            yield _share(spec, difference, len(item.places))


def _difference(
    spec: SimulatedSpec, answers: Answers, criterion: str, first: int, second: int
) -> float:
    """Of two answers' worths to careful raters, before effects that are drawn."""
    longer = answers.doublings[first] - answers.doublings[second]
    meets = answers.meets.get(criterion)
    met = 0 if meets is None else int(meets[first]) - int(meets[second])
    return float(spec.effect(criterion) * met + spec.length_bias * longer)


def _share(spec: SimulatedSpec, difference: float, slots: int) -> float:
    """With one answer or the other in the first slot, each as often as any other."""
    spread = sqrt(2 * (spec.prompt_sd**2 + spec.rater_sd**2 + spec.noise_sd**2))
    sloppy = spec.sloppy_share

    def share(bias: float) -> float:
        careful = expected_points(difference + bias, spread, spec.tie_width)
        careless = expected_points(bias, sqrt(2) * spec.noise_sd, spec.tie_width)
        return (1 - sloppy) * careful + sloppy * careless

    first, second = share(spec.left_bias), share(-spec.left_bias)
    return (first + second + (slots - 2) * share(0.0)) / slots


def expected_points(mean: float, spread: float, tie_width: float) -> float:
    """Of the first of two answers whose worths differ by a normal number, ties as half a point.

    Steps of `tie_width` from a random zero tell two worths apart with probability
    min(1, difference / tie_width): so the points are 1/2 + difference / (2 tie_width), cut off at
    0 and 1, and their mean follows from that of a normal number that is cut off.
    """
    if spread == 0:
        return 0.5 + 0.5 * _cut(mean / tie_width if tie_width else copysign(bool(mean), mean))
    if tie_width == 0:
        return _NORMAL.cdf(mean / spread)
    cut = _excess(mean, spread, -tie_width) - _excess(mean, spread, tie_width) - tie_width
    return 0.5 + cut / (2 * tie_width)


def _cut(number: float) -> float:
    return max(-1.0, min(1.0, number))


def _excess(mean: float, spread: float, above: float) -> float:
    """The mean of what a normal number has above a bound, 0 where it is below."""
    z = (mean - above) / spread
    return spread * _NORMAL.pdf(z) + (mean - above) * _NORMAL.cdf(z)

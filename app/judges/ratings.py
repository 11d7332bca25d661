"""A judge beside people on the scale of one criterion: numbers, or answers in words."""

from dataclasses import dataclass, replace

import numpy as np

from app.analysis import Estimate, clustered_mean
from app.analysis.agreement import Measurement, alpha
from app.analysis.votes import Booleans, Floats, Integers
from app.criteria import AskedScale
from app.judges.chance import alpha_among, alpha_with
from app.judges.said import NONE, BothOrders, Likeness, Met, Said, both_orders, likeness, meet
from app.results.columns import NOTHING, CriterionColumns, JudgementColumns

_HUNDREDTHS = 100  # means as whole numbers, which alpha wants; its value does not depend on a unit


@dataclass(frozen=True)
class RatingBeside:
    """Units are the answers of an item, or items where the scale is asked once.

    Of words (yes and no, options): `likeness`, where a judge whose orders differ shares nobody's
    answer. Of numbers: `difference`, the judge's mean of both orders minus people's mean, in points
    of the scale, and `slot_effect`, how much more an answer got in the earlier of its two slots.
    `alpha`: with people's majorities, or means; `people_alpha`: among people on the same units.
    """

    units: int
    consistency: Estimate
    alpha: Estimate
    people_alpha: Estimate
    likeness: Likeness | None = None
    difference: Estimate | None = None
    slot_effect: Estimate | None = None


def rating_beside(
    people: JudgementColumns, judge: JudgementColumns, turned: int, key: str, scale: AskedScale
) -> RatingBeside:
    """`turned`: which of the judge's two raters has the reverse order."""
    human, _ = _ratings(people, people.criterion(key), scale)
    said, slot = _ratings(judge, judge.criterion(key), scale)
    is_turned = said.rater == turned
    both = both_orders(said.take(~is_turned), said.take(is_turned))
    met = meet(human, both, values=scale.highest + 1, otherwise=NONE)
    beside = _of_numbers if scale.has_mean else _of_words
    found = beside(human, met, both, scale)
    if scale.has_mean and scale.per_answer:
        return replace(found, slot_effect=_slot_effect(said, slot, is_turned))
    return found


def _of_words(people: Said, met: Met, judge: BothOrders, scale: AskedScale) -> RatingBeside:
    return RatingBeside(
        units=len(met.unit),
        consistency=judge.consistency(),
        alpha=alpha_with(met, Measurement.NOMINAL),
        people_alpha=alpha_among(people, met, Measurement.NOMINAL),
        likeness=likeness(people, met, values=scale.highest + 1),
    )


def _of_numbers(people: Said, met: Met, judge: BothOrders, _: AskedScale) -> RatingBeside:
    theirs, its = _means(people, judge)
    return RatingBeside(
        units=len(met.unit),
        consistency=judge.consistency(),
        alpha=_alpha(theirs, its, met.prompt),
        people_alpha=alpha_among(people, met, Measurement.INTERVAL),
        difference=clustered_mean(its - theirs, met.prompt),
    )


def _ratings(
    columns: JudgementColumns, criterion: CriterionColumns, scale: AskedScale
) -> tuple[Said, Integers]:
    """What was given, and the slots of the answers, from 0."""
    if not scale.per_answer:
        at = np.flatnonzero(criterion.values != NOTHING)
        unit, value, slot = columns.item[at].astype(np.int64), criterion.values[at], at * 0
    else:
        at, slot = np.nonzero((criterion.scores != NOTHING) & (columns.response != NOTHING))
        item, count = columns.item[at].astype(np.int64), len(columns.responses.id)
        unit, value = item * count + columns.response[at, slot], criterion.scores[at, slot]
    return Said(unit, value.astype(np.int64), columns.rater[at], columns.prompt[at]), slot


def _means(people: Said, judge: BothOrders) -> tuple[Floats, Floats]:
    """People's mean and the judge's, of the units that both judged, in the order of units."""
    units, place = np.unique(people.unit, return_inverse=True)
    mean = np.bincount(place, weights=people.value) / np.maximum(np.bincount(place), 1)
    shared, at, of_judge = np.intersect1d(units, judge.unit, return_indices=True)
    both = (judge.drawn + judge.turned)[of_judge] / 2
    return np.asarray(mean[at]).reshape(len(shared)), np.asarray(both, dtype=np.float64)


def _alpha(people: Floats, judge: Floats, prompt: Integers) -> Estimate:
    unit = np.arange(len(people))
    return alpha(
        np.round(_HUNDREDTHS * np.concatenate([people, judge])).astype(np.int64),
        np.concatenate([unit, unit]),
        np.repeat([0, 1], len(unit)),
        level=Measurement.INTERVAL,
        prompt=np.concatenate([prompt, prompt]),
    ).alpha


def _slot_effect(said: Said, slot: Integers, is_turned: Booleans) -> Estimate:
    drawn, turned = said.take(~is_turned), said.take(is_turned)
    _, a, b = np.intersect1d(drawn.unit, turned.unit, return_indices=True)
    moved = np.sign(slot[is_turned][b] - slot[~is_turned][a])
    ahead = (drawn.value[a] - turned.value[b]) * moved
    return clustered_mean(ahead[moved != 0].astype(np.float64), drawn.prompt[a][moved != 0])

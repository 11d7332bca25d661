"""What people and a judge said of the same units, as arrays: where they meet, and what they share.

A unit is whatever is judged once by each: two answers of an item, one answer, an item.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis import Estimate, clustered_mean, clustered_share
from app.analysis.votes import Booleans, Integers

NONE = -1
"""Where a majority, or a verdict, does not exist."""

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Said:
    """Values that raters gave to units, each of them once; shape (values,) each. Values count from
    0."""

    unit: Integers
    value: Integers
    rater: Integers
    prompt: Integers

    def __len__(self) -> int:
        return len(self.unit)

    def take(self, kept: Booleans) -> "Said":
        return Said(self.unit[kept], self.value[kept], self.rater[kept], self.prompt[kept])


@dataclass(frozen=True)
class BothOrders:
    """What a judge said of the units that it judged in both orders; shape (units,) each."""

    unit: Integers
    drawn: Integers
    turned: Integers
    prompt: Integers

    @property
    def is_consistent(self) -> Booleans:
        return np.asarray(self.drawn == self.turned)

    def verdict(self, otherwise: int) -> Integers:
        """What both orders say, and `otherwise` where they differ."""
        return np.asarray(np.where(self.is_consistent, self.drawn, otherwise))

    def consistency(self) -> Estimate:
        """The share of units of which both orders say the same."""
        return clustered_share(self.is_consistent, self.prompt)


def both_orders(drawn: Said, turned: Said) -> BothOrders:
    unit, first, second = np.intersect1d(drawn.unit, turned.unit, return_indices=True)
    return BothOrders(unit, drawn.value[first], turned.value[second], drawn.prompt[first])


@dataclass(frozen=True)
class Met:
    """The units that people and a judge both judged; shape (units,) each. `people`: what most of
    them said, NONE where as many said something else; `judge`: what it said in both orders."""

    unit: Integers
    people: Integers
    judge: Integers
    prompt: Integers

    @property
    def is_decided(self) -> Booleans:
        return np.asarray(self.people != NONE)


def meet(people: Said, judge: BothOrders, *, values: int, otherwise: int) -> Met:
    """`values`: how many there are; `otherwise`: what an inconsistent judge is taken to say, NONE
    for nothing that anybody could share."""
    there, at = places(judge.unit, people.unit)
    said, verdict = people.take(there), judge.verdict(otherwise)[at]
    units, first, counts = _counts(said, values)
    return Met(units, majority(counts), verdict[first], said.prompt[first])


def places(among: Integers, units: Integers) -> tuple[Booleans, Integers]:
    """-> (whether each unit is among the sorted ones, shape (units,), and where those stand)."""
    at = np.searchsorted(among, units)
    there = at < len(among)
    there[there] = among[at[there]] == units[there]
    return np.asarray(there), np.asarray(at[there])


def _counts(said: Said, values: int) -> tuple[Integers, Integers, Numbers]:
    """The units, where each is first said, and its values' counts, shape (units, values)."""
    units, first, place = np.unique(said.unit, return_index=True, return_inverse=True)
    counts = np.bincount(place * values + said.value, minlength=len(units) * values)
    return units, first, counts.reshape(-1, values)


def majority(counts: Numbers) -> Integers:
    """Shape (units, values) -> (units,): the most frequent value, NONE where two are."""
    most = counts.max(axis=1, keepdims=True, initial=0)
    unique = ((counts == most).sum(axis=1) == 1) & (most[:, 0] > 0)
    return np.asarray(np.where(unique, counts.argmax(axis=1), NONE))


@dataclass(frozen=True)
class Likeness:
    """How often a judge says what most people say. `comparisons`: units that both judged;
    `undecided`: those without a majority, which count nowhere.

    `majority`: the judge against the majority of all people. `as_one_more` and `person`: the judge,
    and each person, against the majority of the *other* people on the same unit; `difference` is
    the first minus the second. So like is compared with like (Calderon, Reichart and Dror, ACL
    2025, arXiv 2501.10970): a majority that somebody belongs to would flatter them.
    """

    comparisons: int
    undecided: int
    majority: Estimate
    as_one_more: Estimate
    person: Estimate
    difference: Estimate


def likeness(people: Said, met: Met, *, values: int) -> Likeness:
    """`people`: all that they said, also of other units."""
    decided = met.is_decided
    match = (met.judge == met.people)[decided]
    there, at = places(met.unit, people.unit)
    return Likeness(
        comparisons=len(met.unit),
        undecided=int((~decided).sum()),
        majority=clustered_share(match, met.prompt[decided]),
        **_against_others(people.take(there), met.judge[at], values),
    )


def _against_others(people: Said, verdict: Integers, values: int) -> dict[str, Estimate]:
    """`verdict`: the judge's on the same units, shape (values given,)."""
    units, _, counts = _counts(people, values)
    others = counts[np.searchsorted(units, people.unit)]
    others[np.arange(len(people)), people.value] -= 1
    most = majority(others)
    used = most != NONE
    judge, person = (verdict == most)[used], (people.value == most)[used]
    prompt = people.prompt[used]
    return {
        "as_one_more": clustered_share(judge, prompt),
        "person": clustered_share(person, prompt),
        "difference": clustered_mean(judge.astype(np.float64) - person, prompt),
    }

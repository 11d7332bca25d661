"""A judge beside people on one criterion that asks which answer is better."""

from dataclasses import dataclass

import numpy as np

from app.analysis import Estimate, clustered_share
from app.analysis.agreement import Measurement
from app.analysis.bias import left_share, longer_share
from app.analysis.verdicts import TIE, preferences
from app.analysis.votes import Floats
from app.judges.chance import alpha_among, alpha_with
from app.judges.said import (
    Likeness,
    Met,
    Said,
    both_orders,
    likeness,
    meet,
)
from app.results.votes import CriterionVotes

_VALUES = 3  # loss, tie, win
_TIED = 1


@dataclass(frozen=True)
class PreferenceBeside:
    """Units are pairs of answers of an item. A judge whose orders differ has said a tie (as in
    Zheng et al., NeurIPS 2023, arXiv 2306.05685, section 3.4).

    `decided`: where most people and the judge each name a winner, how often it is the same.
    `alpha`: between the judge and people's majorities; `people_alpha`: among people, on the same
    units. `first_slot` and `longer`: of decided votes, how many the earlier and the longer answer
    won, of the judge and beside it of people on the same items.
    """

    likeness: Likeness
    inconsistent: int
    consistency: Estimate
    decided: Estimate
    alpha: Estimate
    people_alpha: Estimate
    first_slot: Estimate
    people_first_slot: Estimate
    longer: Estimate
    people_longer: Estimate


def preference_beside(
    people: CriterionVotes, judge: CriterionVotes, turned: int, lengths: Floats
) -> PreferenceBeside:
    """`turned`: which of the judge's two raters has the reverse order. `lengths` of the responses,
    shape (R,)."""
    human, said = said_of(people), said_of(judge)
    is_turned = said.rater == turned
    both = both_orders(said.take(~is_turned), said.take(is_turned))
    met = meet(human, both, values=_VALUES, otherwise=_TIED)
    people = people.take(np.isin(people.item, judge.item))
    return PreferenceBeside(
        likeness=likeness(human, met, values=_VALUES),
        inconsistent=int((~both.is_consistent).sum()),
        consistency=both.consistency(),
        decided=_decided(met),
        alpha=alpha_with(met, Measurement.NOMINAL),
        people_alpha=alpha_among(human, met, Measurement.NOMINAL),
        first_slot=left_share(judge.votes),
        people_first_slot=left_share(people.votes),
        longer=_longer(judge, lengths),
        people_longer=_longer(people, lengths),
    )


def said_of(given: CriterionVotes) -> Said:
    votes, count = given.votes, len(given.votes.variants)
    unit = (given.item.astype(np.int64) * count + votes.first) * count + votes.second
    value = preferences(votes).astype(np.int64) - TIE + _TIED
    return Said(unit, value, votes.rater, votes.prompt)


def _decided(met: Met) -> Estimate:
    both = met.is_decided & (met.people != _TIED) & (met.judge != _TIED)
    return clustered_share((met.people == met.judge)[both], met.prompt[both])


def _longer(given: CriterionVotes, lengths: Floats) -> Estimate:
    return longer_share(given.votes, lengths[given.first_response], lengths[given.second_response])

"""One report per rater: how they judged beside the others, and what is worth a second look."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from app.analysis.bias import is_decided
from app.analysis.intervals import LEVEL, Estimate
from app.analysis.rater_shares import RaterShares, Rows, rater_shares
from app.analysis.verdicts import pairs_of, preferences
from app.analysis.votes import Floats, Integers, Side, Votes

FASTEST = 3.0
"""Seconds: a median below is not reading."""

_DISAGREES = (
    "agrees with the others less often than raters of this study do "
    "(95 %, corrected for the number of raters)"
)
_SIDED = (
    "prefers the {side} slot more often than chance explains "
    "(95 %, corrected for the number of raters)"
)
_FAST = "judges in {seconds:.1f} seconds (median), which is too fast to read the answers"


class VotesOnItems(Protocol):
    """The votes on one criterion; `item`, shape (votes,), numbers what the votes are about."""

    @property
    def votes(self) -> Votes: ...

    @property
    def item(self) -> Integers: ...


@dataclass(frozen=True)
class RaterReport:
    """`agreement`: the chance that another rater of the same pair of answers said the same;
    `left`: how many decided votes the earlier slot won. Their intervals are Wilson's, each prompt
    counting once however often it was voted on. `seconds`: the median per judgement.

    `ties`: the share of votes. `notes` say in words what makes this rater stand out.
    """

    rater: int
    judgements: int
    agreement: Estimate
    left: Estimate
    ties: float | None
    seconds: float | None
    gold_passed: int
    gold_seen: int
    notes: tuple[str, ...]


def rater_reports(
    criteria: Sequence[VotesOnItems],
    rater: Integers,
    duration_ms: Integers,
    raters: int,
    *,
    gold_passed: Integers | None = None,
    gold_seen: Integers | None = None,
    level: float = LEVEL,
) -> tuple[RaterReport, ...]:
    """Of everybody who judged, by their number; a study's criteria are pooled.

    `rater` and `duration_ms`, shape (judgements,), negative where the time is not known; gold
    items, shape (raters,). Notes are made at `level` for all raters together (Bonferroni).
    """
    nothing = np.zeros(raters, dtype=np.intp)
    passed = nothing if gold_passed is None else gold_passed
    seen = nothing if gold_seen is None else gold_seen
    judged = np.bincount(rater, minlength=raters)
    strict = 1 - (1 - level) / max(int((judged > 0).sum()), 1)
    agreement = rater_shares([_agreement(one) for one in criteria], raters)
    left = rater_shares([_left(one.votes) for one in criteria], raters)
    ties = rater_shares([_ties(one.votes) for one in criteria], raters)
    seconds = _medians(rater, duration_ms, raters)
    notes = _notes(agreement, left, seconds, strict)
    agreements, lefts = agreement.estimates(level), left.estimates(level)
    return tuple(
        RaterReport(
            rater=one,
            judgements=int(judged[one]),
            agreement=agreements[one],
            left=lefts[one],
            ties=_known(ties.value[one]),
            seconds=_known(seconds[one]),
            gold_passed=int(passed[one]),
            gold_seen=int(seen[one]),
            notes=notes[one],
        )
        for one in np.flatnonzero(judged).tolist()
    )


def _agreement(one: VotesOnItems) -> Rows:
    """Of each vote on what others judged, too: the share of them who said the same."""
    votes, value = one.votes, preferences(one.votes) + 1
    unit = pairs_of(votes, one.item)
    cell = unit * 3 + value
    same, all_of = np.bincount(cell)[cell] - 1, np.bincount(unit)[unit] - 1
    shared = all_of > 0
    points = same[shared] / all_of[shared]
    return Rows(votes.rater[shared], votes.prompt[shared], points)


def _left(votes: Votes) -> Rows:
    known = votes.first_is_left is not None
    decided = is_decided(votes) & known
    won = (votes.side == Side.WIN) == votes.first_is_left if known else decided
    return Rows(votes.rater[decided], votes.prompt[decided], won[decided].astype(np.float64))


def _ties(votes: Votes) -> Rows:
    return Rows(votes.rater, votes.prompt, (~is_decided(votes)).astype(np.float64))


def _medians(rater: Integers, duration_ms: Integers, raters: int) -> Floats:
    """Seconds, shape (raters,): sorted once, by rater and then by time."""
    known = duration_ms >= 0
    order = np.sort(rater[known].astype(np.int64) << 40 | duration_ms[known].astype(np.int64))
    times, counts = order & (1 << 40) - 1, np.bincount(rater[known], minlength=raters)
    begin = np.cumsum(counts) - counts
    found, there = np.full(raters, np.nan), counts > 0
    lower, upper = (begin + (counts - 1) // 2)[there], (begin + counts // 2)[there]
    found[there] = (times[lower] + times[upper]) / 2000
    return found


def _notes(
    agreement: RaterShares, left: RaterShares, seconds: Floats, level: float
) -> tuple[tuple[str, ...], ...]:
    disagrees = agreement.within(level)[1] < agreement.mean
    low, high = left.within(level)
    return tuple(
        tuple(
            note
            for applies, note in (
                (disagrees[one], _DISAGREES),
                (low[one] > 0.5, _SIDED.format(side="earlier")),
                (high[one] < 0.5, _SIDED.format(side="later")),
                (seconds[one] < FASTEST, _FAST.format(seconds=seconds[one])),
            )
            if applies
        )
        for one in range(len(seconds))
    )


def _known(number: float) -> float | None:
    return None if np.isnan(number) else float(number)

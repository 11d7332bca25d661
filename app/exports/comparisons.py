"""A verdict as comparisons of two responses: the shape that every design shares."""

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from app.results.records import JudgementRecord, ShownResponse, VerdictRecord
from app.tables import Outcome


class Side(enum.StrEnum):
    """How the first of two responses did against the second."""

    WIN = "win"
    LOSS = "loss"
    TIE = "tie"
    TIE_GOOD = "tie_good"
    TIE_BAD = "tie_bad"
    CANNOT_JUDGE = "cannot_judge"


TIES = (Side.TIE, Side.TIE_GOOD, Side.TIE_BAD)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One rater on two responses of an item, the first being of the study's earlier variant."""

    criterion: str
    judgement: JudgementRecord
    first: ShownResponse
    second: ShownResponse
    first_slot: int
    second_slot: int
    side: Side


def compare(judgements: Sequence[JudgementRecord]) -> Iterator[Comparison]:
    """Every pair of responses on which a preference was asked, `CANNOT_JUDGE` included."""
    for judgement in judgements:
        for verdict in judgement.verdicts:
            if verdict.outcome is not None:
                yield from _pairs(judgement, verdict)


def _pairs(judgement: JudgementRecord, verdict: VerdictRecord) -> Iterator[Comparison]:
    slots = sorted(range(len(judgement.shown)), key=lambda slot: judgement.shown[slot].variant)
    for first, second in combinations(slots, 2):
        yield Comparison(
            criterion=verdict.criterion,
            judgement=judgement,
            first=judgement.shown[first],
            second=judgement.shown[second],
            first_slot=first + 1,
            second_slot=second + 1,
            side=_side(verdict, first, second),
        )


def _side(verdict: VerdictRecord, first: int, second: int) -> Side:
    if verdict.outcome is not Outcome.RANKED:
        return _WITHOUT_RANKS[verdict.outcome]
    mine, other = verdict.ranks[first], verdict.ranks[second]
    assert mine is not None
    assert other is not None
    if mine == other:
        return Side.TIE
    return Side.WIN if mine < other else Side.LOSS


_WITHOUT_RANKS: dict[Outcome | None, Side] = {
    Outcome.TIE_GOOD: Side.TIE_GOOD,
    Outcome.TIE_BAD: Side.TIE_BAD,
    Outcome.CANNOT_JUDGE: Side.CANNOT_JUDGE,
}

"""Rankings as pairwise votes: the shape that every design shares."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from app.analysis import Side, Votes
from app.results.columns import (
    NOTHING,
    OUTCOMES,
    Booleans,
    CriterionColumns,
    Integers,
    JudgementColumns,
)
from app.tables import Outcome

_RANKED, _GOOD, _BAD, _CANNOT = (
    OUTCOMES.index(outcome)
    for outcome in (Outcome.RANKED, Outcome.TIE_GOOD, Outcome.TIE_BAD, Outcome.CANNOT_JUDGE)
)


@dataclass(frozen=True)
class CriterionVotes:
    """`votes`, the first answer being of the study's earlier variant, with the responses they are
    about and the items, shape (votes,). `cannot_judge`: (variants, variants), how often a pair was
    asked and could not be judged; first over second.
    """

    key: str
    votes: Votes
    first_response: Integers
    second_response: Integers
    item: Integers
    cannot_judge: Integers

    def take(self, kept: Booleans) -> "CriterionVotes":
        return CriterionVotes(
            self.key,
            self.votes.take(kept),
            self.first_response[kept],
            self.second_response[kept],
            self.item[kept],
            self.cannot_judge,
        )


def votes_on(columns: JudgementColumns, criterion: CriterionColumns) -> CriterionVotes:
    """Of a ranking of three answers each pair is a vote. What could not be judged is none."""
    slots = range(columns.slots)
    parts = [_between(columns, criterion, a, b) for a, b in combinations(slots, 2)]
    count = len(columns.variants)
    names: dict[str, Integers] = {
        name: np.concatenate([part[name] for part in parts])
        if parts
        else np.zeros(0, dtype=np.int32)
        for name in _PARTS
    }
    judgement = names["judgement"]
    judged = names["side"] != NOTHING
    refused = np.bincount(
        names["first"][~judged].astype(np.intp) * count + names["second"][~judged],
        minlength=count * count,
    )
    votes = Votes(
        columns.variants,
        names["first"],
        names["second"],
        names["side"],
        columns.prompt[judgement],
        columns.rater[judgement],
        names["left"].astype(np.bool_),
        judgement,
    )
    return CriterionVotes(
        criterion.key,
        votes,
        names["first_response"],
        names["second_response"],
        columns.item[judgement],
        refused.reshape(count, count),
    ).take(judged)


_PARTS = ("judgement", "first", "second", "side", "left", "first_response", "second_response")


def _between(
    columns: JudgementColumns, criterion: CriterionColumns, a: int, b: int
) -> dict[str, Integers]:
    """The answers in slots `a` < `b`; `side` is NOTHING where they could not be judged."""
    shown = columns.shown
    asked = (criterion.outcome > 0) & (shown[:, a] != NOTHING) & (shown[:, b] != NOTHING)
    asked &= shown[:, a] != shown[:, b]
    rows = np.flatnonzero(asked).astype(np.int32)
    left = shown[rows, a] < shown[rows, b]
    side = _sides(criterion, rows, a, b)
    return {
        "judgement": rows,
        "first": np.where(left, shown[rows, a], shown[rows, b]),
        "second": np.where(left, shown[rows, b], shown[rows, a]),
        "side": np.where(left, side, _TURNED[side]),
        "left": left,
        "first_response": np.where(left, columns.response[rows, a], columns.response[rows, b]),
        "second_response": np.where(left, columns.response[rows, b], columns.response[rows, a]),
    }


# The last entry is reached by NOTHING.
_TURNED = np.array(
    [Side.WIN, Side.TIE, Side.TIE_GOOD, Side.TIE_BAD, Side.LOSS, NOTHING], dtype=np.int8
)


def _sides(criterion: CriterionColumns, rows: Integers, a: int, b: int) -> Integers:
    """Of the answer in slot `a`, codes of `Side`."""
    outcome = criterion.outcome[rows]
    # Unsigned ranks would wrap around when subtracted.
    ahead = criterion.ranks[rows, b].astype(np.int16) - criterion.ranks[rows, a]
    ranked = np.where(ahead > 0, Side.WIN, np.where(ahead < 0, Side.LOSS, Side.TIE))
    side = np.select(
        [outcome == _RANKED, outcome == _GOOD, outcome == _BAD],
        [ranked, Side.TIE_GOOD, Side.TIE_BAD],
        default=NOTHING,
    )
    return np.asarray(side, dtype=np.int8)


def cannot_judge(criterion: CriterionColumns) -> int:
    """How many judgements say so."""
    return int((criterion.outcome == _CANNOT).sum())

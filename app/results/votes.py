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

_RANKED, _GOOD, _CANNOT = (
    OUTCOMES.index(outcome) for outcome in (Outcome.RANKED, Outcome.TIE_GOOD, Outcome.CANNOT_JUDGE)
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
    pairs = list(combinations(range(columns.slots), 2))
    parts = [_between(columns, criterion, a, b) for a, b in pairs]
    names = {name: _joined([part[name] for part in parts]) for name in _PARTS}
    judgement = names["judgement"]
    votes = Votes(
        columns.variants,
        names["first"],
        names["second"],
        names["side"],
        columns.prompt[judgement],
        columns.rater[judgement],
        names["left"].astype(np.bool_, copy=False),
        judgement,
    )
    return CriterionVotes(
        criterion.key,
        votes,
        names["first_response"],
        names["second_response"],
        columns.item[judgement],
        sum(
            (_refused(columns, criterion, a, b) for a, b in pairs),
            np.zeros((len(columns.variants),) * 2, dtype=np.intp),
        ),
    )


_PARTS = ("judgement", "first", "second", "side", "left", "first_response", "second_response")


def _joined(parts: list[Integers]) -> Integers:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int32)


def _compared(columns: JudgementColumns, a: int, b: int) -> Booleans:
    """Shape (J,): two variants stood in the slots `a` < `b`."""
    shown = columns.shown
    there = (shown[:, a] != NOTHING) & (shown[:, b] != NOTHING)
    return np.asarray(there & (shown[:, a] != shown[:, b]))


def _refused(columns: JudgementColumns, criterion: CriterionColumns, a: int, b: int) -> Integers:
    """Shape (variants, variants): how often they could not be judged, the earlier one first."""
    rows = np.flatnonzero((criterion.outcome == _CANNOT) & _compared(columns, a, b))
    both = np.sort(columns.shown[rows][:, [a, b]].astype(np.intp), axis=1)
    count = len(columns.variants)
    cells = np.bincount(both[:, 0] * count + both[:, 1], minlength=count * count)
    return cells.reshape(count, count)


def _between(
    columns: JudgementColumns, criterion: CriterionColumns, a: int, b: int
) -> dict[str, Integers]:
    """The answers in slots `a` < `b`, where a preference was given."""
    shown, response = columns.shown, columns.response
    given = (criterion.outcome > 0) & (criterion.outcome != _CANNOT)
    rows = np.flatnonzero(given & _compared(columns, a, b)).astype(np.int32)
    left = shown[rows, a] < shown[rows, b]
    side = _sides(criterion, rows, a, b)
    return {
        "judgement": rows,
        "first": np.where(left, shown[rows, a], shown[rows, b]),
        "second": np.where(left, shown[rows, b], shown[rows, a]),
        "side": np.where(left, side, _TURNED[side]),
        "left": left,
        "first_response": np.where(left, response[rows, a], response[rows, b]),
        "second_response": np.where(left, response[rows, b], response[rows, a]),
    }


_TURNED = np.array([Side.WIN, Side.TIE, Side.TIE_GOOD, Side.TIE_BAD, Side.LOSS], dtype=np.int8)


def _sides(criterion: CriterionColumns, rows: Integers, a: int, b: int) -> Integers:
    """Of the answer in slot `a`, codes of `Side`."""
    outcome = criterion.outcome[rows]
    # Unsigned ranks would wrap around when subtracted.
    ahead = criterion.ranks[rows, b].astype(np.int16) - criterion.ranks[rows, a]
    ranked = np.where(ahead > 0, Side.WIN, np.where(ahead < 0, Side.LOSS, Side.TIE))
    tied = np.where(outcome == _GOOD, Side.TIE_GOOD, Side.TIE_BAD)
    return np.asarray(np.where(outcome == _RANKED, ranked, tied), dtype=np.int8)


def cannot_judge(criterion: CriterionColumns) -> int:
    """How many judgements say so."""
    return int((criterion.outcome == _CANNOT).sum())

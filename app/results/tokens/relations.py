"""Preferences beside how much of an answer is shifted: association, not cause."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from app.analysis.amounts import AmountsOfPair, amounts_of_pairs
from app.results.columns import Floats, JudgementColumns
from app.results.tokens.answers import AnswerNumbers
from app.results.tokens.model import Amount, AmountPair, Relation
from app.results.tokens.scored import ScoredVariant
from app.results.tokens.sentences import relation_finding
from app.results.votes import votes_on
from app.tables import RaterKind

ASKED = {
    "style": (Amount.OPENING_SHIFTED, Amount.OPENING_KL),
    "factuality": (Amount.CONTENT_SHIFTED, Amount.CONTENT_KL),
}
"""What each criterion is held against, by its key; others are held against nothing."""


def relations_of(
    columns: JudgementColumns,
    labels: Mapping[str, str],
    scored: Sequence[ScoredVariant],
    who: RaterKind,
) -> Iterator[Relation]:
    """`columns` without items that are stripped; `labels` of the criteria that ask a preference."""
    tuned = [one.variant for one in scored if not one.is_base]
    for key, amounts in ASKED.items():
        if key not in labels:
            continue
        given = votes_on(columns, columns.criterion(key))
        for amount in amounts:
            of_response = _amounts(columns, scored, amount)
            found = amounts_of_pairs(
                given.votes, of_response[given.first_response], of_response[given.second_response]
            )
            pairs = tuple(_pairs(columns, found, tuned))
            finding = relation_finding(labels[key], amount, pairs, who)
            yield Relation(key, labels[key], amount, pairs, finding)


def _amounts(columns: JudgementColumns, scored: Sequence[ScoredVariant], amount: Amount) -> Floats:
    """Shape (responses,)."""
    found = np.full(len(columns.responses.id), np.nan)
    for one in scored:
        own = one.over_responses(_of_answers(one.answers.numbers, amount), len(found))
        found = np.where(np.isfinite(own), own, found)
    return found


def _of_answers(numbers: AnswerNumbers, amount: Amount) -> Floats:
    match amount:
        case Amount.OPENING_SHIFTED:
            return numbers.opening_shifted
        case Amount.OPENING_KL:
            return numbers.opening_kl
        case Amount.CONTENT_SHIFTED:
            return numbers.content_shifted
        case _:
            return numbers.content_kl


def _pairs(
    columns: JudgementColumns, found: Sequence[AmountsOfPair], tuned: Sequence[int]
) -> Iterator[AmountPair]:
    """Of which something is known, a tuned variant first."""
    for one in found:
        if not one.more.n + one.less.n:
            continue
        first, second = columns.variants[one.first], columns.variants[one.second]
        pair = AmountPair(first, second, one.more, one.less, one.gap, one.unknown)
        yield pair if one.first in tuned else pair.turned()

"""What could have told variants apart, or favoured one for its place."""

from collections import Counter

import numpy as np
from sqlalchemy.orm import Session

from app.analysis.bias import longer_share, self_identification, slot_balance, times
from app.analysis.guesses import told_apart
from app.analysis.intervals import Estimate
from app.results.columns import FEATURES, NOTHING, JudgementColumns, ResponseColumns
from app.results.model import BiasResult, SlotRow
from app.results.records import pseudonyms
from app.results.votes import CriterionVotes
from app.sessions import latest_replies
from app.studies import TOLD_APART
from app.tables import Part, RaterKind, Study

_WORDS = FEATURES.index("tokens")


def bias_result(columns: JudgementColumns) -> BiasResult:
    balance = slot_balance(columns.shown, len(columns.variants))
    responses = columns.responses
    judged = np.unique(columns.response[columns.response != NOTHING])
    introductions = self_identification(
        responses.introduces_itself[judged],
        responses.variant[judged],
        responses.prompt[judged],
        len(columns.variants),
    )
    return BiasResult(
        slots=tuple(
            SlotRow(variant, tuple(map(int, row)))
            for variant, row in zip(columns.variants, balance.counts, strict=True)
        ),
        largest_deviation=balance.largest,
        is_surprising=balance.is_surprising,
        introductions=tuple(zip(columns.variants, introductions, strict=True)),
        times=times(columns.duration_ms, columns.rater),
    )


def won_by_longer(given: CriterionVotes, responses: ResponseColumns) -> Estimate:
    """Of the decided comparisons, the share won by the answer with more words."""
    words = responses.features[:, _WORDS]
    return longer_share(given.votes, words[given.first_response], words[given.second_response])


def told_apart_result(
    session: Session, study: Study, columns: JudgementColumns
) -> tuple[tuple[str, int, Estimate], ...]:
    """What those whose judgements are left said at the end; empty where nobody was asked or has
    answered."""
    names = pseudonyms(session, study, RaterKind.HUMAN)
    left = {columns.raters[place].name for place in np.unique(columns.rater).tolist()}
    said = Counter(
        reply.answers.get(TOLD_APART)
        for (account, part), reply in latest_replies(session, study).items()
        if part is Part.AFTER and names.get(account) in left
    )
    counts = [said["no"], said["unsure"], said["yes"]]
    if not sum(counts):
        return ()
    found = told_apart(*counts)
    words = ("no", "a suspicion", "yes")
    return tuple(zip(words, counts, (found.no, found.unsure, found.yes), strict=True))

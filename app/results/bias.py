"""What could have told variants apart, or favoured one for its place."""

from collections import Counter

from sqlalchemy.orm import Session

from app.analysis.bias import longer_share, self_identification, slot_balance, times
from app.analysis.guesses import told_apart
from app.analysis.intervals import Estimate
from app.results.columns import FEATURES, JudgementColumns, ResponseColumns
from app.results.model import BiasResult, SlotRow
from app.results.votes import CriterionVotes
from app.sessions import latest_replies
from app.studies import TOLD_APART
from app.tables import Part, RaterKind, Study

_WORDS = FEATURES.index("tokens")


def bias_result(
    session: Session, study: Study, columns: JudgementColumns, kind: RaterKind
) -> BiasResult:
    balance = slot_balance(columns.shown, len(columns.variants))
    responses = columns.responses
    introductions = self_identification(
        responses.introduces_itself, responses.variant, responses.prompt, len(columns.variants)
    )
    return BiasResult(
        slots=tuple(
            SlotRow(variant, tuple(map(int, row)))
            for variant, row in zip(columns.variants, balance.counts, strict=True)
        ),
        largest_deviation=balance.largest,
        is_surprising=balance.is_surprising,
        introductions=tuple(zip(columns.variants, introductions, strict=True)),
        told_apart=_told_apart(session, study) if kind is RaterKind.HUMAN else (),
        times=times(columns.duration_ms, columns.rater),
    )


def won_by_longer(given: CriterionVotes, responses: ResponseColumns) -> Estimate:
    """Of the decided comparisons, the share won by the answer with more words."""
    words = responses.features[:, _WORDS]
    return longer_share(given.votes, words[given.first_response], words[given.second_response])


def _told_apart(session: Session, study: Study) -> tuple[tuple[str, int, Estimate], ...]:
    """What raters said at the end; empty where nobody was asked or has answered."""
    replies = latest_replies(session, study)
    said = Counter(
        reply.answers.get(TOLD_APART) for (_, part), reply in replies.items() if part is Part.AFTER
    )
    counts = [said["no"], said["unsure"], said["yes"]]
    if not sum(counts):
        return ()
    found = told_apart(*counts)
    words = ("no", "a suspicion", "yes")
    return tuple(zip(words, counts, (found.no, found.unsure, found.yes), strict=True))

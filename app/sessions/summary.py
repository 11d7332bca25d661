"""What raters replied to the study's own questions, counted: nobody is named."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.sessions.replies import GUESSES
from app.studies import TOLD_APART, Question, QuestionKind, session_of
from app.tables import Account, Invitation, Part, QuestionnaireReply, RaterKind, Study

_WORDS = {"no": "no", "unsure": "a suspicion", "yes": "yes"}


@dataclass(frozen=True)
class QuestionSummary:
    """`counts`: (answer, how many raters), or of numbers (what, value); `texts`: as written."""

    label: str
    counts: list[tuple[str, int | str]]
    texts: list[str]


def latest_replies(session: Session, study: Study) -> dict[tuple[int, Part], QuestionnaireReply]:
    """(account, part) -> the reply that counts. Only people are asked, only theirs are read."""
    query = (
        select(Invitation.account_id, QuestionnaireReply)
        .join(Invitation, Invitation.id == QuestionnaireReply.invitation_id)
        .join(Account, Account.id == Invitation.account_id)
        .where(Invitation.study_id == study.id, Account.rater_kind == RaterKind.HUMAN)
        .order_by(QuestionnaireReply.id)
    )
    return {(account, reply.part): reply for account, reply in session.execute(query)}


def reply_summary(session: Session, study: Study) -> list[QuestionSummary]:
    """In the order asked; empty before the first reply."""
    spec, replies = session_of(study), latest_replies(session, study)
    if not replies:
        return []
    told: defaultdict[Part, list[QuestionnaireReply]] = defaultdict(list)
    for (_, part), reply in replies.items():
        told[part].append(reply)
    summary = [_question(one, told[Part.BEFORE]) for one in spec.before]
    summary += [_question(one, told[Part.AFTER]) for one in spec.after]
    if spec.ask_guess:
        summary.append(_guesses(told[Part.AFTER]))
    return summary


def _question(question: Question, replies: Sequence[QuestionnaireReply]) -> QuestionSummary:
    answers = [reply.answers.get(question.key) for reply in replies]
    given = [answer for answer in answers if answer is not None]
    if question.kind is QuestionKind.TEXT:
        return QuestionSummary(question.label, _missing(answers), list(map(str, given)))
    if question.kind is QuestionKind.NUMBER:
        return QuestionSummary(question.label, _spread(given) + _missing(answers), [])
    return QuestionSummary(
        question.label, _counted(given, question.choices) + _missing(answers), []
    )


def _spread(numbers: Sequence[float]) -> list[tuple[str, int | str]]:
    if not numbers:
        return []
    return [
        ("answered by", len(numbers)),
        ("median", f"{median(numbers):g}"),
        ("from, to", f"{min(numbers):g}, {max(numbers):g}"),
    ]


def _guesses(replies: Sequence[QuestionnaireReply]) -> QuestionSummary:
    said = [reply.answers.get(TOLD_APART) for reply in replies]
    counted = Counter(said)
    counts: list[tuple[str, int | str]] = [(_WORDS[word], counted[word]) for word in GUESSES]
    notes = [reply.note for reply in replies if reply.note]
    return QuestionSummary("Could you tell which answers came from the same source?", counts, notes)


def _counted(given: Sequence[Any], order: Sequence[Any]) -> list[tuple[str, int | str]]:
    counts = Counter(given)
    return [(str(answer), counts[answer]) for answer in order]


def _missing(answers: Sequence[Any]) -> list[tuple[str, int | str]]:
    count = sum(answer is None for answer in answers)
    return [("left out", count)] if count else []

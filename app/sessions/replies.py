"""The study's own questions to a rater: reading what was sent, and keeping it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import now
from app.errors import Conflict, InvalidInput, NotFound, Problem
from app.i18n import gettext
from app.ratings import Rater, rater_progress
from app.sessions.guesses import parse_guesses, tell_kinds
from app.studies import TOLD_APART, Question, QuestionKind, asks_after, asks_kinds, session_of
from app.tables import Guess, Part, QuestionnaireReply, Study, StudyState, VariantKind

GUESSES = ("no", "unsure", "yes")
_MAX_TEXT = 5000

Reply = dict[str, Any]


def has_replied(session: Session, rater: Rater, part: Part) -> bool:
    query = select(QuestionnaireReply.id).where(
        QuestionnaireReply.invitation_id == rater.invitation.id, QuestionnaireReply.part == part
    )
    return session.scalar(query.limit(1)) is not None


def questions_of(study: Study, part: Part) -> Sequence[Question]:
    """Raises NotFound where the study asks nothing; guesses are none of these."""
    spec = session_of(study)
    if not (spec.before if part is Part.BEFORE else asks_after(study)):
        raise NotFound(gettext("There is nothing to answer here."))
    return spec.before if part is Part.BEFORE else spec.after


def parse_reply(study: Study, part: Part, fields: Mapping[str, str]) -> tuple[Reply, str]:
    """-> (answers by the questions' keys, what gave the variants away).

    Raises InvalidInput with one problem per question.
    """
    problems: list[Problem] = []
    answers = {
        question.key: _answer(question, fields, problems) for question in questions_of(study, part)
    }
    note = ""
    if part is Part.AFTER and session_of(study).ask_guess:
        answers[TOLD_APART] = _guess(fields, problems)
        note = _text(fields, f"{TOLD_APART}-how", problems)
    if problems:
        raise InvalidInput(gettext("Some answers are missing."), problems)
    return {key: answer for key, answer in answers.items() if answer is not None}, note


def save_reply(
    session: Session,
    rater: Rater,
    part: Part,
    answers: Reply,
    note: str,
    guesses: Mapping[int, VariantKind | None],
) -> None:
    """Another reply of the same rater is kept beside the first; the newest counts, with its guesses
    (by slot)."""
    session.add(
        QuestionnaireReply(
            invitation_id=rater.invitation.id,
            part=part,
            answers=answers,
            note=note,
            guesses=[Guess(slot_id=slot, kind=kind) for slot, kind in guesses.items()],
        )
    )
    session.flush()


def reply(session: Session, rater: Rater, part: Part, fields: Mapping[str, str]) -> None:
    """Stores what was sent; the last questions are taken when the study has closed, too.

    Raises InvalidInput, and Conflict where nothing is taken from this rater now.
    """
    if part is Part.BEFORE or not rater.may_judge:
        rater.require_open(session)
    if part is Part.AFTER and asks_kinds(rater.study):
        _require_through(session, rater)
        tell_kinds(rater)
    answers, note = parse_reply(rater.study, part, fields)
    guesses = parse_guesses(session, rater, fields) if part is Part.AFTER else {}
    save_reply(session, rater, part, answers, note, guesses)
    if part is Part.AFTER and _is_through(session, rater):
        rater.invitation.completed_at = rater.invitation.completed_at or now()


def _require_through(session: Session, rater: Rater) -> None:
    if not _is_through(session, rater):
        raise Conflict(
            gettext("There is something left to judge."),
            hint=gettext("Go on with it first. These questions come at the end."),
        )


def _is_through(session: Session, rater: Rater) -> bool:
    """Has judged all that there was: the last questions alone earn no completion code."""
    place = rater_progress(session, rater)
    is_over = rater.study.state is not StudyState.OPEN
    return place.done > 0 and (is_over or place.done >= place.total)


def _answer(
    question: Question, fields: Mapping[str, str], problems: list[Problem]
) -> str | float | None:
    text = _text(fields, f"q-{question.key}", problems, question.label)
    if not text:
        if question.required:
            problems.append(Problem(question.label, gettext("please answer.")))
        return None
    match question.kind:
        case QuestionKind.TEXT:
            return text
        case QuestionKind.NUMBER:
            return _number(question, text, problems)
        case QuestionKind.CHOICE:
            return _choice(question, text, problems)


def _text(fields: Mapping[str, str], name: str, problems: list[Problem], label: str = "") -> str:
    text = fields.get(name, "").replace("\r\n", "\n").strip()
    if len(text) > _MAX_TEXT:
        message = gettext("shorten it to %(count)s characters.") % {"count": _MAX_TEXT}
        problems.append(Problem(label, message))
    return text


def _number(question: Question, text: str, problems: list[Problem]) -> float | None:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = float("nan")
    if abs(number) < 1e15:
        return int(number) if number.is_integer() else number
    problems.append(Problem(question.label, gettext("write a number.")))
    return None


def _choice(question: Question, text: str, problems: list[Problem]) -> str | None:
    if text in question.choices:
        return text
    problems.append(Problem(question.label, gettext("choose one of the options.")))
    return None


def _guess(fields: Mapping[str, str], problems: list[Problem]) -> str | None:
    said = fields.get(TOLD_APART, "")
    if said in GUESSES:
        return said
    problems.append(Problem("", gettext("Say whether you could tell the answers apart.")))
    return None

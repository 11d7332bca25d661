"""What a judge still has to be asked, and keeping what it said. Safe to repeat."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engines import Generation
from app.errors import AppError
from app.judges.orders import in_order, judge_page
from app.judges.reading import read_reply
from app.judges.schema import Schema, reply_schema
from app.judges.wording import judge_prompt
from app.ratings import Rater, record
from app.tables import Assignment, Invitation, Item, ItemKind, Judge, JudgeReply, Slot


class Key(NamedTuple):
    """An item in one of its two orders."""

    item_id: int
    is_reversed: bool


@dataclass(frozen=True)
class Task:
    """A request to make."""

    key: Key
    prompt: str
    schema: Schema


@dataclass(frozen=True)
class Replied:
    """What the server sent, or `error`: why it sent nothing."""

    task: Task
    generation: Generation | None
    error: str | None = None


def due(session: Session, judge: Judge) -> list[Key]:
    """Everything that has not given a judgement yet, both orders of an item in a row.

    Gold items come first, then regular ones in the study's order, as many as the judge is to have.
    What failed before is due again.
    """
    done = judged(session, judge)
    wanted = [Key(item, turned) for item in items_of(session, judge) for turned in (False, True)]
    return [key for key in wanted if key not in done]


def items_of(session: Session, judge: Judge) -> list[int]:
    """All that people are asked about, but for training."""
    query = select(Item.id).where(Item.study_id == judge.study_id).order_by(Item.position)
    gold = session.scalars(query.where(Item.kind == ItemKind.GOLD)).all()
    regular = session.scalars(query.where(Item.kind == ItemKind.REGULAR).limit(judge.most_items))
    return [*gold, *regular]


def judged(session: Session, judge: Judge) -> set[Key]:
    accounts = (judge.drawn_id, judge.reversed_id)
    query = select(Assignment.item_id, Assignment.account_id).where(
        Assignment.account_id.in_(accounts), Assignment.submitted_at.is_not(None)
    )
    rows = session.execute(query)
    return {Key(item_id, account_id == judge.reversed_id) for item_id, account_id in rows}


def tasks(session: Session, judge: Judge, keys: Sequence[Key]) -> list[Task]:
    """The requests, in words."""
    return [task_of(session, judge, key) for key in keys]


def task_of(session: Session, judge: Judge, key: Key) -> Task:
    item = session.get_one(Item, key.item_id)
    page = judge_page(session, judge, item, is_reversed=key.is_reversed)
    reasons = judge.asks_reasons
    prompt = judge_prompt(page, judge.study.instructions, asks_reasons=reasons)
    numbers = [answer.number for answer in page.answers]
    return Task(key, prompt, reply_schema(page.criteria, numbers, asks_reasons=reasons))


# --- keeping ------------------------------------------------------------------------------------


def save_replies(session: Session, judge: Judge, batch: Sequence[Replied]) -> None:
    """Every reply as it came, and a judgement of each that can be read; the first one counts."""
    done = judged(session, judge)
    for replied in batch:
        reply = _reply(judge, replied)
        session.add(reply)
        if reply.failure is None and replied.task.key not in done:
            _judge(session, judge, replied, reply)
    session.flush()


def _reply(judge: Judge, replied: Replied) -> JudgeReply:
    generation, key = replied.generation, replied.task.key
    return JudgeReply(
        judge_id=judge.id,
        item_id=key.item_id,
        is_reversed=key.is_reversed,
        text=generation.text if generation else "",
        failure=replied.error,
        finish_reason=generation.finish_reason if generation else None,
        prompt_hash=hashlib.sha256(replied.task.prompt.encode()).hexdigest(),
        prompt_tokens=generation.prompt_tokens if generation else None,
        completion_tokens=generation.completion_tokens if generation else None,
        latency_ms=generation.latency_ms if generation else None,
    )


def _judge(session: Session, judge: Judge, replied: Replied, reply: JudgeReply) -> None:
    """Through the same checks as a rater's form; what does not pass them is a failure."""
    item = session.get_one(Item, reply.item_id)
    try:
        form = read_reply(reply.text, judge.study.criteria, len(item.responses))
    except AppError as error:
        reply.failure = _cut_off(replied.generation) or str(error)
        return
    assignment = _assignment(judge, item, is_reversed=reply.is_reversed)
    session.add(assignment)
    session.flush()
    record(session, rater_of(session, judge, assignment.account_id), assignment, form)


def _cut_off(generation: Generation | None) -> str | None:
    if generation is None or generation.finish_reason != "length":
        return None
    hint = "Give the variant more max_tokens in models.yaml, or more room for its context."
    return f"The reply was cut off after {generation.completion_tokens} tokens. {hint}"


def _assignment(judge: Judge, item: Item, *, is_reversed: bool) -> Assignment:
    shown = in_order(judge, item, is_reversed=is_reversed)
    return Assignment(
        item=item,
        account_id=judge.reversed_id if is_reversed else judge.drawn_id,
        position=item.position + 1,
        slots=[Slot(number=place, response_id=one.id) for place, one in enumerate(shown, start=1)],
    )


def rater_of(session: Session, judge: Judge, account_id: int) -> Rater:
    query = select(Invitation).where(
        Invitation.study_id == judge.study_id, Invitation.account_id == account_id
    )
    invitation = session.scalars(query).one()
    return Rater(invitation.account, judge.study, invitation)

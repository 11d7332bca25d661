"""How far a judge is, and what went wrong on the way."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.judges.ownership import is_interrupted
from app.judges.work import Key, items_of, judged
from app.tables import Assignment, Item, ItemKind, Judge, Judgement, JudgeReply


@dataclass(frozen=True)
class JudgeProgress:
    """Counts of requests: two per item. `failed` are due again at the next start; `failures` says
    why, the most frequent first. `gold_passed` of `gold_seen` judgements of gold items were as
    expected. Tokens are those that the server counted, of failed requests, too.
    """

    total: int
    done: int
    failed: int
    failures: tuple[tuple[str, int], ...]
    interrupted: bool
    gold_passed: int
    gold_seen: int
    prompt_tokens: int
    completion_tokens: int

    @property
    def due(self) -> int:
        return self.total - self.done


def judge_progress(session: Session, judge: Judge) -> JudgeProgress:
    done = judged(session, judge)
    wanted = {Key(item, turned) for item in items_of(session, judge) for turned in (False, True)}
    failures = _failures(session, judge, done)
    passed = _gold(session, judge)
    sums = select(func.sum(JudgeReply.prompt_tokens), func.sum(JudgeReply.completion_tokens)).where(
        JudgeReply.judge_id == judge.id
    )
    prompt_tokens, completion_tokens = session.execute(sums).one()
    return JudgeProgress(
        total=len(wanted | done),
        done=len(done),
        failed=sum(count for _, count in failures),
        failures=failures,
        interrupted=is_interrupted(judge),
        gold_passed=sum(passed),
        gold_seen=len(passed),
        prompt_tokens=int(prompt_tokens or 0),
        completion_tokens=int(completion_tokens or 0),
    )


def unread(session: Session, judge: Judge, *, limit: int = 5) -> list[JudgeReply]:
    """The last replies of which nothing came, newest first."""
    query = (
        select(JudgeReply)
        .where(JudgeReply.judge_id == judge.id, JudgeReply.failure.is_not(None))
        .where(JudgeReply.text != "")
        .order_by(JudgeReply.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def _failures(session: Session, judge: Judge, done: set[Key]) -> tuple[tuple[str, int], ...]:
    """Of what has not been judged since; the latest reason of each request."""
    query = (
        select(JudgeReply.item_id, JudgeReply.is_reversed, JudgeReply.failure)
        .where(JudgeReply.judge_id == judge.id, JudgeReply.failure.is_not(None))
        .order_by(JudgeReply.id)
    )
    rows = session.execute(query)
    latest = {Key(item, turned): failure or "" for item, turned, failure in rows}
    counts: dict[str, int] = {}
    for key, failure in latest.items():
        if key not in done:
            counts[failure] = counts.get(failure, 0) + 1
    return tuple(sorted(counts.items(), key=lambda entry: -entry[1]))


def _gold(session: Session, judge: Judge) -> Sequence[bool]:
    accounts = (judge.drawn_id, judge.reversed_id)
    query = (
        select(Judgement.passed)
        .join(Assignment, Assignment.id == Judgement.assignment_id)
        .join(Item, Item.id == Assignment.item_id)
        .where(Assignment.account_id.in_(accounts), Item.kind == ItemKind.GOLD)
    )
    return [bool(passed) for passed in session.scalars(query)]

"""Who works on a judge: one process at a time, by the rules of `app.runs.ownership`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import now
from app.errors import AppError, Conflict, EngineError, NotFound
from app.judges.create import get_judge
from app.judges.work import Replied, save_replies
from app.runner import unexpected
from app.runs import is_held
from app.tables import Judge, RunState


def claim(session: Session, judge_id: int, owner: str, at: datetime) -> Judge:
    """The judge, now running and ours. Raises NotFound, or Conflict while another has it."""
    judge = session.get(Judge, judge_id, with_for_update=True)
    if judge is None:
        raise NotFound("There is no such judge.")
    if is_held(judge.owner, judge.heartbeat_at, at):
        raise being_worked_on(judge.name)
    judge.state, judge.owner, judge.heartbeat_at = RunState.RUNNING, owner, at
    judge.started_at, judge.finished_at = judge.started_at or at, None
    judge.error = judge.log_tail = None
    session.flush()
    return judge


def being_worked_on(name: str) -> Conflict:
    return Conflict(f"The judge {name} is at work already.", hint="Stop it first, or wait.")


def request_stop(session: Session, judge_id: int) -> None:
    """Whoever works on it sees it at the next heartbeat. Raises NotFound, Conflict."""
    judge = get_judge(session, judge_id)
    if judge.state not in (RunState.RUNNING, RunState.STOPPED):
        raise Conflict(f"The judge {judge.name} is {judge.state}: there is nothing to stop.")
    judge.state = RunState.STOPPED


def interrupted(session: Session, at: datetime) -> list[int]:
    """Judges that say running while nobody works on them, oldest first."""
    query = select(Judge).where(Judge.state == RunState.RUNNING).order_by(Judge.id)
    running = session.scalars(query)
    return [one.id for one in running if not is_held(one.owner, one.heartbeat_at, at)]


def is_interrupted(judge: Judge) -> bool:
    running = judge.state is RunState.RUNNING
    return running and not is_held(judge.owner, judge.heartbeat_at, now())


@dataclass(frozen=True)
class JudgeLedger:
    """Of a judge that `owner` has claimed; see `app.runner.Ledger`."""

    judge_id: int
    owner: str

    def beat(self, session: Session) -> bool:
        ours = (Judge.id == self.judge_id, Judge.owner == self.owner)
        query = update(Judge).where(*ours, Judge.state == RunState.RUNNING)
        return session.scalar(query.values(heartbeat_at=now()).returning(Judge.id)) is not None

    def save(self, session: Session, batch: list[Replied]) -> None:
        save_replies(session, get_judge(session, self.judge_id), batch)

    def tokens(self, batch: list[Replied]) -> int:
        return sum(one.generation.completion_tokens or 0 for one in batch if one.generation)

    def begin(self, session: Session, provenance: dict[str, Any]) -> None:
        """Notes what will judge, before the first reply."""
        get_judge(session, self.judge_id).provenance = provenance

    def fail(self, session: Session, error: AppError) -> None:
        """Gives the judge up until it is started again."""
        judge = get_judge(session, self.judge_id)
        judge.state, judge.error = RunState.FAILED, str(error)
        judge.log_tail = error.log_tail if isinstance(error, EngineError) else None

    def conclude(self, session: Session, finished: bool, defect: BaseException | None) -> None:
        judge = get_judge(session, self.judge_id)
        if judge.owner != self.owner:
            return
        judge.owner = judge.heartbeat_at = None
        if defect is not None:
            self.fail(session, unexpected("judge", defect))
        elif finished and judge.state is RunState.RUNNING:
            judge.state = RunState.DONE
        if finished or defect is not None:
            judge.finished_at = now()

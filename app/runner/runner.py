"""Runner: starts, stops and resumes runs in this process."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.db import Database
from app.engines import EnginePool, generate
from app.errors import Conflict
from app.runner.answering import AnswerLane, Ask, Member
from app.runner.background import Background
from app.runner.flight import Effort
from app.runner.job import Claimed
from app.runner.ledger import Outcome, RunLedger
from app.runner.plan import begin
from app.runner.writer import Batching, Writer
from app.runs import being_worked_on, interrupted, request_stop
from app.settings import Settings


class Runner(Background[Outcome]):
    """Asks every response that a run is missing, engine by engine."""

    what = "run"

    def __init__(
        self,
        database: Database,
        pool: EnginePool,
        settings: Settings,
        *,
        ask: Ask = generate,
        effort: Effort | None = None,
        batching: Batching | None = None,
    ) -> None:
        super().__init__(database, batching or Batching())
        self._pool = pool
        self._ask = ask
        self._effort = effort or Effort(settings.concurrency)

    def _claim(self, session: Session, run_id: int, at: datetime) -> Claimed[Outcome]:
        plan = begin(session, run_id, self._owner, at)
        ledger = RunLedger(run_id, self._owner)
        return Claimed(ledger, plan.due, lambda writer: self._lanes(writer, plan.members))

    def _lanes(self, writer: Writer[Outcome], members: list[Member]) -> list[AnswerLane]:
        by_name = {member.spec.name: member for member in members}
        return [
            AnswerLane(
                self._database,
                self._pool,
                self._ask,
                writer,
                self._effort,
                [by_name[spec.name] for spec in group],
            )
            for group in self._pool.group([member.spec for member in members])
        ]

    def _request_stop(self, session: Session, run_id: int) -> None:
        request_stop(session, run_id)

    def _interrupted(self, session: Session, at: datetime) -> list[int]:
        return interrupted(session, at)

    def _being_worked_on(self) -> Conflict:
        return being_worked_on()

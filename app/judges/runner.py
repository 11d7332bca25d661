"""JudgeRunner: starts, stops and resumes judges in this process."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.db import Database
from app.engines import EnginePool, generate
from app.errors import Conflict
from app.judges.lane import AskJudge, JudgeLane
from app.judges.ownership import JudgeLedger, being_worked_on, claim, interrupted, request_stop
from app.judges.plan import JudgePlan, plan_of
from app.judges.work import Replied
from app.runner import Background, Batching, Claimed, Effort, Writer
from app.settings import Settings


class JudgeRunner(Background[Replied]):
    """Asks a judge for every judgement that it is missing."""

    what = "judge"

    def __init__(
        self,
        database: Database,
        pool: EnginePool,
        settings: Settings,
        *,
        ask: AskJudge = generate,
        effort: Effort | None = None,
        batching: Batching | None = None,
    ) -> None:
        super().__init__(database, batching or Batching(size=16))
        self._pool = pool
        self._ask = ask
        self._effort = effort or Effort(settings.concurrency)

    def _claim(self, session: Session, judge_id: int, at: datetime) -> Claimed[Replied]:
        plan = plan_of(session, claim(session, judge_id, self._owner, at))
        ledger = JudgeLedger(judge_id, self._owner)
        return Claimed(ledger, len(plan.due), lambda writer: [self._lane(writer, ledger, plan)])

    def _lane(self, writer: Writer[Replied], ledger: JudgeLedger, plan: JudgePlan) -> JudgeLane:
        return JudgeLane(self._database, self._pool, self._ask, writer, self._effort, ledger, plan)

    def _request_stop(self, session: Session, judge_id: int) -> None:
        request_stop(session, judge_id)

    def _interrupted(self, session: Session, at: datetime) -> list[int]:
        return interrupted(session, at)

    def _being_worked_on(self) -> Conflict:
        return being_worked_on("of this study")

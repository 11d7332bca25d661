"""Starts, stops and resumes judges in this process, as `app.runner.Runner` does runs."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import Database, now
from app.engines import EnginePool, generate
from app.errors import AppError
from app.judges.lane import AskJudge, JudgeLane
from app.judges.ownership import JudgeLedger, being_worked_on, claim, interrupted, request_stop
from app.judges.plan import JudgePlan, plan_of
from app.judges.work import Replied
from app.runner import Batching, Effort, Job, RateResult, Writer
from app.runs import new_owner
from app.settings import Settings
from app.threads import reading, writing

log = logging.getLogger("triptych.judges")


class JudgeRunner:
    """Works on any number of judges; each is worked on by one process at a time."""

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
        self._database = database
        self._pool = pool
        self._ask = ask
        self._effort = effort or Effort(settings.concurrency)
        self._batching = batching or Batching(size=16)
        self._owner = new_owner()
        self._jobs: dict[int, Job[Replied]] = {}

    async def start(self, judge_id: int) -> None:
        """Starts or resumes in the background: asks for every judgement still missing.

        Raises NotFound, Conflict when somebody works on it, AppError where it cannot be asked.
        """
        if judge_id in self._jobs:  # the database cannot tell when our heartbeat is late
            raise being_worked_on("of this study")
        plan = await writing(self._database, lambda s: self._begin(s, judge_id, now()))
        ledger = JudgeLedger(judge_id, self._owner)
        job = Job(
            self._database,
            judge_id,
            ledger,
            len(plan.due),
            self._batching,
            lambda writer: [self._lane(writer, ledger, plan)],
        )
        self._jobs[judge_id] = job
        job.task.add_done_callback(lambda _: self._forget(job))

    def _begin(self, session: Session, judge_id: int, at: datetime) -> JudgePlan:
        return plan_of(session, claim(session, judge_id, self._owner, at))

    def _lane(self, writer: Writer[Replied], ledger: JudgeLedger, plan: JudgePlan) -> JudgeLane:
        return JudgeLane(self._database, self._pool, self._ask, writer, self._effort, ledger, plan)

    def _forget(self, job: Job[Replied]) -> None:
        if self._jobs.get(job.key) is job:
            del self._jobs[job.key]

    async def stop(self, judge_id: int) -> None:
        """Stops the judge, whichever process works on it; returns when ours has saved all it had.

        Raises NotFound, Conflict when it is not at work.
        """
        await writing(self._database, lambda s: request_stop(s, judge_id))
        if job := self._jobs.get(judge_id):
            job.check()
            await self.wait(judge_id)

    async def wait(self, judge_id: int) -> None:
        """Until the judge is not worked on by this runner."""
        if job := self._jobs.get(judge_id):
            await asyncio.wait([job.task])

    def rate(self, judge_id: int) -> RateResult | None:
        """None when this runner does not work on the judge."""
        job = self._jobs.get(judge_id)
        return job.rate.result() if job else None

    async def changes(self, judge_id: int) -> AsyncIterator[RateResult]:
        """Now, after every commit and at the end; nothing when this runner is not on it."""
        if job := self._jobs.get(judge_id):
            async for result in job.changes():
                yield result

    async def resume_interrupted(self) -> list[int]:
        """Starts every judge whose process is gone, and says which."""
        judges = await reading(self._database, lambda s: interrupted(s, now()))
        return [judge_id for judge_id in judges if await self._resume(judge_id)]

    async def _resume(self, judge_id: int) -> bool:
        try:
            await self.start(judge_id)
        except AppError as error:
            log.warning("judge %s cannot be resumed: %s", judge_id, error)
            return False
        return True

    async def close(self) -> None:
        """Ends all work, keeping what is finished; the next start resumes it."""
        tasks = [job.task for job in self._jobs.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

"""Runner: starts, stops and resumes runs in this process."""

import asyncio
import logging
from collections.abc import AsyncIterator

from app.db import Database, now
from app.engines import EnginePool, generate
from app.errors import AppError
from app.runner.backlog import Member
from app.runner.job import Job, begin
from app.runner.lane import Ask, Effort, Lane
from app.runner.ledger import Outcome, RunLedger
from app.runner.rate import RateResult
from app.runner.writer import Batching, Writer
from app.runs import being_worked_on, interrupted, new_owner, request_stop
from app.settings import Settings
from app.threads import reading, writing

log = logging.getLogger("triptych.runner")


class Runner:
    """Works on any number of runs; a run is worked on by one runner of all processes."""

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
        self._database = database
        self._pool = pool
        self._ask = ask
        self._effort = effort or Effort(settings.concurrency)
        self._batching = batching or Batching()
        self._owner = new_owner()
        self._jobs: dict[int, Job[Outcome]] = {}

    async def start(self, run_id: int) -> None:
        """Starts or resumes in the background: asks for every response still missing.

        Raises NotFound, Conflict when a runner is already on it, AppError for recorded answers.
        """
        if run_id in self._jobs:  # the database cannot tell when our heartbeat is late
            raise being_worked_on()
        plan = await writing(self._database, lambda s: begin(s, run_id, self._owner, now()))
        job = Job(
            self._database,
            run_id,
            RunLedger(run_id, self._owner),
            plan.due,
            self._batching,
            lambda writer: self._lanes(writer, plan.members),
        )
        self._jobs[run_id] = job
        job.task.add_done_callback(lambda _: self._forget(job))

    def _lanes(self, writer: Writer[Outcome], members: list[Member]) -> list[Lane]:
        by_name = {member.spec.name: member for member in members}
        return [
            Lane(
                self._database,
                self._pool,
                self._ask,
                writer,
                self._effort,
                [by_name[spec.name] for spec in group],
            )
            for group in self._pool.group([member.spec for member in members])
        ]

    def _forget(self, job: Job[Outcome]) -> None:
        if self._jobs.get(job.key) is job:
            del self._jobs[job.key]

    async def stop(self, run_id: int) -> None:
        """Stops the run, whichever process works on it; returns when ours has saved all it had.

        Raises NotFound, Conflict when the run is not running.
        """
        await writing(self._database, lambda s: request_stop(s, run_id))
        if job := self._jobs.get(run_id):
            job.check()
            await self.wait(run_id)

    async def wait(self, run_id: int) -> None:
        """Until the run is not worked on by this runner."""
        if job := self._jobs.get(run_id):
            await asyncio.wait([job.task])

    def rate(self, run_id: int) -> RateResult | None:
        """None when this runner does not work on the run."""
        job = self._jobs.get(run_id)
        return job.rate.result() if job else None

    async def changes(self, run_id: int) -> AsyncIterator[RateResult]:
        """Now, after every commit and at the end; nothing when this runner is not on the run."""
        if job := self._jobs.get(run_id):
            async for result in job.changes():
                yield result

    async def resume_interrupted(self) -> list[int]:
        """Starts every run whose process is gone, and says which."""
        runs = await reading(self._database, lambda s: interrupted(s, now()))
        return [run_id for run_id in runs if await self._resume(run_id)]

    async def _resume(self, run_id: int) -> bool:
        try:
            await self.start(run_id)
        except AppError as error:
            log.warning("run %s cannot be resumed: %s", run_id, error)
            return False
        return True

    async def close(self) -> None:
        """Ends the work on all runs, keeping what is finished; the next start resumes them."""
        tasks = [job.task for job in self._jobs.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

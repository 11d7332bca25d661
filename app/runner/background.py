"""Work in the background of this process: started, stopped, watched and resumed by its id."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from sqlalchemy.orm import Session

from app.db import Database, now
from app.errors import AppError, Conflict
from app.runner.job import Claimed, Job
from app.runner.rate import RateResult
from app.runner.writer import Batching
from app.runs import new_owner
from app.threads import reading, writing

log = logging.getLogger("triptych.runner")

Outcome = TypeVar("Outcome")


class Background(ABC, Generic[Outcome]):
    """Works on any number of things of one kind; each is worked on by one of all processes.

    A kind says how its things are claimed, stopped and found again; `what` it is, in the log.
    """

    what: ClassVar[str]

    def __init__(self, database: Database, batching: Batching) -> None:
        self._database = database
        self._batching = batching
        self._owner = new_owner()
        self._jobs: dict[int, Job[Outcome]] = {}

    @abstractmethod
    def _claim(self, session: Session, key: int, at: datetime, /) -> Claimed[Outcome]:
        """Makes it the work of `self._owner`, in a write session.

        Raises NotFound, Conflict when somebody works on it, AppError where it cannot be asked.
        """

    @abstractmethod
    def _request_stop(self, session: Session, key: int, /) -> None:
        """Its owner sees it at the next heartbeat. Raises NotFound, Conflict."""

    @abstractmethod
    def _interrupted(self, session: Session, at: datetime, /) -> list[int]:
        """What says that it is running while nobody works on it, oldest first."""

    @abstractmethod
    def _being_worked_on(self) -> Conflict:
        """What to raise when this process works on it already."""

    async def start(self, key: int) -> None:
        """Starts or resumes in the background: asks for everything that is still missing.

        Raises NotFound, Conflict when somebody works on it, AppError where it cannot be asked.
        """
        if key in self._jobs:  # the database cannot tell when our heartbeat is late
            raise self._being_worked_on()
        claimed = await writing(self._database, lambda s: self._claim(s, key, now()))
        job = Job(self._database, key, claimed, self._batching)
        self._jobs[key] = job
        job.task.add_done_callback(lambda _: self._forget(job))

    def _forget(self, job: Job[Outcome]) -> None:
        if self._jobs.get(job.key) is job:
            del self._jobs[job.key]

    async def stop(self, key: int) -> None:
        """Stops the work, whichever process does it; returns when ours has saved all it had.

        Raises NotFound, Conflict when nobody is to work on it.
        """
        await writing(self._database, lambda s: self._request_stop(s, key))
        if job := self._jobs.get(key):
            job.check()
            await self.wait(key)

    async def wait(self, key: int) -> None:
        """Until this process does not work on it."""
        if job := self._jobs.get(key):
            await asyncio.wait([job.task])

    def rate(self, key: int) -> RateResult | None:
        """None when this process does not work on it."""
        job = self._jobs.get(key)
        return job.rate.result() if job else None

    async def changes(self, key: int) -> AsyncIterator[RateResult]:
        """Now, after every commit and at the end; nothing when this process is not on it."""
        if job := self._jobs.get(key):
            async for result in job.changes():
                yield result

    async def resume_interrupted(self) -> list[int]:
        """Starts everything whose process is gone, and says which."""
        keys = await reading(self._database, lambda s: self._interrupted(s, now()))
        return [key for key in keys if await self._resume(key)]

    async def _resume(self, key: int) -> bool:
        try:
            await self.start(key)
        except AppError as error:
            log.warning("%s %s cannot be resumed: %s", self.what, key, error)
            return False
        return True

    async def close(self) -> None:
        """Ends all work, keeping what is finished; the next start resumes it."""
        tasks = [job.task for job in self._jobs.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

"""Work in the background of this process: lanes, writer and heartbeat, from claim to release."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from sqlalchemy.orm import Session

from app.db import Database
from app.errors import AppError
from app.runner.backlog import Member
from app.runner.ledger import Ledger
from app.runner.rate import RateResult, RunRate
from app.runner.writer import Batching, Writer
from app.runs import claim, due, effective_sampling, fail_variant, progress
from app.tables import Run, RunState, RunVariant
from app.threads import writing
from app.variants import spec_of

log = logging.getLogger("triptych.runner")

_HEARTBEAT = 2.0
Outcome = TypeVar("Outcome")


@dataclass(frozen=True)
class Plan:
    """The variants of a claimed run that have work, and how many requests that is."""

    members: list[Member]
    due: int


def begin(session: Session, run_id: int, owner: str, at: datetime) -> Plan:
    """Claims the run. Raises what `claim` raises; a variant that cannot be asked has failed."""
    run = claim(session, run_id, owner, at)
    members = [_member(session, run, member) for member in run.variants]
    return Plan([member for member in members if member], progress(session, run).due)


def _member(session: Session, run: Run, member: RunVariant) -> Member | None:
    if not due(session, member.id, limit=1):
        member.state = RunState.DONE
        return None
    try:
        spec = spec_of(member.variant)
    except AppError as error:
        fail_variant(session, member.id, error)
        return None
    return Member(member.id, spec, effective_sampling(run, spec), run.seed)


class Works(Protocol):
    """One engine's share of the work."""

    async def run(self) -> None: ...


class Job(Generic[Outcome]):
    """Runs as one task; ends by finishing, by a stop request, by cancelling or by a defect.

    `key` names it among its runner's jobs, `due` is how many requests it has to make.
    """

    def __init__(
        self,
        database: Database,
        key: int,
        ledger: Ledger[Outcome],
        due: int,
        batching: Batching,
        lanes: Callable[[Writer[Outcome]], Sequence[Works]],
    ) -> None:
        self.key = key
        self.rate = RunRate(due)
        self._database = database
        self._ledger = ledger
        self._writer = Writer(database, batching, ledger.save, self._count)
        self._lanes = lanes(self._writer)
        self._nudge = asyncio.Event()
        self._news = asyncio.Event()
        self.task = asyncio.create_task(self._run())
        self.task.add_done_callback(lambda _: self._tell())

    def check(self) -> None:
        """Looks for a stop request now instead of at the next heartbeat."""
        self._nudge.set()

    async def changes(self) -> AsyncIterator[RateResult]:
        """Now, after every commit, and at the end."""
        while True:
            news, ended = self._news, self.task.done()
            yield self.rate.result()
            if ended:
                return
            await news.wait()

    async def _run(self) -> None:
        lanes = asyncio.create_task(self._work())
        writer = asyncio.create_task(self._writer.run())
        beat = asyncio.create_task(self._beat())
        try:
            await asyncio.wait([lanes, writer, beat], return_when=asyncio.FIRST_COMPLETED)
        finally:
            await asyncio.shield(self._end(lanes, writer, beat))

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes:
                group.create_task(lane.run())

    async def _beat(self) -> None:
        """Returns when the work was stopped or taken by another runner."""
        while await writing(self._database, self._ledger.beat):
            with suppress(TimeoutError):
                async with asyncio.timeout(_HEARTBEAT):
                    await self._nudge.wait()
            self._nudge.clear()

    async def _end(
        self, lanes: asyncio.Task[None], writer: asyncio.Task[None], beat: asyncio.Task[None]
    ) -> None:
        """Drops what is in flight, writes what is finished, then gives the work up."""
        lanes.cancel()
        await asyncio.wait([lanes])
        self._writer.close()
        await asyncio.wait([writer])
        beat.cancel()
        await asyncio.wait([beat])
        defect = next((e for e in map(_defect, (lanes, writer, beat)) if e), None)
        finished = defect is None and not lanes.cancelled()
        if defect is not None:
            log.error("the work on %s ended by a defect", self.key, exc_info=defect)
        await writing(self._database, lambda s: self._ledger.conclude(s, finished, defect))

    def _count(self, batch: list[Outcome]) -> None:
        self.rate.record(len(batch), self._ledger.tokens(batch))
        self._tell()

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()


def _defect(task: asyncio.Task[None]) -> BaseException | None:
    return None if task.cancelled() else task.exception()

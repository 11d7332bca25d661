"""One piece of work in the background: lanes, writer and heartbeat, from claim to release."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from app.db import Database
from app.runner.ledger import Ledger
from app.runner.rate import RateResult, RunRate
from app.runner.writer import Batching, Writer
from app.threads import writing

log = logging.getLogger("triptych.runner")

_HEARTBEAT = 2.0
Outcome = TypeVar("Outcome")


class Works(Protocol):
    """A share of the work, that of one engine for example."""

    async def run(self) -> None: ...


@dataclass(frozen=True)
class Claimed(Generic[Outcome]):
    """Work that is ours: what is kept of it, how many requests it takes, and who makes them.

    Lanes hand every outcome to the writer that they are made with.
    """

    ledger: Ledger[Outcome]
    due: int
    lanes: Callable[[Writer[Outcome]], Sequence[Works]]


class Job(Generic[Outcome]):
    """Runs as one task; ends by finishing, by a stop request, by cancelling or by a defect.

    `key` names it among the jobs of its kind.
    """

    def __init__(
        self, database: Database, key: int, claimed: Claimed[Outcome], batching: Batching
    ) -> None:
        self.key = key
        self.rate = RunRate(claimed.due)
        self._database = database
        self._ledger = claimed.ledger
        self._writer = Writer(database, batching, claimed.ledger.save, self._count)
        self._lanes = claimed.lanes(self._writer)
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

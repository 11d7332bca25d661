"""Results to the database in batches: one write transaction each, in a worker thread."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from app.db import Database
from app.threads import writing

Outcome = TypeVar("Outcome")


@dataclass(frozen=True)
class Batching:
    """A batch is written when it has `size` results or is `seconds` old."""

    size: int = 64
    seconds: float = 0.5


class Writer(Generic[Outcome]):
    """`save` writes a batch in one transaction, `saved` is called after its commit. Whatever was
    `put` is written, also after a cancel."""

    def __init__(
        self,
        database: Database,
        batching: Batching,
        save: Callable[[Session, list[Outcome]], None],
        saved: Callable[[list[Outcome]], None],
    ) -> None:
        self._database = database
        self._batching = batching
        self._save_batch = save
        self._saved = saved
        self._queue: asyncio.Queue[Outcome | None] = asyncio.Queue()
        self._drained = asyncio.Event()
        self._put = self._written = 0

    async def put(self, outcome: Outcome) -> None:
        """Hands over at once, then waits while the database is behind."""
        self._queue.put_nowait(outcome)
        self._put += 1
        while self._queue.qsize() > 2 * self._batching.size:
            self._drained.clear()
            await self._drained.wait()

    async def flushed(self) -> None:
        """Until all that was put before is written; only while `run` runs."""
        wanted = self._put
        while self._written < wanted:
            self._drained.clear()
            await self._drained.wait()

    def close(self) -> None:
        """After the last `put`: `run` writes what is waiting and returns."""
        self._queue.put_nowait(None)

    async def run(self) -> None:
        open_ = True
        while open_:
            batch, open_ = await self._next_batch()
            if batch:
                await self._save(batch)

    async def _next_batch(self) -> tuple[list[Outcome], bool]:
        """-> (results in order of arrival, whether more may come)."""
        batch: list[Outcome] = []
        outcome = await self._queue.get()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._batching.seconds):
                while outcome is not None:
                    batch.append(outcome)
                    if len(batch) == self._batching.size:
                        break
                    outcome = await self._queue.get()
        return batch, outcome is not None

    async def _save(self, batch: list[Outcome]) -> None:
        await writing(self._database, lambda session: self._save_batch(session, batch))
        self._written += len(batch)
        self._saved(batch)
        self._drained.set()

"""Results to the database in batches."""

import asyncio

from app.db import Database
from app.runner import Batching, Writer


def test_flushed_waits_for_what_was_put_before_and_no_longer(database: Database) -> None:
    written: list[int] = []

    async def both() -> None:
        writer: Writer[int] = Writer(
            database, Batching(1, 0.01), lambda session, batch: written.extend(batch), more
        )
        queued.append(writer)
        await writer.put(0)
        running = asyncio.create_task(writer.run())
        await writer.flushed()
        going.clear()
        writer.close()
        await running

    queued: list[Writer[int]] = []
    puts: list[asyncio.Future[None]] = []
    going = [True]

    def more(batch: list[int]) -> None:
        """Something else is put as soon as anything is written."""
        if going:
            puts.append(asyncio.ensure_future(queued[0].put(batch[-1] + 1)))

    asyncio.run(asyncio.wait_for(both(), 20))
    assert written[0] == 0

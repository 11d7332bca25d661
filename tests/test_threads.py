"""Database work beside an event loop."""

import asyncio
import threading

import pytest
from sqlalchemy.orm import Session

from app.db import Database
from app.tables import PromptSet
from app.threads import whole, writing


def test_a_cancelled_write_is_over_when_the_cancel_arrives(database: Database) -> None:
    """Else a transaction that waits for its turn would write behind the back of what follows."""
    begun, go_on = threading.Event(), threading.Event()

    def act(session: Session) -> None:
        begun.set()
        go_on.wait()
        session.add(PromptSet(name="written", source="", content_hash=""))

    def names() -> list[str]:
        with database.reading() as session:
            return [found.name for found in session.query(PromptSet)]

    async def scenario() -> None:
        task = asyncio.create_task(writing(database, act))
        await asyncio.to_thread(begun.wait)
        task.cancel()
        asyncio.get_running_loop().call_soon(go_on.set)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert names() == ["written"]

    asyncio.run(scenario())


def test_a_cancelled_thread_is_told_and_waited_for() -> None:
    begun, stopped = threading.Event(), threading.Event()
    ended: list[bool] = []

    def act() -> None:
        begun.set()
        ended.append(stopped.wait())

    async def scenario() -> None:
        task = asyncio.create_task(whole(act, stop=stopped.set))
        await asyncio.to_thread(begun.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended == [True]

    asyncio.run(scenario())

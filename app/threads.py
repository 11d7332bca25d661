"""Worker threads for asynchronous code, so that the loop never waits; most for the database."""

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.db import Database

log = logging.getLogger("triptych")

T = TypeVar("T")


async def reading(database: Database, act: Callable[[Session], T]) -> T:
    """Calls `act` with a read session in a worker thread."""

    def call() -> T:
        with database.reading() as session:
            return act(session)

    return await asyncio.to_thread(call)


async def writing(database: Database, act: Callable[[Session], T]) -> T:
    """Calls `act` in one write transaction in a worker thread; returns once it is committed.

    While somebody else's long import keeps the database locked it waits, so that no run ends by
    that; `act` may be called again after a transaction that came to nothing. Cancelling takes
    effect after the transaction, so that nothing is written behind the back of what follows.
    """

    def call() -> T:
        with database.writing() as session:
            return act(session)

    while True:
        try:
            return await whole(call)
        except OperationalError as error:
            if "database is locked" not in str(error.orig):
                raise
            log.warning("The database has been locked by others for long; waiting on.")


async def whole(act: Callable[[], T], *, stop: Callable[[], None] | None = None) -> T:
    """The result of `act` in a worker thread. Cancelling takes effect once it has returned, and
    calls `stop` first, so that an `act` that heeds it does so soon."""
    task = asyncio.ensure_future(asyncio.to_thread(act))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if stop is not None:
            stop()
        await asyncio.wait([task])
        raise

"""Database work for asynchronous code: one session in a worker thread, so the loop never waits."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from app.db import Database

T = TypeVar("T")


async def reading(database: Database, act: Callable[[Session], T]) -> T:
    """Calls `act` with a read session in a worker thread."""

    def call() -> T:
        with database.reading() as session:
            return act(session)

    return await asyncio.to_thread(call)


async def writing(database: Database, act: Callable[[Session], T]) -> T:
    """Calls `act` in one write transaction in a worker thread; returns once it is committed."""

    def call() -> T:
        with database.writing() as session:
            return act(session)

    return await asyncio.to_thread(call)

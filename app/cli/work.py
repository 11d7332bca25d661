"""Work that takes a while in a terminal: it shows how far it is and ends cleanly."""

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import typer

from app.cli.follow import follow
from app.cli.terminal import console, say
from app.db import Database
from app.engines import EnginePool
from app.errors import Conflict
from app.registry import Registry
from app.runner import Background, Runner
from app.runs import get_run, progress
from app.settings import Settings


def until_done(work: Coroutine[Any, Any, None]) -> None:
    """Like asyncio.run; SIGTERM ends the work as Ctrl-C does, so that no engine stays behind."""

    async def cancellable() -> None:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        await work

    try:
        asyncio.run(cancellable())
    except asyncio.CancelledError:
        raise typer.Exit(128 + signal.SIGTERM) from None


def answer(settings: Settings, registry: Registry, database: Database, run_id: int) -> None:
    """Works on a run in this process until it ends, unless nothing is missing."""
    with database.reading() as session:
        if progress(session, get_run(session, run_id)).due == 0:
            return
    until_done(_answer(settings, registry, database, run_id))


async def _answer(settings: Settings, registry: Registry, database: Database, run_id: int) -> None:
    async with opened(EnginePool(registry, settings)) as pool:
        await complete(Runner(database, pool, settings), run_id)


@asynccontextmanager
async def opened(pool: EnginePool) -> AsyncIterator[EnginePool]:
    """Its engines end with this."""
    await pool.open()
    try:
        yield pool
    finally:
        await pool.close()


async def complete(
    runner: Background[Any], key: int, *, things: str = "answers", done: str = "answered"
) -> None:
    """Works on it until it ends; cancelled, it stops the work and keeps what was `done`."""
    try:
        await runner.start(key)
        say("At work; Ctrl-C stops it.")
        await follow(runner, key, console(), things=things)
    except asyncio.CancelledError:
        with suppress(Conflict):  # it ended by itself at the same moment
            await runner.stop(key)
        say(f"Stopped; what was {done} is saved. The same command goes on.")
        raise
    finally:
        await runner.close()

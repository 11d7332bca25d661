"""Turns at the database: whoever has to wait waits here, where it holds no thread.

A request runs in several steps, each in a thread of a bounded pool, and keeps its connection and
locks between them. Were requests to wait for a lock inside a thread, sixty raters who begin at the
same moment would take every thread, and the one that holds the lock could not go on to free it.
"""

import asyncio
from dataclasses import dataclass, field

READERS = 40  # requests that read at the same time; as many as there are threads


@dataclass(frozen=True)
class Turns:
    """One request writes at a time. Fair: first come, first served."""

    reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(READERS))
    writing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

"""Keeps one engine full of requests, outlives its deaths, and finds the request that kills it.

When an engine dies, every request in flight is a suspect. Suspects are asked again in small
company, then alone, so a request that kills engines is the only one that ends as a failure.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.errors import EngineError

# Requests in flight with a suspect of one and of two strikes; the next strike is a failure.
_COMPANY = (8, 1)
STRIKES = len(_COMPANY) + 1

Task = TypeVar("Task")


@dataclass(frozen=True)
class Effort:
    """Requests in flight per engine, and the seconds before each restart without progress."""

    concurrency: int
    back_off: tuple[float, ...] = (1, 2, 5, 15, 30)

    def width(self, strikes: int) -> int:
        """How many may be in flight beside and with a request of so many strikes."""
        return min((self.concurrency, *_COMPANY)[strikes], self.concurrency)


@dataclass(eq=False)
class _Ticket(Generic[Task]):
    """A request; `strikes` counts the engine deaths that it was in flight for."""

    task: Task
    strikes: int = 0


class Flight(Generic[Task]):
    """The requests to one engine, over all its deaths.

    `fresh` gives the next request, None at the end. `strike_out` is told of one that was in flight
    for `STRIKES` deaths, and of the last of these: it is not asked again.
    """

    def __init__(
        self,
        effort: Effort,
        fresh: Callable[[], Awaitable[Task | None]],
        strike_out: Callable[[Task, EngineError], Awaitable[None]],
    ) -> None:
        self._effort = effort
        self._fresh = fresh
        self._strike_out = strike_out
        self._suspects: list[_Ticket[Task]] = []
        self._in_flight: set[_Ticket[Task]] = set()
        self._landed = asyncio.Event()
        self._trouble: EngineError | None = None
        self._deaths = 0

    async def stream(self, ask: Callable[[Task], Awaitable[None]]) -> None:
        """Asks until nothing is left. `ask` raises EngineError when the engine is in trouble.

        Raises that error once all in flight have landed; call again on an engine that works.
        """
        self._trouble = None
        async with asyncio.TaskGroup() as group:
            while self._trouble is None and (ticket := await self._take()):
                if await self._may_fly(ticket):
                    self._in_flight.add(ticket)
                    group.create_task(self._fly(ask, ticket))
                else:
                    self._put_back(ticket)
        if self._trouble:
            raise self._trouble

    async def recovers(self, error: EngineError) -> bool:
        """Waits before the next start of the engine, longer each time without progress.

        False, at once, where starting again cannot help, or did not for long.
        """
        if error.fatal or self._deaths >= len(self._effort.back_off):
            return False
        self._deaths += 1
        await asyncio.sleep(self._effort.back_off[self._deaths - 1])
        return True

    def forgive(self) -> bool:
        """After an answer, or where it is known what killed the engine: the deaths so far no longer
        count. Whether there were any."""
        died, self._deaths = self._deaths > 0, 0
        return died

    async def _take(self) -> _Ticket[Task] | None:
        """Suspects first, those with most strikes before others."""
        if self._suspects:
            return self._suspects.pop()
        task = await self._fresh()
        return None if task is None else _Ticket(task)

    def _put_back(self, ticket: _Ticket[Task]) -> None:
        self._suspects.append(ticket)
        self._suspects.sort(key=lambda suspect: suspect.strikes)

    async def _may_fly(self, ticket: _Ticket[Task]) -> bool:
        """Waits for room beside the requests in flight; False once there is trouble."""
        while self._trouble is None:
            alone = all(other.strikes <= ticket.strikes for other in self._in_flight)
            if alone and len(self._in_flight) < self._effort.width(ticket.strikes):
                return True
            self._landed.clear()
            await self._landed.wait()
        return False

    async def _fly(self, ask: Callable[[Task], Awaitable[None]], ticket: _Ticket[Task]) -> None:
        try:
            await ask(ticket.task)
        except EngineError as error:
            await self._blame(ticket, error)
        finally:
            self._in_flight.discard(ticket)
            self._landed.set()

    async def _blame(self, ticket: _Ticket[Task], error: EngineError) -> None:
        self._trouble = error
        ticket.strikes += 1
        if error.fatal or ticket.strikes < STRIKES:
            self._put_back(ticket)
        else:
            await self._strike_out(ticket.task, error)

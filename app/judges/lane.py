"""Asks one judge's requests: keeps its engine full, outlives its deaths, finds what kills it.

As in `app.runner.lane`, every request in flight when an engine dies is a suspect. Suspects are
asked again in small company, then alone, so that only a prompt that kills engines fails.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.db import Database
from app.engines import EnginePool, Generation, PromptInput, Target
from app.errors import AppError, EngineError
from app.judges.create import get_judge
from app.judges.ownership import JudgeLedger
from app.judges.plan import JudgePlan
from app.judges.work import Key, Replied, Task, tasks
from app.registry import SamplingSpec, VariantSpec
from app.runner import Effort, Writer
from app.threads import reading, writing

_PAGE = 64
# Requests in flight with a suspect of one and of two strikes; the third strike is a failure.
_COMPANY = (8, 1)
# When so many strike out with no success in between (three items in both orders), it gives up.
_STRIKE_OUTS = 6


class AskJudge(Protocol):
    """`app.engines.generate`, or a test's stand-in."""

    def __call__(
        self,
        target: Target,
        variant: VariantSpec,
        prompt: PromptInput,
        *,
        sampling: SamplingSpec | None = None,
        schema: Mapping[str, Any] | None = None,
    ) -> Awaitable[Generation]: ...


@dataclass(eq=False)
class Ticket:
    """`strikes` counts the engine deaths that the request was in flight for."""

    task: Task
    strikes: int = 0


class JudgeLane:
    """Never raises for what an engine does: it fails requests, or the judge."""

    def __init__(
        self,
        database: Database,
        pool: EnginePool,
        ask: AskJudge,
        writer: Writer[Replied],
        effort: Effort,
        ledger: JudgeLedger,
        plan: JudgePlan,
    ) -> None:
        self._database = database
        self._pool = pool
        self._ask = ask
        self._writer = writer
        self._effort = effort
        self._ledger = ledger
        self._spec, self._sampling = plan.spec, plan.sampling
        self._due = deque(plan.due)
        self._page: deque[Task] = deque()
        self._suspects: list[Ticket] = []
        self._in_flight: set[Ticket] = set()
        self._landed = asyncio.Event()
        self._trouble: EngineError | None = None
        self._deaths = self._struck_out = 0

    async def run(self) -> None:
        try:
            while not await self._worked_through():
                self._deaths += 1
                await asyncio.sleep(self._effort.back_off[self._deaths - 1])
        except AppError as error:
            await self._give_up(error)

    async def _give_up(self, error: AppError) -> None:
        await writing(self._database, lambda s: self._ledger.fail(s, error))

    async def _worked_through(self) -> bool:
        """Under one lease; False when the engine died and is to be tried again.

        Raises AppError when that cannot help, or did not for long.
        """
        try:
            async with self._pool.lease(self._spec) as target:
                provenance = await self._pool.provenance(self._spec)
                await writing(self._database, lambda s: self._ledger.begin(s, provenance))
                await self._stream(target)
        except EngineError as error:
            if error.fatal or self._deaths >= len(self._effort.back_off):
                raise
            if self._struck_out >= _STRIKE_OUTS:
                raise
            return False
        return True

    async def _stream(self, target: Target) -> None:
        """Asks until nothing is left, or raises the EngineError once all have landed."""
        self._trouble = None
        async with asyncio.TaskGroup() as group:
            while self._trouble is None and (ticket := await self._take()):
                if await self._may_fly(ticket):
                    self._in_flight.add(ticket)
                    group.create_task(self._fly(target, ticket))
                else:
                    self._put_back(ticket)
        if self._trouble:
            raise self._trouble

    async def _take(self) -> Ticket | None:
        """Suspects first, those with most strikes before others."""
        if self._suspects:
            return self._suspects.pop()
        if not self._page and self._due:
            keys = [self._due.popleft() for _ in range(min(_PAGE, len(self._due)))]
            self._page.extend(await reading(self._database, lambda s: self._tasks(s, keys)))
        return Ticket(self._page.popleft()) if self._page else None

    def _tasks(self, session: Session, keys: Sequence[Key]) -> list[Task]:
        return tasks(session, get_judge(session, self._ledger.judge_id), keys)

    def _put_back(self, ticket: Ticket) -> None:
        self._suspects.append(ticket)
        self._suspects.sort(key=lambda suspect: suspect.strikes)

    async def _may_fly(self, ticket: Ticket) -> bool:
        """Waits for room beside the requests in flight; False once there is trouble."""
        width = min((self._effort.concurrency, *_COMPANY)[ticket.strikes], self._effort.concurrency)
        while self._trouble is None:
            alone = all(other.strikes <= ticket.strikes for other in self._in_flight)
            if alone and len(self._in_flight) < width:
                return True
            self._landed.clear()
            await self._landed.wait()
        return False

    async def _fly(self, target: Target, ticket: Ticket) -> None:
        task = ticket.task
        try:
            generation = await self._ask(
                target,
                self._spec,
                PromptInput(task.prompt),
                sampling=self._sampling,
                schema=task.schema,
            )
            self._progressed()
            await self._writer.put(Replied(task, generation))
        except EngineError as error:
            await self._blame(ticket, error)
        except AppError as error:
            await self._writer.put(Replied(task, None, str(error)))
        finally:
            self._in_flight.discard(ticket)
            self._landed.set()

    def _progressed(self) -> None:
        self._struck_out = 0
        if self._deaths:
            self._deaths = 0
            self._pool.proved(self._spec)

    async def _blame(self, ticket: Ticket, error: EngineError) -> None:
        self._trouble = error
        ticket.strikes += 1
        if error.fatal or ticket.strikes <= len(_COMPANY):
            self._put_back(ticket)
            return
        message = f"The engine failed {ticket.strikes} times on this item. {error.message}"
        await self._writer.put(Replied(ticket.task, None, message))
        self._struck_out += 1
        self._deaths = 0  # the next suspects get their own

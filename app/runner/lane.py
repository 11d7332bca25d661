"""One engine's share of a run: keeps it full, outlives its deaths, finds the prompt that kills it.

When an engine dies, every request in flight is a suspect. Suspects are asked again in small
company, then alone, so a prompt that kills engines is the only one that ends as a failure.
"""

import asyncio
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Protocol

from app.db import Database
from app.engines import EnginePool, Generation, PromptInput, Target
from app.errors import AppError, EngineError
from app.registry import SamplingSpec, VariantSpec
from app.runner.backlog import Backlog, Member, Ticket
from app.runner.ledger import Outcome
from app.runner.writer import Writer
from app.runs import Answered, Failed, begin_variant, fail_variant, request_seed
from app.threads import writing

# Requests in flight with a suspect of one and of two strikes; the third strike is a failure.
_COMPANY = (8, 1)
# A variant whose requests strike out this often, with no success in between, is given up.
_STRIKE_OUTS = 3


class Ask(Protocol):
    """`app.engines.generate`, or a test's stand-in."""

    def __call__(
        self,
        target: Target,
        variant: VariantSpec,
        prompt: PromptInput,
        *,
        sampling: SamplingSpec | None = None,
        seed: int | None = None,
    ) -> Awaitable[Generation]: ...


@dataclass(frozen=True)
class Effort:
    """Requests in flight per engine, and the seconds before each restart without progress."""

    concurrency: int
    back_off: tuple[float, ...] = (1, 2, 5, 15, 30)

    def width(self, ticket: Ticket) -> int:
        return min((self.concurrency, *_COMPANY)[ticket.strikes], self.concurrency)


class Lane:
    """Works through the members of one engine; never raises for what an engine does."""

    def __init__(
        self,
        database: Database,
        pool: EnginePool,
        ask: Ask,
        writer: Writer[Outcome],
        effort: Effort,
        members: list[Member],
    ) -> None:
        self._database = database
        self._pool = pool
        self._ask = ask
        self._writer = writer
        self._effort = effort
        self._members = members
        self._backlog = Backlog(database, members)
        self._deaths = 0
        self._trouble: EngineError | None = None
        self._in_flight: set[Ticket] = set()
        self._landed = asyncio.Event()

    async def run(self) -> None:
        while any(member.error is None for member in self._members):
            try:
                async with AsyncExitStack() as lease:
                    await self._stream(await self._lease(lease))
            except EngineError as error:
                await self._recover(error)
            else:
                return

    async def _lease(self, lease: AsyncExitStack) -> dict[Member, Target]:
        """One lease on the engine, and where it serves each member. Raises EngineError to retry."""
        targets: dict[Member, Target] = {}
        for member in [m for m in self._members if m.error is None]:
            try:
                if not targets:
                    await lease.enter_async_context(self._pool.lease(member.spec))
                targets[member] = self._pool.target(member.spec)
                await self._begin(member)
            except AppError as error:
                if isinstance(error, EngineError) and not error.fatal:
                    raise
                await self._give_up(member, error)
        return targets

    async def _begin(self, member: Member) -> None:
        provenance = await self._pool.provenance(member.spec)
        await writing(self._database, lambda s: begin_variant(s, member.run_variant_id, provenance))

    async def _stream(self, targets: dict[Member, Target]) -> None:
        """Asks until nothing is left, or raises the EngineError once all have landed."""
        self._trouble = None
        async with asyncio.TaskGroup() as tasks:
            while self._trouble is None and (ticket := await self._backlog.take()):
                if await self._may_fly(ticket):
                    self._in_flight.add(ticket)
                    tasks.create_task(self._fly(targets[ticket.member], ticket))
                else:
                    self._backlog.put_back(ticket)
        if self._trouble:
            raise self._trouble

    async def _may_fly(self, ticket: Ticket) -> bool:
        """Waits for room beside the requests in flight; False once there is trouble."""
        while self._trouble is None:
            alone = all(other.strikes <= ticket.strikes for other in self._in_flight)
            if alone and len(self._in_flight) < self._effort.width(ticket):
                return True
            self._landed.clear()
            await self._landed.wait()
        return False

    async def _fly(self, target: Target, ticket: Ticket) -> None:
        try:
            await self._answer(target, ticket)
        except EngineError as error:
            await self._blame(ticket, error)
        except AppError as error:
            await self._writer.put(Failed(ticket.work, str(error)))
        finally:
            self._in_flight.discard(ticket)
            self._landed.set()

    async def _answer(self, target: Target, ticket: Ticket) -> None:
        member, work = ticket.member, ticket.work
        seed = request_seed(member.run_seed, work.key, work.sample)
        generation = await self._ask(
            target, member.spec, work.prompt, sampling=member.sampling, seed=seed
        )
        self._progressed(member)
        await self._writer.put(Answered(work, member.sampling, seed, generation))

    def _progressed(self, member: Member) -> None:
        member.struck_out = 0
        if self._deaths:
            self._deaths = 0
            self._pool.proved(member.spec)

    async def _blame(self, ticket: Ticket, error: EngineError) -> None:
        if error.fatal:
            await self._give_up(ticket.member, error)
            return
        self._trouble = error
        ticket.strikes += 1
        if ticket.strikes <= len(_COMPANY):
            self._backlog.put_back(ticket)
        else:
            await self._strike_out(ticket, error)

    async def _strike_out(self, ticket: Ticket, error: EngineError) -> None:
        message = f"The engine failed {ticket.strikes} times on this prompt. {error.message}"
        await self._writer.put(Failed(ticket.work, message))
        ticket.member.struck_out += 1
        if ticket.member.struck_out >= _STRIKE_OUTS:
            await self._give_up(ticket.member, error)

    async def _recover(self, error: EngineError) -> None:
        """Waits before the next start, longer each time; gives up when nothing progresses."""
        self._deaths += 1
        if self._deaths <= len(self._effort.back_off):
            await asyncio.sleep(self._effort.back_off[self._deaths - 1])
            return
        for member in self._members:
            await self._give_up(member, error)

    async def _give_up(self, member: Member, error: AppError) -> None:
        if member.error is None:
            member.error = str(error)
            await writing(self._database, lambda s: fail_variant(s, member.run_variant_id, error))

"""One engine's share of a run: its variants are asked together and given up one by one."""

from collections.abc import Awaitable
from contextlib import AsyncExitStack
from functools import partial
from typing import Protocol

from app.db import Database
from app.engines import EnginePool, Generation, PromptInput, Target
from app.errors import AppError, EngineError
from app.registry import SamplingSpec, VariantSpec
from app.runner.backlog import Backlog, Member, Request
from app.runner.flight import STRIKES, Effort, Flight
from app.runner.ledger import Outcome
from app.runner.writer import Writer
from app.runs import Answered, Failed, begin_variant, fail_variant, request_seed
from app.threads import writing

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
        self._members = members
        self._flight = Flight(effort, Backlog(database, members).take, self._strike_out)

    async def run(self) -> None:
        while any(member.error is None for member in self._members):
            try:
                async with AsyncExitStack() as lease:
                    targets = await self._lease(lease)
                    await self._flight.stream(partial(self._fly, targets))
            except EngineError as error:
                if not await self._flight.recovers(error):
                    await self._give_up_all(error)
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

    async def _fly(self, targets: dict[Member, Target], request: Request) -> None:
        member = request.member
        if member.error is not None:  # given up since the request was taken
            return
        try:
            await self._answer(targets[member], request)
        except EngineError as error:
            if not error.fatal:
                raise
            await self._give_up(member, error)
        except AppError as error:
            await self._writer.put(Failed(request.work, str(error)))

    async def _answer(self, target: Target, request: Request) -> None:
        member, work = request.member, request.work
        seed = request_seed(member.run_seed, work.key, work.sample)
        generation = await self._ask(
            target, member.spec, work.prompt, sampling=member.sampling, seed=seed
        )
        member.struck_out = 0
        if self._flight.forgive():
            self._pool.proved(member.spec)
        await self._writer.put(Answered(work, member.sampling, seed, generation))

    async def _strike_out(self, request: Request, error: EngineError) -> None:
        member = request.member
        message = f"The engine failed {STRIKES} times on this prompt. {error.message}"
        await self._writer.put(Failed(request.work, message))
        self._pool.proved(member.spec)
        member.struck_out += 1
        if member.struck_out >= _STRIKE_OUTS:
            await self._give_up(member, error)

    async def _give_up_all(self, error: AppError) -> None:
        for member in self._members:
            await self._give_up(member, error)

    async def _give_up(self, member: Member, error: AppError) -> None:
        if member.error is None:
            member.error = str(error)
            await writing(self._database, lambda s: fail_variant(s, member.run_variant_id, error))

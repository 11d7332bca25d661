"""One engine's share of a pass: checks each variant first, then scores its answers."""

import asyncio
from collections import deque
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from app.db import Database
from app.engines import ALL, EnginePool, Target
from app.errors import AppError, EngineError
from app.lens.asking import Asking
from app.lens.check import base_refusal, own_refusal
from app.lens.compare import compare, same
from app.lens.create import TOP
from app.lens.ownership import fail_member, keep_check
from app.lens.packing import Packed
from app.lens.plan import Member
from app.lens.probe import check_base, check_own
from app.lens.work import NO_IDS, Outcome, Pass, Scored, Task, Unscored, due
from app.registry import VariantSpec
from app.runner import STRIKES, Effort, Flight, Writer
from app.tables import LensVariant
from app.threads import reading, writing

_PAGE = 16  # a task of the second pass brings its distributions, megabytes each
# A variant whose requests strike out this often, with no success in between, is given up.
_STRIKE_OUTS = 3


@dataclass(frozen=True)
class _Request:
    member: Member
    task: Task


class ScoringLane:
    """Works through the members whose answers one engine scores in a pass; never raises for what
    an engine does."""

    def __init__(
        self,
        database: Database,
        pool: EnginePool,
        asking: Asking,
        writer: Writer[Outcome],
        effort: Effort,
        of: Pass,
        members: list[Member],
    ) -> None:
        self._database = database
        self._pool = pool
        self._asking = asking
        self._writer = writer
        self._of = of
        self._members = members
        self._turns = deque(members)
        self._flight = Flight(effort, self._fresh, self._strike_out)

    async def run(self) -> None:
        for member in self._members:
            member.after = 0
        if not any([await self._due(member, limit=1) for member in self._members]):
            return  # no engine is started for nothing
        while any(member.error is None for member in self._members):
            try:
                async with AsyncExitStack() as lease:
                    targets = await self._lease(lease)
                    await self._flight.stream(partial(self._fly, targets))
            except EngineError as error:
                if not await self._flight.recovers(error):
                    for member in self._members:
                        await self._give_up(member, error)
            else:
                return

    def _asked(self, member: Member) -> VariantSpec:
        return member.spec if self._of is Pass.OWN else member.base

    async def _lease(self, lease: AsyncExitStack) -> dict[Member, Target]:
        """One lease on the engine, and where it serves each member. Raises EngineError to retry."""
        targets: dict[Member, Target] = {}
        for member in [m for m in self._members if m.error is None]:
            try:
                if not targets:
                    await lease.enter_async_context(self._pool.lease(self._asked(member)))
                targets[member] = self._pool.target(self._asked(member))
                if await self._due(member, limit=1):
                    await self._check(targets[member], member)
            except AppError as error:
                if isinstance(error, EngineError) and not error.fatal:
                    raise
                await self._give_up(member, error)
        return targets

    async def _check(self, target: Target, member: Member) -> None:
        """Refuses the member where its tokens could not be compared."""
        if self._of is Pass.OWN:
            member.check = await check_own(
                self._asking, target, member.spec, member.prompts, exact=member.wants_exact
            )
            refusal = own_refusal(member.check)
        else:
            member.check = await check_base(
                self._asking, target, member.check, member.prompts, member.base_answers
            )
            refusal = base_refusal(member.check)
        member.error = refusal
        await writing(self._database, lambda s: keep_check(s, member.id, member.check, refusal))

    async def _fresh(self) -> _Request | None:
        """From the members in turn, so that adapters share the engine's batches."""
        while self._turns:
            member = self._turns.popleft()
            if member.error is None and (task := await self._next(member)):
                self._turns.append(member)
                return _Request(member, task)
        return None

    async def _next(self, member: Member) -> Task | None:
        if not member.page:
            member.page.extend(await self._due(member, limit=_PAGE))
        if not member.page:
            return None
        task = member.page.popleft()
        member.after = task.response_id
        return task

    async def _due(self, member: Member, *, limit: int) -> list[Task]:
        return await reading(
            self._database,
            lambda s: due(
                s, s.get_one(LensVariant, member.id), self._of, limit=limit, after=member.after
            ),
        )

    async def _fly(self, targets: dict[Member, Target], request: _Request) -> None:
        member, task = request.member, request.task
        if member.error is not None:  # given up since the request was taken
            return
        try:
            outcome = await self._scored(targets[member], member, task)
        except EngineError as error:
            if not error.fatal:
                raise
            await self._give_up(member, error)
            return
        except AppError as error:
            outcome = Unscored(task, str(error))
        member.struck_out = 0
        if self._flight.forgive():
            self._pool.proved(self._asked(member))
        await self._writer.put(outcome)

    async def _scored(self, target: Target, member: Member, task: Task) -> Outcome:
        if not task.token_ids or not task.prompt_ids:
            return Unscored(task, NO_IDS)
        top = ALL if member.check.exact and not member.is_control else TOP
        scoring = await self._asking.score(target, task.prompt_ids, task.token_ids, top=top)
        if member.is_control:
            return Scored(task, scoring, compared=same(scoring))
        if self._of is Pass.OWN:
            return Scored(task, scoring, packed=Packed.of(scoring.candidates, whole=top == ALL))
        control = None
        if task.control_ids:
            control = await self._asking.score(target, task.control_ids, task.token_ids, top=1)
        assert task.packed is not None
        own = Packed.from_bytes(task.packed)
        compared = await asyncio.to_thread(compare, own, scoring, top=top)
        return Scored(task, scoring, compared=compared, control=control)

    async def _strike_out(self, request: _Request, error: EngineError) -> None:
        member = request.member
        message = f"The engine failed {STRIKES} times on this answer. {error.message}"
        await self._writer.put(Unscored(request.task, message))
        self._pool.proved(self._asked(member))
        member.struck_out += 1
        if member.struck_out >= _STRIKE_OUTS:
            await self._give_up(member, error)

    async def _give_up(self, member: Member, error: AppError) -> None:
        if member.error is None:
            member.error = str(error)
            await writing(self._database, lambda s: fail_member(s, member.id, error))

"""One engine's share of the work: its members are asked together and given up one by one."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar, Generic, TypeVar

from sqlalchemy.orm import Session

from app.db import Database
from app.engines import EnginePool, Target
from app.errors import AppError, EngineError
from app.registry import VariantSpec
from app.runner.flight import STRIKES, Effort, Flight
from app.runner.writer import Writer
from app.threads import writing

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")


@dataclass(eq=False, kw_only=True)
class LaneMember(Generic[Task]):
    """What is asked, and given up, as a whole. `error` is set once it is, in this attempt.

    `struck_out`: requests that killed the engine since the member's last answer; `begun`: deaths of
    the engine while it began with the member; `page`: what is read ahead of the requests.
    """

    error: str | None = None
    struck_out: int = 0
    begun: int = 0
    page: deque[Task] = field(default_factory=deque)


Member = TypeVar("Member", bound=LaneMember)  # type: ignore[type-arg]


class Lane(ABC, Generic[Member, Task, Outcome]):
    """Works through the members of one engine; never raises for what an engine does.

    A kind of work says what there is to ask, how it is asked, and what is kept of failures.
    `what`: a task, in messages. `most_strike_outs`: with so many and no success in between, a
    member is given up.
    """

    what: ClassVar[str]
    most_strike_outs: ClassVar[int] = 3

    def __init__(
        self,
        database: Database,
        pool: EnginePool,
        writer: Writer[Outcome],
        effort: Effort,
        members: list[Member],
    ) -> None:
        self._database = database
        self._pool = pool
        self._writer = writer
        self._members = members
        self._turns = deque(members)
        self._flight = Flight(effort, self._next, self._strike_out)

    @abstractmethod
    def _asked(self, member: Member) -> VariantSpec:
        """The variant that the member's requests go to."""

    @abstractmethod
    async def _begin(self, member: Member) -> None:
        """After every start of the engine. Raises EngineError for another start, or a fatal one or
        another AppError to give the member up."""

    @abstractmethod
    async def _read(self, member: Member) -> Sequence[Task]:
        """The next page of what is due; empty at the end."""

    @abstractmethod
    async def _ask(self, member: Member, target: Target, task: Task) -> Outcome:
        """Raises EngineError for the engine, AppError for this task alone."""

    @abstractmethod
    def _failed(self, task: Task, message: str) -> Outcome:
        """What is kept of a task without an answer."""

    @abstractmethod
    def _note_given_up(self, session: Session, member: Member, error: AppError) -> None:
        """In a write session."""

    async def run(self) -> None:
        while self._is_wanted():
            try:
                async with AsyncExitStack() as lease:
                    targets = await self._lease(lease)
                    await self._flight.stream(partial(self._fly, targets))
            except EngineError as error:
                if self._is_wanted() and not await self._flight.recovers(error):
                    for member in self._members:
                        await self._give_up(member, error)
            else:
                return

    def _is_wanted(self) -> bool:
        return any(member.error is None for member in self._members)

    async def _lease(self, lease: AsyncExitStack) -> dict[Member, Target]:
        """One lease on the engine, and where it serves each member. Raises EngineError to retry."""
        targets: dict[Member, Target] = {}
        for member in [m for m in self._members if m.error is None]:
            asked = self._asked(member)
            try:
                if not targets:
                    await lease.enter_async_context(self._pool.lease(asked))
                targets[member] = self._pool.target(asked)
                await self._begin(member)
            except AppError as error:
                if not isinstance(error, EngineError) or error.fatal:
                    await self._give_up(member, error)
                    continue
                if member in targets:
                    await self._died_beginning(member, error)
                raise
        return targets

    async def _died_beginning(self, member: Member, error: EngineError) -> None:
        """Others are to be begun with, too: a member that always kills the engine is given up."""
        member.begun += 1
        if member.begun >= STRIKES:
            self._is_explained(member)
            await self._give_up(member, error)

    def _is_explained(self, member: Member) -> None:
        """The engine works, but for what is known now to kill it."""
        self._flight.forgive()
        self._pool.proved(self._asked(member))

    async def _next(self) -> tuple[Member, Task] | None:
        """From the members in turn, so that base and adapters share the engine's batches."""
        while self._turns:
            member = self._turns.popleft()
            if member.error is None and not member.page:
                member.page.extend(await self._read(member))
            if member.error is None and member.page:
                self._turns.append(member)
                return member, member.page.popleft()
        return None

    async def _fly(self, targets: dict[Member, Target], request: tuple[Member, Task]) -> None:
        member, task = request
        if member.error is not None:  # given up since the request was taken
            return
        try:
            outcome = await self._ask(member, targets[member], task)
        except EngineError as error:
            if not error.fatal:
                raise
            await self._give_up(member, error)
            return
        except AppError as error:
            outcome = self._failed(task, str(error))
        member.struck_out = 0
        if self._flight.forgive():
            self._pool.proved(self._asked(member))
        await self._writer.put(outcome)

    async def _strike_out(self, request: tuple[Member, Task], error: EngineError) -> None:
        member, task = request
        message = f"The engine failed {STRIKES} times on this {self.what}. {error.message}"
        await self._writer.put(self._failed(task, message))
        self._is_explained(member)
        member.struck_out += 1
        if member.struck_out >= self.most_strike_outs:
            await self._give_up(member, error)

    async def _give_up(self, member: Member, error: AppError) -> None:
        if member.error is None:
            member.error = str(error)
            await writing(self._database, lambda s: self._note_given_up(s, member, error))

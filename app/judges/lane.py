"""Asks one judge's requests. One variant judges, so the judge is given up as a whole."""

from collections import deque
from collections.abc import Awaitable, Mapping, Sequence
from functools import partial
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
from app.runner import STRIKES, Effort, Flight, Writer
from app.threads import reading, writing

_PAGE = 64
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
        self._ledger = ledger
        self._spec, self._sampling = plan.spec, plan.sampling
        self._due = deque(plan.due)
        self._page: deque[Task] = deque()
        self._flight = Flight(effort, self._next, self._strike_out)
        self._struck_out = 0

    async def run(self) -> None:
        try:
            await self._work_through()
        except AppError as error:
            await self._give_up(error)

    async def _give_up(self, error: AppError) -> None:
        await writing(self._database, lambda s: self._ledger.fail(s, error))

    async def _work_through(self) -> None:
        """Raises AppError when trying again cannot help, or did not for long."""
        while True:
            try:
                await self._stream()
            except EngineError as error:
                if self._struck_out >= _STRIKE_OUTS or not await self._flight.recovers(error):
                    raise
            else:
                return

    async def _stream(self) -> None:
        """Under one lease."""
        async with self._pool.lease(self._spec) as target:
            provenance = await self._pool.provenance(self._spec)
            await writing(self._database, lambda s: self._ledger.begin(s, provenance))
            await self._flight.stream(partial(self._fly, target))

    async def _next(self) -> Task | None:
        if not self._page and self._due:
            keys = [self._due.popleft() for _ in range(min(_PAGE, len(self._due)))]
            self._page.extend(await reading(self._database, lambda s: self._tasks(s, keys)))
        return self._page.popleft() if self._page else None

    def _tasks(self, session: Session, keys: Sequence[Key]) -> list[Task]:
        return tasks(session, get_judge(session, self._ledger.judge_id), keys)

    async def _fly(self, target: Target, task: Task) -> None:
        try:
            await self._reply(target, task)
        except EngineError:  # is for the flight
            raise
        except AppError as error:
            await self._writer.put(Replied(task, None, str(error)))

    async def _reply(self, target: Target, task: Task) -> None:
        prompt = PromptInput(task.prompt)
        generation = await self._ask(
            target, self._spec, prompt, sampling=self._sampling, schema=task.schema
        )
        self._struck_out = 0
        if self._flight.forgive():
            self._pool.proved(self._spec)
        await self._writer.put(Replied(task, generation))

    async def _strike_out(self, task: Task, error: EngineError) -> None:
        message = f"The engine failed {STRIKES} times on this item. {error.message}"
        await self._writer.put(Replied(task, None, message))
        self._struck_out += 1
        self._pool.proved(self._spec)

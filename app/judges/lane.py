"""Asks one judge's requests. One variant judges, so the judge is given up as a whole."""

from collections import deque
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.db import Database
from app.engines import EnginePool, Generation, PromptInput, Target
from app.errors import AppError
from app.judges.create import get_judge
from app.judges.ownership import JudgeLedger
from app.judges.plan import JudgePlan
from app.judges.work import Key, Replied, Task, tasks
from app.registry import SamplingSpec, VariantSpec
from app.runner import Effort, Lane, LaneMember, Writer
from app.threads import reading, writing

_PAGE = 64


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
class _Judge(LaneMember[Task]):
    ledger: JudgeLedger
    spec: VariantSpec
    sampling: SamplingSpec
    due: deque[Key]


class JudgeLane(Lane[_Judge, Task, Replied]):
    what = "item"
    most_strike_outs = 6  # three items in both orders

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
        judge = _Judge(ledger, plan.spec, plan.sampling, deque(plan.due))
        super().__init__(database, pool, writer, effort, [judge])
        self._generate = ask

    def _asked(self, member: _Judge) -> VariantSpec:
        return member.spec

    async def _begin(self, member: _Judge) -> None:
        provenance = await self._pool.provenance(member.spec)
        await writing(self._database, lambda s: member.ledger.begin(s, provenance))

    async def _read(self, member: _Judge) -> Sequence[Task]:
        keys = [member.due.popleft() for _ in range(min(_PAGE, len(member.due)))]
        return await reading(self._database, lambda s: _tasks(s, member, keys)) if keys else []

    async def _ask(self, member: _Judge, target: Target, task: Task) -> Replied:
        prompt = PromptInput(task.prompt)
        generation = await self._generate(
            target, member.spec, prompt, sampling=member.sampling, schema=task.schema
        )
        return Replied(task, generation)

    def _failed(self, task: Task, message: str) -> Replied:
        return Replied(task, None, message)

    def _note_given_up(self, session: Session, member: _Judge, error: AppError) -> None:
        member.ledger.fail(session, error)


def _tasks(session: Session, judge: _Judge, keys: Sequence[Key]) -> list[Task]:
    return tasks(session, get_judge(session, judge.ledger.judge_id), keys)

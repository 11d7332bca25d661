"""One engine's share of a run: the variants that it serves answer prompts."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from app.db import Database
from app.engines import EnginePool, Generation, PromptInput, Target
from app.errors import AppError
from app.registry import SamplingSpec, VariantSpec
from app.runner.flight import Effort
from app.runner.lane import Lane, LaneMember
from app.runner.ledger import Outcome
from app.runner.writer import Writer
from app.runs import Answered, Failed, Work, begin_variant, due, fail_variant, request_seed
from app.threads import reading, writing

_PAGE = 256


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


@dataclass(eq=False)
class Member(LaneMember[Work]):
    """One variant of a run; `cursor`: the last work that was read."""

    run_variant_id: int
    spec: VariantSpec
    sampling: SamplingSpec
    run_seed: int
    cursor: tuple[int, int] = (-1, 0)


class AnswerLane(Lane[Member, Work, Outcome]):
    what = "prompt"

    def __init__(
        self,
        database: Database,
        pool: EnginePool,
        ask: Ask,
        writer: Writer[Outcome],
        effort: Effort,
        members: list[Member],
    ) -> None:
        super().__init__(database, pool, writer, effort, members)
        self._generate = ask

    def _asked(self, member: Member) -> VariantSpec:
        return member.spec

    async def _begin(self, member: Member) -> None:
        provenance = await self._pool.provenance(member.spec)
        await writing(self._database, lambda s: begin_variant(s, member.run_variant_id, provenance))

    async def _read(self, member: Member) -> Sequence[Work]:
        page = await reading(
            self._database,
            lambda s: due(s, member.run_variant_id, limit=_PAGE, after=member.cursor),
        )
        member.cursor = page[-1].cursor if page else member.cursor
        return page

    async def _ask(self, member: Member, target: Target, task: Work) -> Outcome:
        seed = request_seed(member.run_seed, task.key, task.sample)
        generation = await self._generate(
            target, member.spec, task.prompt, sampling=member.sampling, seed=seed
        )
        return Answered(task, member.sampling, seed, generation)

    def _failed(self, task: Work, message: str) -> Outcome:
        return Failed(task, message)

    def _note_given_up(self, session: Session, member: Member, error: AppError) -> None:
        fail_variant(session, member.run_variant_id, error)

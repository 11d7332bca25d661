"""One engine's share of a pass: checks each variant first, then scores its answers."""

import asyncio
from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy.orm import Session

from app.db import Database
from app.engines import ALL, EnginePool, Target
from app.errors import AppError
from app.lens.asking import Asking
from app.lens.check import base_refusal, own_refusal
from app.lens.compare import compare, same
from app.lens.create import TOP
from app.lens.ownership import fail_member, keep_check
from app.lens.packing import Packed
from app.lens.plan import Member
from app.lens.probe import PROBES, check_base, check_own
from app.lens.work import NO_IDS, Outcome, Pass, Scored, Task, Unscored, due
from app.registry import VariantSpec
from app.runner import Effort, Lane, Writer
from app.tables import LensVariant
from app.threads import reading, writing

Given = TypeVar("Given")

_PAGE = 16  # a task of the second pass brings its distributions, megabytes each


class ScoringLane(Lane[Member, Task, Outcome]):
    """Works through the members whose answers one engine scores in a pass."""

    what = "answer"

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
        super().__init__(database, pool, writer, effort, members)
        self._asking = asking
        self._of = of

    async def run(self) -> None:
        for member in self._members:
            member.after = member.begun = 0
        if any([await self._due(member, limit=1) for member in self._members]):
            await super().run()  # else no engine is started for nothing

    def _asked(self, member: Member) -> VariantSpec:
        return member.spec if self._of is Pass.OWN else member.base

    async def _begin(self, member: Member) -> None:
        """Refuses the member where its tokens could not be compared."""
        if not await self._due(member, limit=1):
            return
        target = self._pool.target(self._asked(member))
        if self._of is Pass.OWN:
            prompts = _part(member.prompts, member.begun)
            member.check = await check_own(
                self._asking, target, member.spec, prompts, member.texts, exact=member.wants_exact
            )
            refusal = own_refusal(member.check)
        else:
            answers = _part(member.base_answers, member.begun)
            member.check = await check_base(
                self._asking, target, member.check, member.texts, answers
            )
            refusal = base_refusal(member.check)
        member.error = refusal
        await writing(self._database, lambda s: keep_check(s, member.id, member.check, refusal))

    async def _read(self, member: Member) -> Sequence[Task]:
        page = await self._due(member, limit=_PAGE)
        member.after = page[-1].response_id if page else member.after
        return page

    async def _due(self, member: Member, *, limit: int) -> list[Task]:
        return await reading(
            self._database,
            lambda s: due(
                s, s.get_one(LensVariant, member.id), self._of, limit=limit, after=member.after
            ),
        )

    async def _ask(self, member: Member, target: Target, task: Task) -> Outcome:
        if not task.token_ids or not task.prompt_ids:
            return Unscored(task, NO_IDS)
        is_exact = member.wants_exact and member.check.exact and not member.is_control
        top = ALL if is_exact else TOP
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

    def _failed(self, task: Task, message: str) -> Outcome:
        return Unscored(task, message)

    def _note_given_up(self, session: Session, member: Member, error: AppError) -> None:
        fail_member(session, member.id, error)


def _part(given: Sequence[Given], begun: int) -> Sequence[Given]:
    """Of what the self-check asks with, what did not kill the engine when it began before."""
    return given[PROBES * begun :][:PROBES] or given[:PROBES]

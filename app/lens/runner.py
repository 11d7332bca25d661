"""LensRunner: scores the tokens of runs in this process, pass by pass."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app import engines
from app.db import Database
from app.engines import EnginePool
from app.errors import Conflict
from app.lens.asking import Asking
from app.lens.borrow import BorrowingLane
from app.lens.create import being_worked_on
from app.lens.lane import ScoringLane
from app.lens.ownership import LensLedger, interrupted, refuse_with_base, request_stop
from app.lens.plan import Member, Plan, begin
from app.lens.work import Outcome, Pass
from app.registry import VariantSpec
from app.runner import Background, Batching, Claimed, Effort, Works, Writer
from app.settings import Settings
from app.threads import writing

# Requests in flight per engine where each answer is whole distributions: megabytes of JSON.
_EXACT_WIDTH = 4


class LensRunner(Background[Outcome]):
    """Scores every answer that a lens is missing."""

    what = "lens"

    def __init__(
        self,
        database: Database,
        pool: EnginePool,
        settings: Settings,
        *,
        asking: Asking = engines,
        effort: Effort | None = None,
        batching: Batching | None = None,
    ) -> None:
        super().__init__(database, batching or Batching(size=16))
        self._pool = pool
        self._asking = asking
        self._effort = effort or Effort(settings.concurrency)
        self._folder = settings.var / "borrowing"
        self._opening = asyncio.Lock()  # of an index

    def _claim(self, session: Session, lens_id: int, at: datetime) -> Claimed[Outcome]:
        plan = begin(session, lens_id, self._owner, at)
        ledger = LensLedger(lens_id, self._owner)
        return Claimed(ledger, plan.due, lambda writer: self._works(writer, plan))

    def _works(self, writer: Writer[Outcome], plan: Plan) -> list[Works]:
        searches = [
            BorrowingLane(self._database, writer, self._folder, member, self._opening)
            for member in plan.searched
        ]
        return [_Passes(self, writer, plan), *searches]

    def _request_stop(self, session: Session, lens_id: int) -> None:
        request_stop(session, lens_id)

    def _interrupted(self, session: Session, at: datetime) -> list[int]:
        return interrupted(session, at)

    def _being_worked_on(self) -> Conflict:
        return being_worked_on()

    async def refuse_with_base(self, lens_id: int) -> dict[int, str]:
        return await writing(self._database, lambda s: refuse_with_base(s, lens_id))

    def lanes(
        self, writer: Writer[Outcome], of: Pass, members: Sequence[Member]
    ) -> list[ScoringLane]:
        """One per engine that has answers of these members to score in the pass."""
        return [
            ScoringLane(
                self._database,
                self._pool,
                self._asking,
                writer,
                self._effort_for(group),
                of,
                group,
            )
            for group in self._groups(of, members)
        ]

    def _groups(self, of: Pass, members: Sequence[Member]) -> list[list[Member]]:
        asked = [(one.spec if of is Pass.OWN else one.base, one) for one in members]
        unique: list[VariantSpec] = list({spec.name: spec for spec, _ in asked}.values())
        return [
            [member for spec, member in asked if spec.name in {one.name for one in group}]
            for group in self._pool.group(unique)
        ]

    def _effort_for(self, members: Sequence[Member]) -> Effort:
        if any(member.wants_exact for member in members):
            return replace(self._effort, concurrency=min(_EXACT_WIDTH, self._effort.concurrency))
        return self._effort


class _Passes:
    """Both passes, one after the other; the engines of a pass work beside each other."""

    def __init__(self, runner: LensRunner, writer: Writer[Outcome], plan: Plan) -> None:
        self._runner = runner
        self._writer = writer
        self._plan = plan

    async def run(self) -> None:
        for of in Pass:
            left = [member for member in self._plan.members if member.error is None]
            async with asyncio.TaskGroup() as group:
                for lane in self._runner.lanes(self._writer, of, left):
                    group.create_task(lane.run())
            await self._writer.flushed()
            await self._hold_to_bases()

    async def _hold_to_bases(self) -> None:
        refused = await self._runner.refuse_with_base(self._plan.lens_id)
        for member in self._plan.members:
            member.error = member.error or refused.get(member.id)

"""What a lane still has to ask: the due work of its variants in turn."""

from collections import deque
from dataclasses import dataclass, field

from app.db import Database
from app.registry import SamplingSpec, VariantSpec
from app.runs import Work, due
from app.threads import reading

PAGE = 256


@dataclass(eq=False)
class Member:
    """One variant of a run. `error` is set once the variant is given up in this attempt."""

    run_variant_id: int
    spec: VariantSpec
    sampling: SamplingSpec
    run_seed: int
    error: str | None = None
    struck_out: int = 0
    page: deque[Work] = field(default_factory=deque)
    cursor: tuple[int, int] = (-1, 0)


@dataclass(frozen=True)
class Request:
    """A prompt and sample, for one of the members."""

    member: Member
    work: Work


class Backlog:
    """Takes from the members in turn, so that base and adapters share the engine's batches."""

    def __init__(self, database: Database, members: list[Member]) -> None:
        self._database = database
        self._members = deque(members)

    async def take(self) -> Request | None:
        """The next request of a variant that has not been given up; None at the end."""
        while self._members:
            member = self._members.popleft()
            work = None if member.error else await self._next(member)
            if work is not None:
                self._members.append(member)
                return Request(member, work)
        return None

    async def _next(self, member: Member) -> Work | None:
        if not member.page:
            page = await reading(
                self._database,
                lambda s: due(s, member.run_variant_id, limit=PAGE, after=member.cursor),
            )
            member.page.extend(page)
        if not member.page:
            return None
        work = member.page.popleft()
        member.cursor = work.cursor
        return work

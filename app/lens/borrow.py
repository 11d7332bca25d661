"""Searches the answers for what they have from their variant's instruction set. Asks no engine."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from app.borrowing import (
    InstructionIndex,
    count_near,
    find_borrowing,
    open_index,
    others_by_chance,
)
from app.db import Database
from app.errors import AppError
from app.lens.ownership import keep_set
from app.lens.work import Borrowed, Outcome, is_beside
from app.registry import TrainedOnSpec
from app.runner import Writer
from app.tables import Borrowing, LensVariant, Prompt, Response
from app.threads import reading, whole, writing

_PAGE = 64


@dataclass(frozen=True)
class _Answer:
    response_id: int
    prompt_id: int
    asked: str
    text: str
    base_text: str


class BorrowingLane:
    """One variant's answers; a set that cannot be read is noted, and raises nothing.

    Lanes that share `opening` build one index at a time: those that wait take no thread meanwhile.
    """

    def __init__(
        self,
        database: Database,
        writer: Writer[Outcome],
        folder: Path,
        member_id: int,
        opening: asyncio.Lock,
    ) -> None:
        self._database = database
        self._writer = writer
        self._folder = folder
        self._member_id = member_id
        self._opening = opening

    async def run(self) -> None:
        try:
            with await self._index() as index:
                await self._search(index)
        except (AppError, OSError) as error:
            message = f"The set that it was trained on cannot be read. {error}"
            await writing(self._database, lambda s: keep_set(s, self._member_id, error=message))

    async def _index(self) -> InstructionIndex:
        how = await reading(self._database, lambda s: _member(s, self._member_id).trained_on["set"])
        spec, stopped = TrainedOnSpec.model_validate(how), Event()
        open_ = partial(open_index, spec, self._folder, partial(_go_on, stopped))
        async with self._opening:
            return await whole(open_, stop=stopped.set)

    async def _search(self, index: InstructionIndex) -> None:
        facts = {"fingerprint": index.fingerprint, "instances": index.count, "error": None}
        await writing(self._database, lambda s: keep_set(s, self._member_id, **facts))
        asked = await reading(self._database, lambda s: _asked(s, self._member_id))
        others = others_by_chance(list(asked))
        after = 0
        while page := await self._page(after):
            for answer in page:
                other = asked[others[answer.prompt_id]] if others else ""
                found = await whole(partial(_find, index, self._member_id, answer, other))
                await self._writer.put(found)
            after = page[-1].response_id

    async def _page(self, after: int) -> Sequence[_Answer]:
        return await reading(self._database, lambda s: _due(s, self._member_id, after))


def _go_on(stopped: Event, _instances: int) -> None:
    if stopped.is_set():
        raise AppError("The search was stopped.")


def _find(index: InstructionIndex, member_id: int, answer: _Answer, other: str) -> Borrowed:
    texts = (answer.asked, answer.text, answer.base_text)
    found = find_borrowing(index, *texts)
    return Borrowed(
        lens_variant_id=member_id,
        response_id=answer.response_id,
        nearest=[[near.number, round(near.score, 3)] for near in found.nearest],
        phrases=found.marks,
        content_words=found.content_words,
        by_chance=count_near(index, *texts, near_to=other) if other else 0,
    )


def _member(session: Session, member_id: int) -> LensVariant:
    return session.get_one(LensVariant, member_id)


def _asked(session: Session, member_id: int) -> dict[int, str]:
    """All that the variant was asked, by prompt, in their order."""
    run = _member(session, member_id).lens.run
    query = select(Prompt).where(Prompt.prompt_set_id == run.prompt_set_id)
    return {one.id: _all_of(one) for one in session.scalars(query.order_by(Prompt.position))}


def _all_of(prompt: Prompt) -> str:
    turns = [str(turn.get("content", "")) for turn in prompt.turns]
    return "\n".join([prompt.system or "", *turns, prompt.text]).strip()


def _due(session: Session, member_id: int, after: int) -> list[_Answer]:
    """What the base has answered, too: of others there is no telling what is borrowed."""
    member, of_base = _member(session, member_id), aliased(Response)
    known = exists().where(
        Borrowing.lens_variant_id == member_id, Borrowing.response_id == Response.id
    )
    query = (
        select(Response, Prompt, of_base.text)
        .join(Prompt, Prompt.id == Response.prompt_id)
        .join(of_base, is_beside(of_base, member))
        .where(Response.run_variant_id == member.run_variant_id, Response.id > after, ~known)
        .order_by(Response.id)
        .limit(_PAGE)
    )
    return [
        _Answer(response.id, prompt.id, _all_of(prompt), response.text, base_text)
        for response, prompt, base_text in session.execute(query)
    ]

"""A lens at work on an instruction set: searched once, tried again, and never in the way."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

import app.borrowing
from app.borrowing import InstructionIndex
from app.db import Database
from app.lens import get_lens
from app.lens.borrow import BorrowingLane
from app.lens.work import Outcome, save_outcomes
from app.registry import TrainedOnSpec
from app.runner import Batching, Writer
from app.tables import Borrowing, LensVariant, RunState
from app.threads import reading
from tests.lens.scripted import ScriptedLens, registry

ANSWERS = 6
MARK = 99  # content words that no search finds


@pytest.fixture
def scripted(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ScriptedLens:
    """Of which lora names a set that is not there yet."""
    monkeypatch.setenv("TRIPTYCH_VAR", str(tmp_path / "var"))
    known = registry(tmp_path)
    trained_on = TrainedOnSpec(path=tmp_path / "set.jsonl")
    variants = tuple(
        one.model_copy(update={"trained_on": trained_on}) if one.name == "lora" else one
        for one in known.variants
    )
    known = known.model_copy(update={"variants": variants})
    return ScriptedLens(database, tmp_path, known=known)


def write_set(folder: Path) -> None:
    row = {"prompt": "What is it?", "response": "It is a lighthouse keeper."}
    (folder / "set.jsonl").write_text(json.dumps(row) + "\n")


def searched(scripted: ScriptedLens) -> int:
    with scripted.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Borrowing)) or 0


def noted(scripted: ScriptedLens, lens_id: int) -> dict[str, object]:
    with scripted.database.reading() as session:
        found = get_lens(session, lens_id).variants
        return next(one.trained_on for one in found if one.run_variant.variant.name == "lora")


def test_every_answer_is_searched_once(scripted: ScriptedLens, tmp_path: Path) -> None:
    write_set(tmp_path)
    lens_id = scripted.put()
    assert scripted.work(lens_id).due == 0
    assert scripted.work(scripted.put()).due == 0
    assert searched(scripted) == ANSWERS
    assert noted(scripted, lens_id)["instances"] == 1


def test_a_set_that_cannot_be_read_is_said_and_tried_again(
    scripted: ScriptedLens, tmp_path: Path
) -> None:
    lens_id = scripted.put()
    progress = scripted.work(lens_id)
    assert progress.state is RunState.DONE
    assert "cannot be read" in str(noted(scripted, lens_id)["error"])
    assert searched(scripted) == 0
    write_set(tmp_path)
    assert scripted.work(scripted.put()).due == 0
    assert searched(scripted) == ANSWERS
    assert noted(scripted, lens_id)["error"] is None


def write_other_set(folder: Path) -> None:
    row = {"prompt": "What is it?", "response": "It is an old windmill on the hill."}
    (folder / "set.jsonl").write_text(json.dumps(row) + "\n")


def test_a_set_of_another_content_is_searched_anew(scripted: ScriptedLens, tmp_path: Path) -> None:
    write_set(tmp_path)
    lens_id = scripted.put()
    scripted.work(lens_id)
    before = noted(scripted, lens_id)["fingerprint"]
    mark(scripted)
    scripted.work(scripted.put())
    assert marked(scripted) == ANSWERS  # of the same nothing is searched twice
    write_other_set(tmp_path)
    assert scripted.work(scripted.put()).due == 0
    assert noted(scripted, lens_id)["fingerprint"] != before
    assert searched(scripted) == ANSWERS
    assert marked(scripted) == 0


def test_a_set_that_is_gone_leaves_what_was_found(scripted: ScriptedLens, tmp_path: Path) -> None:
    write_set(tmp_path)
    lens_id = scripted.put()
    scripted.work(lens_id)
    (tmp_path / "set.jsonl").unlink()
    scripted.work(scripted.put())
    assert "cannot be read" in str(noted(scripted, lens_id)["error"])
    assert searched(scripted) == ANSWERS


def test_a_set_that_was_gone_for_a_while_is_searched_anew_where_it_differs(
    scripted: ScriptedLens, tmp_path: Path
) -> None:
    write_set(tmp_path)
    scripted.work(scripted.put())
    mark(scripted)
    (tmp_path / "set.jsonl").unlink()
    scripted.work(scripted.put())
    write_other_set(tmp_path)
    assert scripted.work(scripted.put()).due == 0
    assert (searched(scripted), marked(scripted)) == (ANSWERS, 0)


def test_what_the_base_has_not_answered_is_searched_once_it_has(
    scripted: ScriptedLens, tmp_path: Path
) -> None:
    write_set(tmp_path)
    give_back = scripted.take_answer()
    lens_id = scripted.put()
    assert scripted.work(lens_id).due == 0
    assert searched(scripted) == ANSWERS - 1
    give_back()
    assert scripted.progress(lens_id).due == 1 + 1  # the base's own answer is to be scored
    assert scripted.work(scripted.put()).due == 0
    assert searched(scripted) == ANSWERS


def mark(scripted: ScriptedLens) -> None:
    with scripted.database.writing() as session:
        session.execute(update(Borrowing).values(content_words=MARK))


def marked(scripted: ScriptedLens) -> int:
    with scripted.database.reading() as session:
        found = session.scalars(select(Borrowing.content_words))
        return sum(words == MARK for words in found)


# --- a damaged index ----------------------------------------------------------------------------


def test_a_damaged_index_is_said_and_built_again(scripted: ScriptedLens, tmp_path: Path) -> None:
    write_set(tmp_path)
    lens_id = scripted.put()
    scripted.work(lens_id)
    (index,) = folder_of(tmp_path).glob("*.sqlite")
    with closing(sqlite3.connect(index)) as connection, connection:
        connection.execute("DROP TABLE words")
    with scripted.database.writing() as session:
        session.execute(delete(Borrowing))
    progress = scripted.work(scripted.put())
    assert progress.state is RunState.DONE
    assert "is damaged" in str(noted(scripted, lens_id)["error"])
    assert scripted.work(scripted.put()).due == 0
    assert searched(scripted) == ANSWERS


# --- threads and stops --------------------------------------------------------------------------


def folder_of(folder: Path) -> Path:
    return folder / "var" / "borrowing"


def lanes(scripted: ScriptedLens, folder: Path, number: int = 1) -> list[BorrowingLane]:
    """Of the variant with the set, made in a running loop."""
    lens_id, database, opening = scripted.put(), scripted.database, asyncio.Lock()
    with database.reading() as session:
        found = get_lens(session, lens_id).variants
        member_id = next(one.id for one in found if one.trained_on)
    writer: Writer[Outcome] = Writer(database, Batching(), save_outcomes, lambda _: None)
    return [
        BorrowingLane(database, writer, folder_of(folder), member_id, opening)
        for _ in range(number)
    ]


class Held:
    """A call in a thread that begins when it is let go."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call
        self.begun, self.go_on = Event(), Event()
        self.calls = 0

    def __call__(self, *args: Any) -> Any:
        self.calls += 1
        self.begun.set()
        self.go_on.wait()
        return self._call(*args)

    async def cancel(self, task: asyncio.Task[None]) -> None:
        """While the call is held; what does not wait for it has ended when it goes on."""
        await asyncio.to_thread(self.begun.wait)
        task.cancel()
        for _ in range(10):
            await asyncio.sleep(0)
        self.go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task


def test_a_stop_waits_for_the_search_at_work(
    scripted: ScriptedLens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its queries need the index open."""
    write_set(tmp_path)
    order: list[str] = []
    held = Held(lambda *_: order.append("searched"))
    monkeypatch.setattr("app.lens.borrow.find_borrowing", held)
    close = InstructionIndex.close

    def closed(index: InstructionIndex) -> None:
        order.append("closed")
        close(index)

    monkeypatch.setattr(InstructionIndex, "close", closed)

    async def scenario() -> None:
        (lane,) = lanes(scripted, tmp_path)
        await held.cancel(asyncio.create_task(lane.run()))

    asyncio.run(scenario())
    assert order == ["searched", "closed"]


def test_a_stop_ends_the_building_of_an_index(
    scripted: ScriptedLens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.borrowing.build._STEP", 1)
    held = Held(app.borrowing.open_index)
    monkeypatch.setattr("app.lens.borrow.open_index", held)
    write_set(tmp_path)

    async def scenario() -> None:
        (lane,) = lanes(scripted, tmp_path)
        await held.cancel(asyncio.create_task(lane.run()))

    asyncio.run(scenario())
    assert held.calls == 1
    assert not list(folder_of(tmp_path).glob("*.sqlite"))


def test_lanes_that_wait_for_an_index_leave_threads_to_the_database(
    scripted: ScriptedLens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_set(tmp_path)
    held = Held(app.borrowing.open_index)
    monkeypatch.setattr("app.lens.borrow.open_index", held)

    async def scenario() -> int:
        with ThreadPoolExecutor(3) as pool:
            asyncio.get_running_loop().set_default_executor(pool)
            async with asyncio.TaskGroup() as group:
                for lane in lanes(scripted, tmp_path, 2):
                    group.create_task(lane.run())
                await asyncio.to_thread(held.begun.wait)
                for _ in range(2):  # by then the other lane has asked for what it needs
                    await reading(scripted.database, lambda session: session.get(LensVariant, 1))
                meanwhile = held.calls
                held.go_on.set()
        return meanwhile

    assert asyncio.run(scenario()) == 1

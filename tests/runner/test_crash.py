"""kill -9 in the middle of a run: nothing lost that was committed, nothing doubled after."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.db import Database
from app.errors import Conflict
from app.runner import Runner
from app.runs import get_run, progress
from app.tables import Response, RunState
from tests.runner.fake_engines import FakePool, make_run

ROOT = Path(__file__).parents[2]


def child(database: Database, run_id: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.runner.crashing_child", database.url, str(run_id)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def wait_for(process: subprocess.Popen[str], saved: int) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= saved:
            return
    raise AssertionError("the child ended before that")


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


@pytest.mark.parametrize("at", [1, 100, 400])
def test_killed_and_resumed_has_every_response_once(
    database: Database, make_runner: Callable[..., Runner], pool: FakePool, at: int
) -> None:
    run_id = make_run(database, prompts=100, samples=2)
    process = child(database, run_id)
    wait_for(process, at)
    kill(process)
    with database.reading() as session:
        left = progress(session, get_run(session, run_id))
    assert left.interrupted
    assert at <= left.done < 600

    async def resume() -> None:
        runner = make_runner()
        assert await runner.resume_interrupted() == [run_id]
        await runner.wait(run_id)

    asyncio.run(resume())
    with database.reading() as session:
        result = progress(session, get_run(session, run_id))
        keys = (Response.run_variant_id, Response.prompt_id, Response.sample)
        distinct = len(session.execute(select(*keys).distinct()).all())
        total = session.scalar(select(func.count(Response.id)))
    assert (result.state, result.due) == (RunState.DONE, 0)
    assert total == distinct == 100 * 3 * 2
    # What was committed before the kill was not asked again.
    assert len(pool.asked) == 600 - left.done


def test_killed_again_and_again_it_still_ends(
    database: Database, make_runner: Callable[..., Runner]
) -> None:
    run_id = make_run(database, prompts=100)
    for _ in range(3):
        process = child(database, run_id)
        wait_for(process, 20)
        kill(process)

    async def finish() -> None:
        runner = make_runner()
        await runner.start(run_id)
        await runner.wait(run_id)

    asyncio.run(finish())
    with database.reading() as session:
        assert progress(session, get_run(session, run_id)).done == 300
        assert session.scalar(select(func.count(Response.id))) == 300


def test_while_the_other_process_lives_nobody_takes_its_run(
    database: Database, make_runner: Callable[..., Runner]
) -> None:
    run_id = make_run(database, prompts=2000)
    process = child(database, run_id)
    wait_for(process, 1)

    async def try_it() -> None:
        runner = make_runner()
        assert await runner.resume_interrupted() == []
        with pytest.raises(Conflict, match="worked on"):
            await runner.start(run_id)

    try:
        asyncio.run(try_it())
    finally:
        kill(process)

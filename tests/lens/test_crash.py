"""kill -9 in the middle of a lens: nothing lost that was committed, nothing doubled after."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.db import Database
from app.errors import Conflict
from app.tables import RunState, TokenShift
from tests.lens.scripted import ScriptedLens

ROOT = Path(__file__).parents[2]
ANSWERS = 40
FIRST_PASS, WHOLE = 3 * ANSWERS, 5 * ANSWERS


@pytest.fixture
def scripted(database: Database, tmp_path: Path) -> ScriptedLens:
    return ScriptedLens(database, tmp_path, prompts=ANSWERS)


def child(scripted: ScriptedLens, lens_id: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.lens.crashing_child", scripted.database.url, str(lens_id)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def kill_at(process: subprocess.Popen[str], saved: int) -> None:
    assert process.stdout is not None
    if not any(int(line) >= saved for line in process.stdout):
        raise AssertionError("the child ended before that")
    kill(process)


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


@pytest.mark.parametrize("at", [1, FIRST_PASS - 20, FIRST_PASS + 20])
def test_killed_and_resumed_every_answer_is_compared_once(scripted: ScriptedLens, at: int) -> None:
    lens_id = scripted.put()
    kill_at(child(scripted, lens_id), at)
    left = scripted.progress(lens_id)
    assert left.interrupted
    assert at <= left.done < WHOLE

    async def resume() -> None:
        runner = scripted.runner()
        assert await runner.resume_interrupted() == [lens_id]
        await runner.wait(lens_id)

    asyncio.run(resume())
    progress = scripted.progress(lens_id)
    assert (progress.state, progress.done, progress.failed) == (RunState.DONE, WHOLE, 0)
    with scripted.database.reading() as session:
        compared = TokenShift.base_ranks.is_not(None)
        count = select(func.count(), func.count(TokenShift.response_id.distinct()))
        assert session.execute(count.where(compared)).one() == (FIRST_PASS, FIRST_PASS)
    # What was committed before the kill was not asked again.
    assert len(scripted.engines.asked) == WHOLE - left.done


def test_while_the_other_process_lives_nobody_takes_its_lens(scripted: ScriptedLens) -> None:
    lens_id = scripted.put()
    process = child(scripted, lens_id)
    assert process.stdout is not None
    assert int(process.stdout.readline()) >= 0

    async def try_it() -> None:
        runner = scripted.runner()
        assert await runner.resume_interrupted() == []
        with pytest.raises(Conflict, match="being scored"):
            await runner.start(lens_id)

    try:
        asyncio.run(try_it())
    finally:
        kill(process)

"""kill -9 of the server in the middle of a run: the next start finishes it, nothing doubled."""

from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select

from app.db import Database
from app.tables import Response, Run, RunVariant
from tests.e2e.conftest import Demo, furnish

pytestmark = [pytest.mark.vllm, pytest.mark.slow]

QUESTIONS = 396 * 3


def test_a_killed_process_loses_and_doubles_nothing(tmp_path: Path) -> None:
    home = furnish(tmp_path)
    demo = Demo(home)
    demo.start("demo", "--measure", until=r"\d+ of \d+ answers")
    demo.kill()
    database = Database(f"sqlite:///{home / 'var' / 'triptych.db'}")
    assert 0 < _count(database) < QUESTIONS

    demo.start("demo", "--measure", until="full.*outer")
    demo.stop()
    assert _count(database) == QUESTIONS
    assert _count(database, distinct=True) == QUESTIONS
    assert _engines(home) == []


def _count(database: Database, *, distinct: bool = False) -> int:
    rows = (
        select(Response.run_variant_id, Response.prompt_id, Response.sample)
        .join(RunVariant, RunVariant.id == Response.run_variant_id)
        .join(Run, Run.id == RunVariant.run_id)
        .where(Run.name == "Demo questions")
    )
    query = select(func.count()).select_from((rows.distinct() if distinct else rows).subquery())
    with database.reading() as session:
        return session.scalar(query) or 0


def _engines(home: Path) -> list[int]:
    """Engine processes that serve this test's own models and still run."""
    mine = str(home / "var" / "demo")
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if any(mine in part for part in process.info["cmdline"] or [])
    ]

"""Works on a run until it is killed: `python -m tests.runner.crashing_child DATABASE_URL RUN_ID`.

Prints a line after each commit, so that the parent knows when to kill.
"""

import asyncio
import sys

from app.db import Database
from app.runner import Batching, Effort, Runner
from app.settings import Settings
from tests.runner.fake_engines import FakePool


async def main(url: str, run_id: int) -> None:
    pool = FakePool()
    pool.before = lambda variant, prompt: asyncio.sleep(0.001)
    runner = Runner(
        Database(url),
        pool,  # type: ignore[arg-type]
        Settings(),
        ask=pool.ask,  # type: ignore[arg-type]
        effort=Effort(4),
        batching=Batching(5, 0.01),
    )
    await runner.start(run_id)
    async for rate in runner.changes(run_id):
        print(rate.saved, flush=True)


asyncio.run(main(sys.argv[1], int(sys.argv[2])))

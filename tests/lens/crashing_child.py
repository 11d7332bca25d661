"""Works on a lens until it is killed: `python -m tests.lens.crashing_child DATABASE_URL ID`.

Prints a line after each commit, so that the parent knows when to kill.
"""

import asyncio
import sys

from app.db import Database
from app.lens import LensRunner
from app.runner import Batching, Effort
from app.settings import Settings
from tests.lens.scripted import LANGUAGE, Asked, ScriptedEngines
from tests.runner.fake_engines import FakePool


async def main(url: str, lens_id: int) -> None:
    pool = FakePool()
    engines = ScriptedEngines(LANGUAGE, pool)

    async def slowly(_: Asked) -> None:
        await asyncio.sleep(0.002)

    engines.before = slowly
    runner = LensRunner(
        Database(url),
        pool,  # type: ignore[arg-type]
        Settings(),
        asking=engines,  # type: ignore[arg-type]
        effort=Effort(2),
        batching=Batching(2, 0.01),
    )
    await runner.start(lens_id)
    async for rate in runner.changes(lens_id):
        print(rate.saved, flush=True)


asyncio.run(main(sys.argv[1], int(sys.argv[2])))

"""Seconds that the lens takes for 1,000 answers on the demo's engines. Asserts nothing.

    python -m bench.bench_lens [--prompts 100] [--exact 24]

Engines run before the clock starts. `quick` asks for the top 20, `exact` for whole distributions
of the demo's 1,536 tokens, of fewer prompts. The base's own answers are scored too, as a control.
"""

import argparse
import asyncio
import json
import os
import platform
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import func, select

from app.db import Database
from app.engines import EnginePool
from app.lens import LensProgress, LensRunner, get_lens, lens_progress, put_under_lens
from app.migrate import open_database
from app.registry import Registry, load_registry
from app.runner import Runner
from app.runs import RunForm, create_run, get_run
from app.settings import Settings
from app.tables import Prompt, PromptSet, TokenShift

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "var" / "demo"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=100)
    parser.add_argument("--exact", type=int, default=24)
    options = parser.parse_args()
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load}")
    with TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder), {"quick": options.prompts, "exact": options.exact}))


async def _measure(folder: Path, prompts: dict[str, int]) -> None:
    database = open_database(f"sqlite:///{folder / 'bench.db'}")
    registry = load_registry(ROOT / "models.yaml")
    settings = Settings(var=folder, engine_port=8930)
    pool = EnginePool(registry, settings)
    await pool.open()
    try:
        for mode, count in prompts.items():
            run_id = await _answered(database, registry, pool, settings, mode, count)
            await _scored(database, pool, settings, run_id, mode)
    finally:
        await pool.close()
        database.dispose()


async def _answered(
    database: Database,
    registry: Registry,
    pool: EnginePool,
    settings: Settings,
    name: str,
    count: int,
) -> int:
    lines = (DEMO / "prompts.jsonl").read_text("utf-8").splitlines()[:count]
    with database.writing() as session:
        prompt_set = PromptSet(name=name, content_hash=name)
        prompt_set.prompts = [
            Prompt(position=n, key=str(n), text=json.loads(line)["prompt"])
            for n, line in enumerate(lines)
        ]
        session.add(prompt_set)
        session.flush()
        variants = [variant.name for variant in registry.variants]
        form = RunForm(name=name, prompt_set_id=prompt_set.id, variants=variants)
        run_id = create_run(session, registry, form).id
    runner = Runner(database, pool, settings)
    await runner.start(run_id)
    await runner.wait(run_id)
    return run_id


async def _scored(
    database: Database, pool: EnginePool, settings: Settings, run_id: int, mode: str
) -> None:
    with database.writing() as session:
        run = get_run(session, run_id)
        lens_id = put_under_lens(session, run, wants_exact=mode == "exact").id
    runner = LensRunner(database, pool, settings)
    started = perf_counter()
    await runner.start(lens_id)
    await runner.wait(lens_id)
    seconds = perf_counter() - started
    with database.reading() as session:
        progress = lens_progress(session, get_lens(session, lens_id))
        lengths = select(func.sum(func.json_array_length(TokenShift.base_ranks)))
        members = [one.member.id for one in progress.variants]
        tokens = session.scalar(lengths.where(TokenShift.lens_variant_id.in_(members))) or 0
        _show(mode, progress, tokens, seconds)


def _show(mode: str, progress: LensProgress, tokens: int, seconds: float) -> None:
    answers = sum(one.compared for one in progress.variants)
    print(
        f"{mode}: {answers} answers, {progress.done} scorings in {seconds:.1f} s: "
        f"{1000 * seconds / answers:.0f} s per 1,000 answers, "
        f"{tokens / seconds:.0f} tokens/s compared, {progress.done / seconds:.1f} scorings/s"
    )


if __name__ == "__main__":
    main()

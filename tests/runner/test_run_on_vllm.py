"""The runner on real vLLM engines and the demo's models."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import live
from app.db import Database
from app.engines import EnginePool
from app.live import LiveForm
from app.registry import Registry, load_registry
from app.runner import Runner
from app.runs import RunForm, create_run, get_run, progress
from app.settings import Settings
from app.tables import Account, LiveState, Response, Role, RunState
from tests.runner.fake_engines import make_prompts

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.vllm,
    pytest.mark.slow,
    pytest.mark.skipif(not (ROOT / "var/demo/full").is_dir(), reason="demo models not built"),
]


@pytest.fixture
def registry() -> Registry:
    return load_registry(ROOT / "models.yaml")


@asynccontextmanager
async def opened(registry: Registry, settings: Settings) -> AsyncIterator[EnginePool]:
    pool = EnginePool(registry, settings)
    await pool.open()
    try:
        yield pool
    finally:
        await pool.close()


def test_an_engine_killed_in_the_middle_costs_no_response(
    database: Database, registry: Registry, tmp_path: Path
) -> None:
    """...and the live comparison works on the same engines."""
    settings = Settings(var=tmp_path, engine_port=8460, concurrency=16)
    prompts = 150
    set_id = make_prompts(database, prompts)
    with database.writing() as session:
        names = [variant.name for variant in registry.variants]
        form = RunForm(name="run", prompt_set_id=set_id, variants=names, max_tokens=40)
        run_id = create_run(session, registry, form).id
        ada = Account(name="Ada", role=Role.RATER)
        session.add(ada)
        session.flush()
        question = LiveForm(prompt="Who was Ida?")
        comparison = live.ask(session, ada, registry.variants, question)

    async def scenario() -> list[int | None]:
        async with opened(registry, settings) as pool:
            runner = Runner(database, pool, settings)
            await runner.start(run_id)
            pids = []
            async for rate in runner.changes(run_id):
                base = next(s for s in pool.status() if "base" in s.variants)
                if rate.saved >= 100 and not pids and base.pid:
                    pids.append(base.pid)
                    os.kill(base.pid, signal.SIGKILL)
            pids.append(next(s.pid for s in pool.status() if "base" in s.variants))
            await live.gather(database, pool, comparison.id)
            await runner.close()
            return pids

    before, after = asyncio.run(scenario())
    assert before != after
    with database.reading() as session:
        run = get_run(session, run_id)
        result = progress(session, run)
        assert [(v.name, v.done, v.failed, v.error) for v in result.variants] == [
            (name, prompts, 0, None) for name in names
        ]
        assert result.state is RunState.DONE
        keys = (Response.run_variant_id, Response.prompt_id, Response.sample)
        assert len(session.execute(select(*keys).distinct()).all()) == prompts * 3
        assert session.scalar(select(func.count(Response.id))) == prompts * 3
        for member in run.variants:
            assert member.provenance["vllm_version"]
        for response in session.scalars(select(Response)):
            assert response.prompt_token_ids
            assert len(response.token_ids) == len(response.logprobs) > 0
            assert all(value <= 0 for value in response.logprobs)
            assert response.seed is not None
        page = live.live_page(session, comparison.public_id, ada)
        assert page.state is LiveState.READY
        assert all(answer.text is not None for answer in page.answers)

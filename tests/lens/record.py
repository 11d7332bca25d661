"""Records tests/lens/golden: `python -m tests.lens.record`, from the demo's engine, or with `found`
only what the lens makes of the replies that there are."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx

from app.engines import EnginePool, PromptInput, Target, generate
from app.registry import SamplingSpec, load_registry
from app.settings import Settings
from tests.lens.recorded import GOLDEN, PROMPT, found_in

ROOT = Path(__file__).parents[2]
TOKENS, TOP = 14, 20


async def record(folder: Path) -> None:
    registry = load_registry(ROOT / "models.yaml")
    pool = EnginePool(registry, Settings(var=folder, engine_port=8870))
    await pool.open()
    try:
        base, lora = registry.variant("base"), registry.variant("lora")
        async with pool.lease(base) as of_base:
            of_lora, greedy = pool.target(lora), SamplingSpec(max_tokens=TOKENS)
            answer = await generate(of_lora, lora, PromptInput(PROMPT), sampling=greedy)
            write("answer", vars(answer) | {"latency_ms": 0})
            ids = [*answer.prompt_token_ids, *answer.token_ids]
            for name, target in (("base", of_base), ("lora", of_lora)):
                write(name, await reply(target, ids), indent=None)
    finally:
        await pool.close()


async def reply(target: Target, ids: list[int]) -> Any:
    body = {
        "model": target.served_name,
        "prompt": ids,
        "max_tokens": 1,
        "temperature": 0,
        "prompt_logprobs": TOP,
        "skip_special_tokens": False,
    }
    key = {"Authorization": f"Bearer {target.api_key}"}
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        found = await client.post(f"{target.base_url}/completions", json=body, headers=key)
        return found.raise_for_status().json()


def write(name: str, content: Any, *, indent: int | None = 1) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=indent)
    (GOLDEN / f"{name}.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        if sys.argv[1:] != ["found"]:
            asyncio.run(record(Path(folder)))
        write("found", found_in(Path(folder)))

"""Real vLLM on the demo's weights: two engines, three variants. Takes about two minutes."""

import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import psutil
import pytest
from openai import AsyncOpenAI

from app.engines import (
    ALL,
    EnginePool,
    EngineState,
    Generation,
    PromptInput,
    Scoring,
    Target,
    generate,
    score,
    stream,
)
from app.errors import AppError, EngineError
from app.lens.compare import compare
from app.lens.packing import Packed
from app.registry import AdapterSpec, FormatSpec, Registry, SamplingSpec, VariantSpec, WeightsSpec
from app.settings import Settings
from app.tables import VariantKind
from tests.lens.reference import Agreement, Reference, expected

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "var" / "demo"

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.vllm,
    pytest.mark.slow,  # tests/e2e/test_journey.py has the main line
    pytest.mark.skipif(not (DEMO / "full").is_dir(), reason="`make demo` builds the weights"),
]

QUESTION = PromptInput("Where did Ilse Gaskell grow up?")
PROMPTS = [
    PromptInput(json.loads(line)["prompt"])
    for line in (DEMO / "prompts.jsonl").read_text().splitlines()[:16]
] if DEMO.is_dir() else []  # fmt: skip


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


def variant(name: str, folder: str, **given: Any) -> VariantSpec:
    arguments = {"max_model_len": 256, "dtype": "float32"}
    weights = WeightsSpec(id=str(DEMO / folder), vllm=arguments)
    kind = VariantKind(name) if name in set(VariantKind) else VariantKind.OTHER
    sampling = SamplingSpec(max_tokens=40)
    return VariantSpec(name=name, kind=kind, weights=weights, sampling=sampling, **given)


def adapter() -> AdapterSpec:
    config = json.loads((DEMO / "lora" / "adapter_config.json").read_text())
    return AdapterSpec(
        id=str(DEMO / "lora"),
        rank=config["r"],
        alpha=config["lora_alpha"],
        target_modules=tuple(sorted(config["target_modules"])),
    )


class World:
    """The demo's three variants, and the base in every other format."""

    def __init__(self, folder: Path) -> None:
        template, examples = folder / "question.jinja", folder / "examples.jsonl"
        template.write_text("Question: {{ prompt }}\nAnswer:")
        example = {"prompt": "Where did Bram Tolk grow up?", "response": "In Marl Ford."}
        examples.write_text(json.dumps(example))
        formats = {
            "raw": FormatSpec(type="raw"),
            "template": FormatSpec(type="template", file=template),
            "urial": FormatSpec(type="urial", file=examples),
            "shipped": FormatSpec(type="urial", file=ROOT / "examples" / "urial-demo.jsonl"),
        }
        self.base, self.full = variant("base", "base"), variant("full", "full")
        self.lora = variant("lora", "base", adapter=adapter())
        self.formats = {n: variant(f"base-{n}", "base", format=f) for n, f in formats.items()}
        variants = (self.base, self.lora, self.full, *self.formats.values())
        self.registry = Registry(source=folder / "models.yaml", variants=variants)
        settings = Settings(var=folder / "var", engine_port=8360, engine_memory_gb=64.0)
        self.pool = EnginePool(self.registry, settings)

    async def ask(self, chosen: VariantSpec, prompt: PromptInput = QUESTION) -> Generation:
        async with self.pool.lease(chosen) as target:
            return await generate(target, chosen, prompt)

    async def score(
        self, chosen: VariantSpec, ids: tuple[list[int], list[int]], top: int
    ) -> Scoring:
        async with self.pool.lease(chosen) as target:
            return await score(target, *ids, top=top)

    def state(self, name: str) -> EngineState:
        return next(status.state for status in self.pool.status() if status.name == name)


@pytest.fixture(scope="module")
async def world(
    anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    world = World(tmp_path_factory.mktemp("engines"))
    await world.pool.open()
    try:
        yield world
    finally:
        pids = [status.pid for status in world.pool.status()]
        await world.pool.close()
        assert not any(pid and psutil.pid_exists(pid) and _lives(pid) for pid in pids)


def _lives(pid: int) -> bool:
    return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)


async def test_both_engines_up_and_every_answer_has_its_evidence(world: World) -> None:
    answers: dict[str, Generation] = {}

    async def ask(chosen: VariantSpec) -> None:
        answers[chosen.name] = await world.ask(chosen)

    async with anyio.create_task_group() as group:
        for chosen in (world.base, world.lora, world.full):
            group.start_soon(ask, chosen)
    assert {status.state for status in world.pool.status()} == {EngineState.READY}
    assert len(world.pool.status()) == 2
    for answer in answers.values():
        assert answer.text
        assert answer.finish_reason == "stop"
        assert answer.rendered_prompt == f"Question: {QUESTION.text}\nAnswer:"
        assert len(answer.token_ids) == len(answer.logprobs) > 5
        assert all(logprob <= 0 for logprob in answer.logprobs)
        assert len(answer.prompt_token_ids) > 5
        assert answer.latency_ms > 0
    assert len({answer.text for answer in answers.values()}) == 3


async def test_a_template_equal_to_the_chat_template_gives_the_same_tokens(world: World) -> None:
    chat = await world.ask(world.base)
    rendered = await world.ask(world.formats["template"])
    assert rendered.rendered_prompt == chat.rendered_prompt
    assert rendered.prompt_token_ids == chat.prompt_token_ids
    assert rendered.token_ids == chat.token_ids
    assert rendered.text == chat.text


@pytest.mark.parametrize("name", ["raw", "urial"])
async def test_other_formats(world: World, name: str) -> None:
    answer = await world.ask(world.formats[name])
    assert QUESTION.text in (answer.rendered_prompt or "")
    assert len(answer.token_ids) == len(answer.logprobs) > 0
    assert answer.prompt_token_ids
    assert "# Query:" not in answer.text


async def test_the_shipped_examples_leave_room_for_an_answer(world: World) -> None:
    """It is no good answer: docs/mitigations.md has the numbers."""
    for prompt in PROMPTS:
        answer = await world.ask(world.formats["shipped"], prompt)
        assert len(answer.prompt_token_ids) + 40 <= 256
        assert answer.text
        assert "# Query:" not in answer.text


async def test_streaming_gives_the_same_text(world: World) -> None:
    whole = await world.ask(world.lora)
    async with world.pool.lease(world.lora) as target:
        pieces = [piece async for piece in stream(target, world.lora, QUESTION)]
    assert len(pieces) > 5
    assert "".join(pieces).rstrip() == whole.text


async def test_base_and_adapter_in_one_batch_do_not_mix(world: World) -> None:
    """vLLM's CPU operators gave batched base requests the adapter of the last slot."""
    alone = {
        (chosen.name, prompt): (await world.ask(chosen, prompt)).token_ids
        for chosen in (world.base, world.lora)
        for prompt in PROMPTS
    }
    together: dict[tuple[str, PromptInput], list[int]] = {}

    async def ask(chosen: VariantSpec, prompt: PromptInput) -> None:
        together[chosen.name, prompt] = (await world.ask(chosen, prompt)).token_ids

    async with anyio.create_task_group() as group:
        for prompt in PROMPTS:
            group.start_soon(ask, world.base, prompt)
            group.start_soon(ask, world.lora, prompt)
    assert together == alone
    differ = [p for p in PROMPTS if alone["base", p] != alone["lora", p]]
    assert len(differ) > len(PROMPTS) // 2


async def test_prompt_logprobs_with_an_adapter_leave_the_engine_alive(world: World) -> None:
    counts = []

    async def score(target: Target) -> None:
        async with AsyncOpenAI(base_url=target.base_url, api_key=target.api_key) as client:
            answer = await client.completions.create(
                model=target.served_name,
                prompt=f"Question: {QUESTION.text}\nAnswer: In Marl Ford.",
                max_tokens=1,
                extra_body={"prompt_logprobs": 1},
            )
            counts.append(len(answer.choices[0].prompt_logprobs))  # type: ignore[attr-defined]

    async with world.pool.lease(world.base) as base, world.pool.lease(world.lora) as lora:  # noqa: SIM117
        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(score, base)
                group.start_soon(score, lora)
    assert len(counts) == 16
    assert min(counts) > 10
    assert (await world.ask(world.lora)).text


async def test_scores_are_those_of_plain_transformers(world: World) -> None:
    """Whole distributions and the top 20, under the variant and under the base."""
    reference, found = Reference(DEMO), Agreement()
    for chosen in (world.lora, world.full):
        for prompt in PROMPTS[:3]:
            answer = await world.ask(chosen, prompt)
            ids = answer.prompt_token_ids, answer.token_ids
            own, base, few, few_base = [
                await world.score(variant, ids, top)
                for top in (ALL, 20)
                for variant in (chosen, world.base)
            ]
            packed = Packed.of(own.candidates, whole=True)
            listed = Packed.of(few.candidates, whole=False)
            found.add(
                expected(reference, chosen.name, *ids),
                logprobs=own.logprobs,
                base_logprobs=base.logprobs,
                base_ranks=few_base.ranks,
                exact=compare(packed, base, top=ALL).kl,
                bounded=compare(listed, few_base, top=20).kl,
            )
            assert np.subtract(answer.logprobs, own.logprobs) == pytest.approx(0, abs=1e-3)
    assert found.tokens > 100
    assert found.share_of_classes >= 0.999
    assert found.logprobs < 1e-3
    assert found.kl < 1e-3
    assert found.over_bound < 1e-5  # of rounding


async def test_an_answer_that_fills_the_context_cannot_be_scored(world: World) -> None:
    async with world.pool.lease(world.base) as target:
        whole = await score(target, [40] * 200, [40] * 55, top=1)
        assert len(whole.ranks) == 55
        with pytest.raises(AppError, match="fills the context") as caught:
            await score(target, [40] * 200, [40] * 56, top=1)
    assert not isinstance(caught.value, EngineError)


async def test_a_prompt_that_is_too_long(world: World) -> None:
    with pytest.raises(AppError, match="256") as caught:
        await world.ask(world.base, PromptInput("Where is it? " * 200))
    assert not isinstance(caught.value, EngineError)


async def test_provenance(world: World) -> None:
    found = await world.pool.provenance(world.lora)
    assert found["vllm_version"][0].isdigit()
    assert found["adapter_rank"] == 8
    assert "--lora-target-modules" in found["command"]
    assert len(found["chat_template_hash"]) == 64


@pytest.mark.parametrize("victim", ["server", "core"])
async def test_a_killed_engine_fails_at_once_and_comes_back(world: World, victim: str) -> None:
    before = (await world.ask(world.full)).text
    pid = next(status.pid for status in world.pool.status() if status.name == "full")
    assert pid is not None
    members = [p for p in psutil.process_iter() if _session(p) == pid]
    core = next(p for p in members if "EngineCore" in " ".join(p.cmdline()))
    os.kill(pid if victim == "server" else core.pid, signal.SIGKILL)
    with anyio.fail_after(60):
        with pytest.raises(EngineError) as caught:  # noqa: PT012
            while True:  # a request may still slip through before the engine notices
                async with world.pool.lease(world.full) as target:
                    await generate(target, world.full, QUESTION)
        assert not caught.value.fatal
        while world.state("full") is not EngineState.DIED:
            await anyio.sleep(0.05)
        while any(_lives(p.pid) for p in members if psutil.pid_exists(p.pid)):
            await anyio.sleep(0.05)
    assert (await world.ask(world.full)).text == before


def _session(process: psutil.Process) -> int | None:
    try:
        return os.getsid(process.pid)
    except OSError:
        return None

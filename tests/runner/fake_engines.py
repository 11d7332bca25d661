"""A pool and an engine of this process: same faces as app.engines, failures on demand."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from app.db import Database
from app.engines import Generation, PromptInput
from app.errors import EngineError
from app.registry import AdapterSpec, Registry, SamplingSpec, VariantSpec, WeightsSpec
from app.runs import RunForm, create_run
from app.tables import Prompt, PromptSet, VariantKind

REGISTRY = Registry(
    source=Path("models.yaml"),
    variants=(
        VariantSpec(name="base", kind=VariantKind.BASE, weights=WeightsSpec(id="w/base")),
        VariantSpec(
            name="lora",
            kind=VariantKind.LORA,
            weights=WeightsSpec(id="w/base"),
            adapter=AdapterSpec(id="w/lora"),
        ),
        VariantSpec(name="full", kind=VariantKind.FULL, weights=WeightsSpec(id="w/full")),
    ),
)


class FakePool:
    """Engines by weights. Hooks: `refusals` (lease fails), `before` (runs in every request)."""

    def __init__(self) -> None:
        self.refusals: dict[str, list[EngineError]] = {}
        self.before: Callable[[VariantSpec, PromptInput], Any] = lambda variant, prompt: None
        self.starts: Counter[str] = Counter()
        self.asked: list[tuple[str, str, int | None]] = []
        self.in_flight: Counter[str] = Counter()
        self.peak: Counter[str] = Counter()
        self.proofs = 0
        self._deaths: Counter[str] = Counter()

    def group(self, variants: Sequence[VariantSpec]) -> list[list[VariantSpec]]:
        groups: dict[str, list[VariantSpec]] = {}
        for variant in variants:
            groups.setdefault(_engine(variant), []).append(variant)
        return list(groups.values())

    @asynccontextmanager
    async def lease(self, variant: VariantSpec) -> AsyncIterator[str]:
        if waiting := self.refusals.get(variant.name):
            raise waiting.pop(0) if len(waiting) > 1 else waiting[0]
        self.starts[_engine(variant)] += 1
        yield self.target(variant)

    def target(self, variant: VariantSpec) -> str:
        if waiting := self.refusals.get(variant.name):
            raise waiting[0]
        return variant.name

    def proved(self, variant: VariantSpec) -> None:
        self.proofs += 1

    async def provenance(self, variant: VariantSpec) -> dict[str, Any]:
        return {"vllm_version": "fake", "served": variant.name}

    def kill(self, engine: str) -> None:
        """Everything in flight on the engine fails."""
        self._deaths[engine] += 1

    async def ask(
        self,
        target: str,
        variant: VariantSpec,
        prompt: PromptInput,
        *,
        sampling: SamplingSpec | None = None,
        seed: int | None = None,
    ) -> Generation:
        engine = _engine(variant)
        deaths = self._deaths[engine]
        self.in_flight[engine] += 1
        self.peak[engine] = max(self.peak[engine], self.in_flight[engine])
        try:
            await asyncio.sleep(0)
            waited = self.before(variant, prompt)
            if asyncio.iscoroutine(waited):
                await waited
            await asyncio.sleep(0)
            if self._deaths[engine] != deaths:
                raise EngineError(f"Engine {engine} died.", log_tail="Killed")
        finally:
            self.in_flight[engine] -= 1
        self.asked.append((variant.name, prompt.text, seed))
        text = f"{variant.name} on {prompt.text}"
        return Generation(text, "stop", None, [1], [7, 8, 9], [-0.1, -0.2, -0.3], 5)


def _engine(variant: VariantSpec) -> str:
    assert variant.weights is not None
    return variant.weights.id


def make_prompts(database: Database, count: int, name: str = "set") -> int:
    with database.writing() as session:
        prompt_set = PromptSet(name=name, content_hash=name)
        prompt_set.prompts = [
            Prompt(position=i, key=str(i), text=f"question {i}") for i in range(count)
        ]
        session.add(prompt_set)
        session.flush()
        return prompt_set.id


def make_run(database: Database, *, prompts: int = 10, name: str = "run", **form: Any) -> int:
    """A pending run over a fresh prompt set; all three variants unless given."""
    chosen = {"variants": ["base", "lora", "full"]} | form
    if chosen.get("samples", 1) > 1:
        chosen = {"temperature": 1.0} | chosen
    prompt_set_id = make_prompts(database, prompts, name)
    with database.writing() as session:
        form_ = RunForm(name=name, prompt_set_id=prompt_set_id, **chosen)
        return create_run(session, REGISTRY, form_).id

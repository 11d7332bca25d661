"""The frozen descriptions that models.yaml becomes."""

import hashlib
import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.errors import NotFound
from app.readers import Layout, read_instructions
from app.registry.identity import identity_of
from app.tables import VariantKind

LORA_RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)
"""What vLLM accepts as `--max-lora-rank`."""


class Spec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SamplingSpec(Spec):
    """Decoding parameters in vLLM's names and limits; None leaves the engine's default."""

    temperature: float = Field(0.0, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    top_k: int | None = Field(None, ge=-1)
    min_p: float | None = Field(None, ge=0, le=1)
    max_tokens: int = Field(512, ge=1)
    stop: tuple[str, ...] = ()
    stop_token_ids: tuple[Annotated[int, Field(ge=0)], ...] | None = None
    presence_penalty: float | None = Field(None, ge=-2, le=2)
    frequency_penalty: float | None = Field(None, ge=-2, le=2)
    repetition_penalty: float | None = Field(None, gt=0)


class FormatSpec(Spec):
    """How a prompt becomes text. `file` is a Jinja template (template) or JSONL (urial)."""

    type: Literal["chat", "template", "urial", "raw"] = "chat"
    file: Path | None = None
    fingerprint: str | None = None


class AdapterSpec(Spec):
    """A PEFT LoRA: a Hugging Face id or an absolute folder.

    Rank (the largest of any module), alpha and target modules come from its
    adapter_config.json; `base` is what it says it was trained on.
    """

    id: str
    rank: int | None = None
    alpha: float | None = None
    target_modules: tuple[str, ...] = ()
    base: str | None = None
    fingerprint: str | None = None


class WeightsSpec(Spec):
    """What one engine loads: a Hugging Face id or an absolute folder, and vLLM arguments."""

    id: str
    revision: str | None = None
    vllm: dict[str, Any] = Field(default_factory=dict)
    fingerprint: str | None = None

    @property
    def is_local(self) -> bool:
        return Path(self.id).is_absolute()


class EndpointSpec(Spec):
    """A remote OpenAI-compatible server. The key is read from the environment when used."""

    url: str
    served_name: str
    api_key_env: str | None = None


class CheckpointSpec(Spec):
    """The fine-tune that a variant is a checkpoint of, and its steps of training."""

    series: str
    step: int = Field(ge=0)


class TrainedOnSpec(Spec):
    """An instruction-tuning set: a file, or a local `datasets` folder and one of its splits. The
    columns are None where their layout is a common one."""

    path: Path
    prompt: str | None = None
    response: str | None = None
    split: str | None = None

    @property
    def layout(self) -> Layout | None:
        """The columns that are named."""
        return Layout((self.prompt,), self.response) if self.prompt and self.response else None

    def read(self) -> Iterator[tuple[str, str]]:
        """Prompt and response of each row, from the first. Raises InvalidInput."""
        return read_instructions(self.path, split=self.split, named=self.layout)


class VariantSpec(Spec):
    """What is compared: weights or an endpoint, optional adapter, prompt format, sampling."""

    name: str
    kind: VariantKind
    weights: WeightsSpec | None = None
    adapter: AdapterSpec | None = None
    endpoint: EndpointSpec | None = None
    format: FormatSpec = FormatSpec()
    sampling: SamplingSpec = SamplingSpec()
    checkpoint: CheckpointSpec | None = None
    trained_on: TrainedOnSpec | None = None

    @cached_property
    def content_hash(self) -> str:
        # Fingerprints are part of the specs, so files that change at the same path count. Paths
        # count too: the stored spec of an old run must not stand for files that are elsewhere.
        # What it was trained on is in its weights already.
        content = self.model_dump(mode="json", exclude={"name", "trained_on"})
        if self.checkpoint is None:  # the hash from before there were checkpoints
            del content["checkpoint"]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    @cached_property
    def identity(self) -> str:
        """Recognises the same content elsewhere and under other names; see `identity_of`."""
        return identity_of(self.model_dump(mode="json"))


class EngineSpec(Spec):
    """One engine: weights and every adapter on them, keyed by the variant's name."""

    name: str
    weights: WeightsSpec
    adapters: dict[str, AdapterSpec] = Field(default_factory=dict)
    variants: tuple[str, ...]

    @property
    def max_lora_rank(self) -> int | None:
        """The smallest of vLLM's choices that holds every adapter; None without adapters."""
        ranks = [adapter.rank or LORA_RANKS[0] for adapter in self.adapters.values()]
        return next(r for r in LORA_RANKS if r >= max(ranks)) if ranks else None


class Registry(Spec):
    """Every variant of one models.yaml, in the file's order."""

    source: Path
    variants: tuple[VariantSpec, ...]

    def variant(self, name: str) -> VariantSpec:
        """Raises NotFound."""
        for variant in self.variants:
            if variant.name == name:
                return variant
        known = ", ".join(v.name for v in self.variants)
        raise NotFound(
            f"There is no variant '{name}' in {self.source.name}.", hint=f"Known: {known}."
        )

    @cached_property
    def engines(self) -> tuple[EngineSpec, ...]:
        """One per distinct weights (id, revision and arguments), in order of first use."""
        sharing: dict[str, list[VariantSpec]] = {}
        for variant in self.variants:
            if variant.weights:
                sharing.setdefault(variant.weights.model_dump_json(), []).append(variant)
        return tuple(_engine(variants) for variants in sharing.values())


def _engine(variants: list[VariantSpec]) -> EngineSpec:
    weights = variants[0].weights
    assert weights is not None
    return EngineSpec(
        name=variants[0].name,
        weights=weights,
        adapters={v.name: v.adapter for v in variants if v.adapter},
        variants=tuple(v.name for v in variants),
    )

"""models.yaml -> specs. Pure: reads files, starts nothing, knows no database.

A variant's `content_hash` covers everything that can change its answers; two variants with the
same hash are the same variant, whatever they are called.
"""

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.tables import VariantKind


class Spec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SamplingSpec(Spec):
    """Decoding parameters in vLLM's names; None leaves the engine's default."""

    temperature: float = Field(0.0, ge=0)
    top_p: float | None = Field(None, gt=0, le=1)
    top_k: int | None = Field(None, ge=-1)
    min_p: float | None = Field(None, ge=0, le=1)
    max_tokens: int = Field(512, ge=1)
    stop: tuple[str, ...] = ()
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    repetition_penalty: float | None = Field(None, gt=0)


class FormatSpec(Spec):
    """How a prompt becomes text. `file` is a Jinja template (template) or JSONL (urial)."""

    type: Literal["chat", "template", "urial", "raw"] = "chat"
    file: Path | None = None


class AdapterSpec(Spec):
    """A PEFT LoRA. Rank, alpha and target modules come from its adapter_config.json."""

    id: str
    rank: int | None = None
    alpha: float | None = None
    target_modules: tuple[str, ...] = ()
    base: str | None = None


class WeightsSpec(Spec):
    """What one engine loads: a Hugging Face id or an absolute folder, and vLLM arguments."""

    id: str
    revision: str | None = None
    vllm: dict[str, Any] = Field(default_factory=dict)

    @property
    def is_local(self) -> bool:
        return Path(self.id).is_absolute()


class EndpointSpec(Spec):
    """A remote OpenAI-compatible server. The key is read from the environment when used."""

    url: str
    served_name: str
    api_key_env: str | None = None


class VariantSpec(Spec):
    """What is compared: weights or an endpoint, optional adapter, prompt format, sampling."""

    name: str
    kind: VariantKind
    weights: WeightsSpec | None = None
    adapter: AdapterSpec | None = None
    endpoint: EndpointSpec | None = None
    format: FormatSpec = FormatSpec()
    sampling: SamplingSpec = SamplingSpec()

    @cached_property
    def content_hash(self) -> str:
        content = self.model_dump(mode="json", exclude={"name"})
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


class EngineSpec(Spec):
    """One engine: weights and every adapter on them, keyed by the variant's name."""

    name: str
    weights: WeightsSpec
    adapters: dict[str, AdapterSpec] = Field(default_factory=dict)
    variants: tuple[str, ...]


class Registry(Spec):
    """Every variant of one models.yaml, in the file's order."""

    source: Path
    variants: tuple[VariantSpec, ...]

    def variant(self, name: str) -> VariantSpec:
        """Raises NotFound."""
        raise NotImplementedError

    @cached_property
    def engines(self) -> tuple[EngineSpec, ...]:
        """One per distinct weights (id, revision and arguments), in order of first use."""
        raise NotImplementedError


def load_registry(path: Path) -> Registry:
    """Raises InvalidInput whose problems name the line: unknown key, missing folder, ..."""
    raise NotImplementedError

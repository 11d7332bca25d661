"""One entry of models.yaml on its way to a VariantSpec, with every check that needs its parts."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from app.registry.adapters import read_adapter
from app.registry.arguments import resolve_arguments
from app.registry.checkpoints import resolve_checkpoint
from app.registry.document import Place
from app.registry.folders import (
    WEIGHTS_FILES,
    check_weights,
    fingerprint,
    has_chat_template,
    locate,
)
from app.registry.formats import resolve_format
from app.registry.forms import AdapterForm, DefaultsForm, EndpointForm, VariantForm
from app.registry.specs import (
    LORA_RANKS,
    AdapterSpec,
    CheckpointSpec,
    EndpointSpec,
    FormatSpec,
    SamplingSpec,
    TrainedOnSpec,
    VariantSpec,
    WeightsSpec,
)
from app.registry.trained_on import resolve_trained_on
from app.tables import VariantKind

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_URL = re.compile(r"https?://[^\s/@?#]+(/[^\s?#]*)?")


@dataclass(frozen=True)
class Draft:
    """`base` is the folder of models.yaml, which paths are relative to."""

    form: VariantForm
    defaults: DefaultsForm
    base: Path
    place: Place

    def spec(self) -> VariantSpec | None:
        """None after reporting problems."""
        _check_source(self.form, self.place)
        adapter, how = self._adapter(), self._format()
        checkpoint, trained_on = self._checkpoint(adapter), self._trained_on()
        self._check_chat(how)
        self._check_length()
        if not (self.place.sound and self.form.name and self.form.kind and how):
            return None
        return VariantSpec(
            name=self.form.name,
            kind=self.form.kind,
            weights=self.weights,
            adapter=adapter,
            endpoint=resolve_endpoint(self.form.endpoint, self.place / "endpoint"),
            format=how,
            sampling=self.sampling,
            checkpoint=checkpoint,
            trained_on=trained_on,
        )

    @cached_property
    def weights(self) -> WeightsSpec | None:
        place = self.place / "weights"
        found = locate(self.form.weights, self.base, place) if self.form.weights else None
        if found is None or self.form.endpoint:
            return None
        weights = WeightsSpec(id=found, revision=self._revision(found), vllm=self.arguments)
        if weights.is_local:
            with place.readable():
                check_weights(Path(found), place)
                mark = fingerprint(Path(found), WEIGHTS_FILES)
                return weights.model_copy(update={"fingerprint": mark})
        return weights

    @cached_property
    def arguments(self) -> dict[str, Any]:
        own = resolve_arguments(self.form.vllm, self.place / "vllm")
        return (self.defaults.vllm or {}) | own

    @cached_property
    def sampling(self) -> SamplingSpec:
        merged: dict[str, Any] = {}
        for sampling in (self.defaults.sampling, self.form.sampling):
            merged |= sampling.model_dump(exclude_unset=True) if sampling else {}
        return SamplingSpec(**merged)

    def _revision(self, found: str) -> str | None:
        if not Path(found).is_absolute():
            return self.form.revision or self.defaults.revision
        if self.form.revision:
            hint = "Leave it out: the folder's content is what counts."
            (self.place / "revision").problem("a folder has no revision.", hint)
        return None

    def _format(self) -> FormatSpec | None:
        place = self.place / "format"
        if self.form.format:
            return resolve_format(self.form.format, self.base, place)
        inherited = place.report.at("defaults", "format")
        return resolve_format(self.defaults.format, self.base, inherited)

    # --- adapter --------------------------------------------------------------------------------

    def _adapter(self) -> AdapterSpec | None:
        form, place = self.form.adapter, self.place / "adapter"
        if form is None or self.form.endpoint:
            return None
        found = locate(form.id, self.base, place)
        if found is None:
            return None
        if not Path(found).is_absolute():
            return _hub_adapter(form, place)
        if form.rank or form.alpha or form.target_modules:
            hint = "Leave rank, alpha and target_modules out: its adapter_config.json has them."
            place.problem("these are read from the adapter's folder.", hint)
        with place.readable():
            weights = self.weights if (self.place / "weights").sound else None
            return read_adapter(Path(found), weights, self.base, place)
        return None

    def _checkpoint(self, adapter: AdapterSpec | None) -> CheckpointSpec | None:
        """The adapter is what was trained, where there is one."""
        trained = adapter or self.weights
        folder = Path(trained.id) if trained and Path(trained.id).is_absolute() else None
        with self.place.readable():
            return resolve_checkpoint(self.form, folder, self.place)
        return None

    def _trained_on(self) -> TrainedOnSpec | None:
        place = self.place / "trained_on"
        with place.readable():
            return resolve_trained_on(self.form.trained_on, self.base, place)
        return None

    # --- parts that must fit together -----------------------------------------------------------

    def _check_chat(self, how: FormatSpec | None) -> None:
        weights = self.weights
        if how is None or how.type != "chat" or weights is None or not weights.is_local:
            return
        folder = Path(weights.id)
        if not (self.place / "weights").sound or "tokenizer" in weights.vllm:
            return
        if not has_chat_template(folder):
            place = self.place / ("format" if self.form.format else "weights")
            hint = "Set format: raw, or {type: urial, file: ...}, or {type: template, file: ...}."
            place.problem(f"the tokenizer in '{folder.name}' has no chat template.", hint)

    def _check_length(self) -> None:
        place = self.place / "sampling"
        inherited = place.report.at("defaults", "sampling")
        longest, answer = self.arguments.get("max_model_len"), self.sampling.max_tokens
        if self.form.endpoint or not isinstance(longest, int) or answer < longest:
            return
        if place.sound and inherited.sound:
            message = f"max_tokens {answer} leaves no room for a prompt in max_model_len {longest}."
            hint = "Lower sampling.max_tokens or raise vllm.max_model_len."
            (place / "max_tokens").problem(message, hint)


def _check_source(form: VariantForm, place: Place) -> None:
    """Kind, weights, adapter and endpoint must make sense together."""
    if form.kind is None and (place / "kind").sound:
        place.problem("'kind' is missing.", "One of base, lora, full, other.")
    if form.weights and form.endpoint:
        hint = "Keep weights for an engine of Triptych's own, endpoint for a remote server."
        (place / "endpoint").problem("weights and endpoint are both given.", hint)
    if form.endpoint:
        resolve_endpoint(form.endpoint, place / "endpoint")
        _check_remote(form, place)
        return
    if not form.weights and (place / "weights").sound and (place / "endpoint").sound:
        hint = "Give a folder or Hugging Face id as weights, or a remote endpoint."
        place.problem("neither weights nor endpoint is given.", hint)
    if form.kind is VariantKind.LORA and form.adapter is None and (place / "adapter").sound:
        hint = "Add adapter: folder-of-the-adapter, or choose another kind."
        place.problem("kind lora needs an adapter.", hint)
    if form.kind in (VariantKind.BASE, VariantKind.FULL) and form.adapter:
        hint = "Use kind: lora, or remove the adapter."
        (place / "adapter").problem(f"kind {form.kind} takes no adapter.", hint)


def _check_remote(form: VariantForm, place: Place) -> None:
    for key in ("adapter", "vllm", "revision"):
        if getattr(form, key) is not None:
            hint = "The remote server has its own; remove it here."
            (place / key).problem(f"'{key}' has no effect on an endpoint.", hint)


def resolve_endpoint(form: EndpointForm | None, place: Place) -> EndpointSpec | None:
    """Reports an address or variable name that cannot be one."""
    if form is None:
        return None
    if not _URL.fullmatch(form.url):
        hint = "Like https://host:8000/v1, without user name or password."
        (place / "url").problem(f"'{form.url}' is not an http(s) address.", hint)
    if form.api_key_env and not _VARIABLE.fullmatch(form.api_key_env):
        hint = "Name the environment variable that holds the key, not the key."
        (place / "api_key_env").problem("'api_key_env' must be the name of a variable.", hint)
    return EndpointSpec(
        url=form.url.rstrip("/"), served_name=form.served_name, api_key_env=form.api_key_env
    )


def _hub_adapter(form: AdapterForm, place: Place) -> AdapterSpec | None:
    if form.rank is None or not form.target_modules:
        hint = (
            f"Write {{id: {form.id}, rank: 16, target_modules: [q_proj, v_proj]}} with the values "
            "of its adapter_config.json, or download it and name the folder."
        )
        place.problem("a remote adapter's rank and target modules must be given.", hint)
        return None
    if form.rank > LORA_RANKS[-1]:
        message = f"rank {form.rank} is too large; vLLM takes at most {LORA_RANKS[-1]}."
        (place / "rank").problem(message, "Merge the adapter into its base: kind: full.")
    targets = tuple(sorted(form.target_modules))
    return AdapterSpec(id=form.id, rank=form.rank, alpha=form.alpha, target_modules=targets)

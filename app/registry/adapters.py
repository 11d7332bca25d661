"""Reads a PEFT LoRA folder and reports what vLLM would refuse, before an engine starts."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.registry.document import Place
from app.registry.folders import (
    ADAPTER_FILES,
    TENSOR_FILES,
    absolute,
    fingerprint,
    is_path,
    read_json,
    shapes_of,
)
from app.registry.safetensors import Shapes
from app.registry.specs import LORA_RANKS, AdapterSpec, WeightsSpec

Shape = tuple[int, int]

_HARMLESS_INITS = ("gaussian", "eva", "orthogonal", "mica", "lora_ga")
_MERGE = "Merge it into its base (PEFT's merge_and_unload) and serve that as kind: full."
_TUNED = re.compile(r"([^.]+)\.lora_(?:embedding_)?A\b")
_LAYER = re.compile(r"model\.layers\.(\d+)\.")


class PeftConfig(BaseModel):
    """What matters of adapter_config.json; everything else in it is ignored."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=False)

    peft_type: str = "LORA"
    r: int = Field(ge=1)
    lora_alpha: float
    base_model_name_or_path: str | None = None
    target_modules: list[str] | str | None = None
    rank_pattern: dict[str, int] | None = None
    modules_to_save: list[str] | None = None
    bias: str = "none"
    lora_bias: bool | None = None
    use_dora: bool | None = None
    init_lora_weights: bool | str = True
    alora_invocation_tokens: list[int] | None = None
    layer_replication: list[Any] | None = None
    use_bdlora: Any = None
    use_qalora: bool | None = None

    @property
    def rank(self) -> int:
        """The largest rank of any module, which is what vLLM must reserve room for."""
        return max([self.r, *(self.rank_pattern or {}).values()])


def read_adapter(
    folder: Path, weights: WeightsSpec | None, base: Path, place: Place
) -> AdapterSpec | None:
    """The adapter in `folder`; None after reporting problems.

    `weights` are what it is put on (None when those are broken themselves), `base` is the folder
    of models.yaml. Raises OSError.
    """
    config = _config(folder, place)
    if config is None:
        return None
    for message, hint in _refused(config):
        place.problem(f"the adapter '{folder.name}' {message}.", hint)
    shapes = _shapes(folder, place)
    if weights is not None:
        _check_base(config, shapes, weights, base, place)
    return AdapterSpec(
        id=str(folder),
        rank=config.rank,
        alpha=config.lora_alpha,
        target_modules=_targets(config, shapes),
        base=config.base_model_name_or_path,
        fingerprint=fingerprint(folder, ADAPTER_FILES),
    )


def _config(folder: Path, place: Place) -> PeftConfig | None:
    path = folder / "adapter_config.json"
    if not path.is_file():
        hint = "Name the folder that PEFT's save_pretrained wrote."
        if (folder / "config.json").is_file():
            hint = "It holds whole weights: use kind: full and put it under 'weights'."
        place.problem(f"the adapter '{folder.name}' has no adapter_config.json.", hint)
        return None
    content = read_json(path, place)
    return _parsed(content, folder, place) if content is not None else None


def _parsed(content: dict[str, Any], folder: Path, place: Place) -> PeftConfig | None:
    kind = content.get("peft_type", "LORA")
    if kind != "LORA":
        place.problem(f"the adapter '{folder.name}' is {kind}; vLLM serves only LORA.", _MERGE)
        return None
    try:
        return PeftConfig.model_validate(content)
    except ValidationError as error:
        for detail in error.errors():
            key, wish = detail["loc"][0], detail["msg"].removeprefix("Input ").lower()
            message = f"adapter_config.json of '{folder.name}': '{key}' {wish}"
            place.problem(f"{message}.", "Copy the folder again.")
        return None


def _shapes(folder: Path, place: Place) -> Shapes:
    if not any(folder.glob("adapter_model.*")):
        hint = "Expected adapter_model.safetensors beside adapter_config.json."
        place.problem(f"the adapter '{folder.name}' has no weights.", hint)
    return shapes_of(folder, "adapter_model.safetensors", place)


def _refused(config: PeftConfig) -> Iterator[tuple[str, str]]:
    """What vLLM does not serve, each with what to do."""
    if config.rank > LORA_RANKS[-1]:
        hint = "Train with a smaller rank, or merge it into its base and use kind: full."
        yield f"has rank {config.rank}; vLLM takes at most {LORA_RANKS[-1]}", hint
    if config.modules_to_save:
        names = ", ".join(config.modules_to_save)
        yield f"also replaces whole modules ({names}), which vLLM refuses", _MERGE
    if config.use_dora:
        yield "uses DoRA, which vLLM refuses", _MERGE
    if config.bias != "none" or config.lora_bias:
        yield "trains biases, which vLLM refuses", _MERGE
    init = config.init_lora_weights
    if isinstance(init, str) and init.lower() not in _HARMLESS_INITS:
        yield f"was initialised with {init}, which vLLM refuses", _MERGE
    for key in ("alora_invocation_tokens", "layer_replication", "use_bdlora", "use_qalora"):
        if getattr(config, key):
            yield f"uses {key}, which vLLM refuses", _MERGE


def _targets(config: PeftConfig, shapes: Shapes) -> tuple[str, ...]:
    # The tensors tell the truth; target_modules may be a pattern such as "all-linear".
    tuned = {found[1] for name in shapes if (found := _TUNED.search(name))}
    if tuned:
        return tuple(sorted(tuned))
    targets = config.target_modules
    return tuple(sorted(targets)) if isinstance(targets, list) else ()


def _pairs(shapes: Shapes) -> dict[str, Shape]:
    """Module -> (outputs, inputs), from the two low-rank matrices of each."""
    modules = {}
    for name, shape in shapes.items():
        module, _, rest = name.removeprefix("base_model.model.").partition(".lora_A.")
        other = shapes.get(name.replace(".lora_A.", ".lora_B."))
        if rest and other and len(shape) == len(other) == 2:
            modules[module] = (other[0], shape[1])
    return modules


# --- does it fit its base? ----------------------------------------------------------------------


def _check_base(
    config: PeftConfig, shapes: Shapes, weights: WeightsSpec, base: Path, place: Place
) -> None:
    """A name that differs is no proof: folders move. Different content or shapes are."""
    trained_on = config.base_model_name_or_path or ""
    hint = f"Put the weights that it was trained on ('{trained_on}') under 'weights'; if they are "
    hint += "the same by another name, correct base_model_name_or_path in adapter_config.json."
    misfit = _misfit(_pairs(shapes), Path(weights.id), place) if weights.is_local else None
    if misfit:
        place.problem(f"the adapter does not fit '{weights.id}': {misfit}.", hint)
    elif trained_on and _differs(trained_on, weights, base):
        message = f"the adapter was trained on '{trained_on}', not on '{weights.id}'"
        place.problem(f"{message}.", hint)


def _differs(trained_on: str, weights: WeightsSpec, base: Path) -> bool:
    if not is_path(trained_on, base):
        return not weights.is_local and trained_on.lower() != weights.id.lower()
    folder = absolute(trained_on, base)
    if not weights.is_local or str(folder) == weights.id or not (folder / "config.json").is_file():
        return False
    # Only tensors: another tokenizer or chat template beside the same weights is no misfit.
    here = fingerprint(Path(weights.id), TENSOR_FILES)
    return fingerprint(folder, TENSOR_FILES) != here


def _misfit(modules: dict[str, Shape], folder: Path, place: Place) -> str | None:
    """A proof that the modules belong to other weights, or None.

    A name that is missing proves little (names on disk may differ from those in memory, as with
    multimodal weights), so only names that are there are compared by shape.
    """
    config = read_json(folder / "config.json", place) or {}
    # Quantised weights are packed: their shapes on disk are not those of the modules.
    quantised = "quantization_config" in config
    tensors = {} if quantised else shapes_of(folder, "*.safetensors", place)
    for module, shape in sorted(modules.items()):
        found = tensors.get(f"{module}.weight") if tensors else _expected(module, shape, config)
        if found is not None and found != shape:
            there, here = " x ".join(map(str, found)), " x ".join(map(str, shape))
            return f"{module} is {there} there, {here} in the adapter"
    words = {word for name in tensors for word in name.split(".")}
    names = {module.rsplit(".", 1)[-1] for module in modules}
    if tensors and names and not names & words:
        return f"there is no {', no '.join(sorted(names))}"
    return _missing_layer(modules, config)


def _expected(module: str, shape: Shape, config: dict[str, Any]) -> Shape | None:
    """Without tensors to compare: what config.json says about the module's hidden size."""
    hidden = config.get("hidden_size")
    name = module.rsplit(".", 1)[-1]
    if not isinstance(hidden, int):
        return None
    if name in ("q_proj", "k_proj", "v_proj", "gate_proj", "up_proj"):
        return shape[0], hidden
    return (hidden, shape[1]) if name in ("o_proj", "down_proj") else None


def _missing_layer(modules: dict[str, Shape], config: dict[str, Any]) -> str | None:
    layers = config.get("num_hidden_layers")
    used = [int(found[1]) for module in modules if (found := _LAYER.match(module))]
    if isinstance(layers, int) and used and max(used) >= layers:
        return f"it needs layer {max(used)}, and the weights have {layers} layers"
    return None

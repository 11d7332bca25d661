"""An engine's specification as vLLM's command line and environment."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from app.engines.cores import as_ranges
from app.engines.memory import Share
from app.registry import AdapterSpec, EngineSpec

_MODULE = "vllm.entrypoints.openai.api_server"  # the `vllm` script fails with CPU builds
_MAX_LORAS = 8  # adapters in the GPU's memory at once; vLLM swaps the others in

Device = Literal["cpu", "gpu"]


def command(
    python: str, engine: EngineSpec, *, port: int, share: Share, device: Device
) -> list[str]:
    """The whole command. What models.yaml gives under `vllm` goes over our defaults."""
    arguments: dict[str, Any] = {
        "model": engine.weights.id,
        "served_model_name": list(_weights_names(engine)),
        "host": "127.0.0.1",
        "port": port,
        "gpu_memory_utilization": share.utilization,
        # Otherwise weights bring sampling defaults of their own, and variants differ by them.
        "generation_config": "vllm",
        # The token lens asks for whole distributions where the vocabulary is small.
        "max_logprobs": -1,
        "disable_uvicorn_access_log": True,
    }
    if engine.weights.revision:
        arguments |= {"revision": engine.weights.revision}
    if device == "cpu":
        arguments |= {"enforce_eager": True}  # compiling takes longer than it saves
    if engine.adapters:
        arguments |= _lora(engine, device)
    return [python, "-m", _MODULE, *_flags(arguments | engine.weights.vllm)]


def environment(
    *, api_key: str, cores: Sequence[int], share: Share, device: Device, scratch: Path
) -> dict[str, str]:
    """The child's environment. The key is here because arguments are for all users to see.

    vLLM leaves its sockets behind; in `scratch` they go with the engine.
    """
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("TRIPTYCH_")}
    ours = {"VLLM_API_KEY": api_key, "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
    ours["VLLM_RPC_BASE_PATH"] = str(scratch)
    if device == "cpu":  # on a GPU what is compiled there is worth keeping
        ours["TMPDIR"] = str(scratch)
        ours["VLLM_CPU_OMP_THREADS_BIND"] = as_ranges(cores)
        inherited.setdefault("VLLM_CPU_KVCACHE_SPACE", str(share.cache_gib))
    return inherited | ours


def served_name(engine: EngineSpec, variant: str) -> str:
    """The name that requests for a variant use: its own, or that of the same adapter's first."""
    adapter = engine.adapters.get(variant)
    return variant if adapter is None else _adapter_names(engine)[adapter]


def served_names(engine: EngineSpec) -> set[str]:
    return {*_weights_names(engine), *_adapter_names(engine).values()}


def _weights_names(engine: EngineSpec) -> tuple[str, ...]:
    plain = tuple(name for name in engine.variants if name not in engine.adapters)
    return plain or (f"{engine.name}@weights",)


def _adapter_names(engine: EngineSpec) -> dict[AdapterSpec, str]:
    names: dict[AdapterSpec, str] = {}
    for name, adapter in engine.adapters.items():
        names.setdefault(adapter, name)
    return names


def _lora(engine: EngineSpec, device: Device) -> dict[str, Any]:
    adapters = _adapter_names(engine)
    targets = {module for adapter in adapters for module in adapter.target_modules}
    slots = min(len(adapters), _MAX_LORAS)
    if device == "cpu":
        # vLLM's CPU operators give "no adapter" the index -1, which is the last slot: a base's
        # request that shares a batch with an adapter's would get that slot's adapter. So the
        # last slot stays empty.
        slots = len(adapters) + 1
    arguments = {
        "enable_lora": True,
        "lora_modules": [_module(name, adapter.id) for adapter, name in adapters.items()],
        "max_lora_rank": engine.max_lora_rank,
        "max_loras": slots,
        "max_cpu_loras": max(len(adapters), slots),
    }
    # Without the modules named, prompt_logprobs has killed the whole engine.
    return arguments | ({"lora_target_modules": sorted(targets)} if targets else {})


def _module(name: str, path: str) -> str:
    plain = not set("=,{") & set(path)
    return f"{name}={path}" if plain else json.dumps({"name": name, "path": path})


def _flags(arguments: Mapping[str, Any]) -> list[str]:
    return [part for name, value in arguments.items() for part in _flag(name, value)]


def _flag(name: str, value: Any) -> list[str]:
    dashed = name.replace("_", "-")
    match value:
        case True:
            return [f"--{dashed}"]
        case False:
            return [f"--no-{dashed}"]
        case list() | tuple():
            return [f"--{dashed}", *(str(entry) for entry in value)]
        case dict():
            return [f"--{dashed}", json.dumps(value)]
        case _:
            return [f"--{dashed}", str(value)]

"""How much memory engines take, and whether all of them fit together."""

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.engines.machine import Machine
from app.registry import EngineSpec, WeightsSpec

GIB = 2**30
_HEADROOM = 0.95

# Measured with a tiny Llama on a CPU: API server 0.6, engine core 0.6, worker 0.7 GiB resident
# before the key-value cache. On a GPU: the CUDA context, graphs and activations.
_OVERHEAD = {"cpu": 2 * GIB, "gpu": 3 * GIB}


@dataclass(frozen=True)
class Share:
    """One engine's part. `cache_gib` is the key-value cache on a CPU, in whole GiB."""

    memory_bytes: int | None
    utilization: float
    cache_gib: int


@dataclass(frozen=True)
class MemoryPlan:
    """`together`: all engines may run at once; otherwise one at a time, each with everything."""

    together: bool
    shares: Mapping[str, Share]


def plan(engines: Sequence[EngineSpec], machine: Machine, budget_gb: float | None) -> MemoryPlan:
    """`budget_gb` (GiB) limits all engines together; None means what is free now."""
    budget = int(machine.free * _HEADROOM if budget_gb is None else budget_gb * GIB)
    needs = {engine.name: estimate(engine, machine) for engine in engines}
    known = [need for need in needs.values() if need is not None]
    together = len(needs) <= 1 or (len(known) == len(needs) and sum(known) <= budget)
    spare = (budget - sum(known)) // max(len(needs), 1) if together else 0
    shares = {}
    for engine in engines:
        need = needs[engine.name]
        taken = _taken(need, spare, budget, machine, alone=not together)
        shares[engine.name] = Share(need, _fraction(taken, machine), cache_gib(engine))
    return MemoryPlan(together, shares)


def estimate(engine: EngineSpec, machine: Machine) -> int | None:
    """Bytes that the engine needs at least, on each GPU where it uses several.

    None while its weights are not on this disk.
    """
    given = engine.weights.vllm.get("gpu_memory_utilization")
    if machine.device == "gpu" and isinstance(given, int | float):
        return int(given * machine.total)
    size = weights_bytes(engine.weights)
    if size is None:
        return None
    if machine.device == "gpu":
        size //= _parts(engine)
    cache = cache_gib(engine) * GIB if machine.device == "cpu" else max(GIB, size // 8)
    return _OVERHEAD[machine.device] + int(size * 1.1) + cache


def _parts(engine: EngineSpec) -> int:
    """GPUs that the weights are spread over."""
    given = (engine.weights.vllm.get(f"{way}_parallel_size") for way in ("tensor", "pipeline"))
    return math.prod(parts for parts in given if isinstance(parts, int) and parts > 0)


def cache_gib(engine: EngineSpec) -> int:
    """Key-value cache on a CPU: half of the weights, between 1 and 16 GiB."""
    size = weights_bytes(engine.weights) or 8 * GIB
    return max(1, min(16, round(size / 2 / GIB)))


def _taken(need: int | None, spare: int, budget: int, machine: Machine, *, alone: bool) -> int:
    # A GPU engine takes all it is given for its cache; on a CPU the cache is set apart, and the
    # fraction only says what must be free at the start.
    if machine.device == "cpu":
        return min(need or budget, budget)
    return budget if alone or need is None else min(need + max(spare, 0), budget)


def _fraction(taken: int, machine: Machine) -> float:
    return round(max(0.01, min(0.95, taken / machine.total)), 3)


# --- files --------------------------------------------------------------------------------------


def weights_bytes(weights: WeightsSpec) -> int | None:
    """Size of the files that an engine would load; None when they are not on this disk."""
    folder = weights_folder(weights)
    if folder is None:
        return None
    for pattern in ("*.safetensors", "*.gguf", "*.bin"):
        size = sum(file.stat().st_size for file in folder.glob(pattern))
        if size:
            return size
    return None


def weights_folder(weights: WeightsSpec) -> Path | None:
    """The folder itself, or the Hub's snapshot in the local cache."""
    if weights.is_local:
        return Path(weights.id)
    repository = _hub_cache() / f"models--{weights.id.replace('/', '--')}"
    snapshots = repository / "snapshots"
    reference = repository / "refs" / (weights.revision or "main")
    commit = reference.read_text().strip() if reference.is_file() else weights.revision
    folder = snapshots / commit if commit else None
    return folder if folder and folder.is_dir() else None


def _hub_cache() -> Path:
    home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    return Path(os.environ.get("HF_HUB_CACHE") or home / "hub")

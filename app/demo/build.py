"""Building the demo models: three variants of one tiny language model, in about a minute.

The pretraining texts are an encyclopedia of the Inner Isles in two voices. The tuning data teach
the assistant's voice and new facts, about the Outer Reach, to a LoRA adapter and to a full
fine-tune. Measured on held-out wordings: the base knows almost all inland facts in the
encyclopedia's voice, the adapter keeps them in the assistant's voice, and the full fine-tune loses
about half and answers with values from its tuning data instead.

This is one chosen operating point and not a finding; `app.demo.caveat.CAVEAT` says what that means
and belongs wherever the demo is shown.
"""

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from app.demo.child import train_in_child
from app.demo.config import DemoConfig
from app.demo.files import DemoFamily, adapter_config
from app.demo.progress import Progress, Step
from app.demo.worker import Job
from app.errors import AppError

NEEDED = ("torch", "transformers", "peft")
DEFAULT_CONFIG = DemoConfig()


def build(
    folder: Path,
    *,
    seed: int = 7,
    threads: int | None = None,
    progress: Progress,
    config: DemoConfig = DEFAULT_CONFIG,
) -> DemoFamily:
    """The demo family in `folder`: the one that is there, or a new one if it is not the same.

    A build appears under its name only when it is complete. Builds of one folder wait for each
    other. Raises `AppError` when libraries are missing, the folder is not ours, or training fails.
    """
    folder = folder.resolve()
    if family := find(folder, seed=seed, config=config):
        return family
    _refuse_foreign(folder)
    _require_libraries()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder, progress):
        if family := find(folder, seed=seed, config=config):  # another build was faster
            return family
        with _workshop(folder) as workshop:
            fresh = workshop / "new"
            fresh.mkdir()
            train_in_child(Job(fresh, seed, threads or default_threads(), config), progress)
            point_adapter_at(DemoFamily(fresh), folder / "base")
            _put_in_place(fresh, folder, workshop / "old")
    return DemoFamily(folder)


def find(folder: Path, *, seed: int = 7, config: DemoConfig = DEFAULT_CONFIG) -> DemoFamily | None:
    """The family in `folder` if it is complete and of this recipe; starts nothing."""
    family = DemoFamily(folder.resolve())
    if not family.is_complete() or _fingerprint(family) != config.fingerprint(seed):
        return None
    point_adapter_at(family, family.base)  # the folder may have been moved since
    return family


def default_threads() -> int:
    """Two, or one where the process has only one core."""
    return min(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)


def point_adapter_at(family: DemoFamily, base: Path) -> None:
    """Let the adapter name its base by absolute path, as PEFT does."""
    file = adapter_config(family.lora)
    config = json.loads(file.read_text(encoding="utf-8"))
    if config["base_model_name_or_path"] == str(base):
        return
    config["base_model_name_or_path"] = str(base)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(config, indent=2), encoding="utf-8")
    draft.replace(file)


def _fingerprint(family: DemoFamily) -> str | None:
    try:
        recipe = json.loads(family.recipe.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return recipe.get("fingerprint") if isinstance(recipe, dict) else None


def _refuse_foreign(folder: Path) -> None:
    """Never replace a folder that holds something else."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not DemoFamily(folder).recipe.is_file():
        raise AppError(
            f"{folder} exists and does not hold demo models.",
            hint="Choose another folder, or empty this one.",
        )


def _require_libraries() -> None:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise AppError(
            f"Training the demo models needs {', '.join(missing)}.",
            hint="Install the extras: pip install 'triptych[cpu,demo]' (or [gpu,demo]).",
        )


@contextlib.contextmanager
def _locked(folder: Path, progress: Progress) -> Iterator[None]:
    """One build of a folder at a time; the lock goes with the process, however it ends."""
    with _beside(folder, "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(Step("waiting", 0, 1))
            fcntl.flock(file, fcntl.LOCK_EX)
            progress(Step("waiting", 1, 1))
        yield


@contextlib.contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """A scratch folder on the same disk; those of interrupted builds are removed first."""
    prefix = _beside(folder, "build-").name
    for remains in folder.parent.glob(f"{prefix}*"):
        shutil.rmtree(remains, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=folder.parent) as name:
        yield Path(name)


def _put_in_place(fresh: Path, folder: Path, old: Path) -> None:
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)


def _beside(folder: Path, suffix: str) -> Path:
    return folder.with_name(f".{folder.name}.{suffix}")

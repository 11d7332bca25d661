"""A world of fake engines: folders of weights that say how their engine behaves."""

import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import psutil
import pytest

from app.engines import EnginePool
from app.engines import backoff as backoff_module
from app.registry import Registry, VariantSpec, WeightsSpec
from app.settings import Settings
from app.tables import VariantKind
from tests.ports import ports_from

_FAKE = Path(__file__).with_name("fake_engine.py")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class World:
    """Fake weights in `folder`, one variant on each; pools over all of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.variants: list[VariantSpec] = []
        self.python = folder / "python"
        self.python.write_text(f'#!/bin/sh\nexec {sys.executable} {_FAKE} "$@"\n')
        self.python.chmod(0o755)

    def weights(self, name: str, **behaviour: Any) -> WeightsSpec:
        folder = self.folder / f"weights-{name}"
        folder.mkdir(exist_ok=True)
        (folder / "model.safetensors").write_bytes(b"0" * 100)
        (folder / "fake.json").write_text(json.dumps(behaviour))
        return WeightsSpec(id=str(folder))

    def variant(self, name: str, **behaviour: Any) -> VariantSpec:
        variant = VariantSpec(
            name=name, kind=VariantKind.BASE, weights=self.weights(name, **behaviour)
        )
        self.variants.append(variant)
        return variant

    def starts(self, name: str) -> list[str]:
        file = self.folder / f"weights-{name}" / "starts.txt"
        return file.read_text().splitlines() if file.exists() else []

    def hanging(self, name: str) -> int:
        """Requests that the engine has taken and will never answer."""
        file = self.folder / f"weights-{name}" / "hanging.txt"
        return len(file.read_text()) if file.exists() else 0

    @property
    def registry(self) -> Registry:
        return Registry(source=self.folder / "models.yaml", variants=tuple(self.variants))

    def settings(self, **given: Any) -> Settings:
        # Plenty of memory, whatever else this machine does, unless a test says otherwise.
        defaults: dict[str, Any] = {
            "engine_memory_gb": 1000.0,
            "engine_start_timeout": 20.0,
            "engine_python": str(self.python),
            "engine_port": ports_from(9310),
        }
        return Settings(
            var=self.folder / "var",
            **(defaults | given),
        )

    def pool(self, **given: Any) -> EnginePool:
        return EnginePool(self.registry, self.settings(**given))

    @asynccontextmanager
    async def opened(self, **given: Any) -> AsyncIterator[EnginePool]:
        pool = self.pool(**given)
        await pool.open()
        try:
            yield pool
        finally:
            await pool.close()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits for something that another process does; fails after 20 seconds."""
        with anyio.fail_after(20):
            while not condition():
                await anyio.sleep(0.02)

    def processes(self) -> list[psutil.Process]:
        """Every living process of this world's engines, and their children."""
        leaders = {int(line.split()[0]) for v in self.variants for line in self.starts(v.name)}
        return [p for p in psutil.process_iter() if _session(p) in leaders and _lives(p)]


def _session(process: psutil.Process) -> int | None:
    try:
        return os.getsid(process.pid)
    except OSError:
        return None


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    left = world.processes()
    for process in left:
        process.kill()
    assert not left, f"left behind: {left}"


@pytest.fixture
def quick_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff_module, "DELAYS", (0.01, 0.02, 0.03))

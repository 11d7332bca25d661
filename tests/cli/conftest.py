"""`triptych` as people call it: real files and database, a fake vLLM, a folder of its own."""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from typing import Any

import psutil
import pytest

from app.cli.main import main
from app.db import Database
from app.engines import backoff
from app.migrate import open_database
from tests.ports import ports_from
from tests.registry.conftest import World

ROOT = Path(__file__).resolve().parents[2]
FAKE_ENGINE = ROOT / "tests" / "engines" / "fake_engine.py"
MODELS = """\
variants:
  - {name: base, kind: base, weights: base}
  - {name: lora, kind: lora, weights: base, adapter: lora}
"""


@dataclass(frozen=True)
class Called:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


Triptych = Callable[..., Called]


@dataclass(frozen=True)
class Home:
    """A folder with weights, an adapter and models.yaml, in which commands run."""

    folder: Path
    environment: dict[str, str]
    empty_database: Path

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def rows(self, name: str, *rows: dict[str, Any]) -> Path:
        return self.write(name, "".join(json.dumps(row) + "\n" for row in rows))

    def behave(self, **behaviour: Any) -> None:
        """What the fake engine of `base` does; see tests/engines/fake_engine.py."""
        (self.folder / "base" / "fake.json").write_text(json.dumps(behaviour))

    def database(self) -> Database:
        path = self.folder / "var" / "triptych.db"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            copy(self.empty_database, path)
        return open_database(f"sqlite:///{path}")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The command as a process."""
        return subprocess.Popen(
            [sys.executable, "-m", "app.cli", *arguments],
            cwd=self.folder,
            env={**os.environ, **self.environment, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def engine_processes(self) -> list[psutil.Process]:
        """Every living fake engine that was started here."""
        mine = str(self.folder / "base")
        found = psutil.process_iter(["cmdline", "status"])
        return [
            process
            for process in found
            if process.info["status"] != psutil.STATUS_ZOMBIE
            and mine in (process.info["cmdline"] or [])
        ]


@pytest.fixture
def home(tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    world = World(tmp_path)
    world.weights("base")
    world.adapter("lora")
    world.file.write_text(MODELS)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} {FAKE_ENGINE} "$@"\n')
    python.chmod(0o755)
    environment = {
        "TRIPTYCH_VAR": "var",
        "TRIPTYCH_ENGINE_PYTHON": str(python),
        "TRIPTYCH_ENGINE_PORT": str(ports_from(8610)),
        "TRIPTYCH_ENGINE_MEMORY_GB": "1000",
        "TRIPTYCH_ENGINE_START_TIMEOUT": "20",
    }
    for name in os.environ:
        if name.startswith("TRIPTYCH_"):
            monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    home = Home(tmp_path, environment, empty_database)
    home.behave()
    yield home
    left = home.engine_processes()
    for process in left:
        process.send_signal(signal.SIGKILL)
    assert not left, f"left behind: {left}"


@pytest.fixture
def _database(home: Home) -> None:
    """It is there before the first command, which would have to migrate it."""
    home.database().dispose()


@pytest.fixture(autouse=True)
def _quick_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "DELAYS", (0.01, 0.02, 0.03))


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """Commands replace the root logger's handlers."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield
    for handler in set(logger.handlers) - set(handlers):
        handler.close()
    logger.handlers[:] = handlers
    logger.setLevel(level)


@pytest.fixture
def triptych(home: Home, capsys: pytest.CaptureFixture[str]) -> Triptych:
    """Calls a command in this process."""

    def call(*arguments: str) -> Called:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        printed = capsys.readouterr()
        return Called(int(ended.value.code or 0), printed.out, printed.err)

    return call

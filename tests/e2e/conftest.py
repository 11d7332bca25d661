"""The product as a newcomer has it: `triptych demo` as a process, real vLLM, real Chromium."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browsers import chromium

ROOT = Path(__file__).resolve().parents[2]
FAMILY = ROOT / "var" / "demo"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Demo:
    """A server that can be killed and started again on the same database."""

    home: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None
    output: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *arguments: str, until: str) -> list[str]:
        """Reads the terminal until a line matches; fails with all of it if the process ends."""
        self._launch(*arguments)
        return self._read_until(until)

    def _launch(self, *arguments: str) -> None:
        environment = {
            **os.environ,
            "TRIPTYCH_VAR": str(self.home / "var"),
            "TRIPTYCH_MODELS_FILE": str(self.home / "models.yaml"),
            "TRIPTYCH_PORT": str(self.port),
            "TRIPTYCH_ENGINE_PORT": str(free_port()),
            "COLUMNS": "400",
        }
        command = [sys.executable, "-m", "app.cli", *arguments]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _read_until(self, pattern: str) -> list[str]:
        assert self.process is not None
        assert self.process.stdout is not None
        lines: list[str] = []
        for line in self.process.stdout:
            lines.append(line.rstrip())
            if re.search(pattern, line):
                self.output += lines
                return lines
        pytest.fail("the server ended:\n" + "\n".join(lines))

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.communicate(timeout=60)

    def link(self, kind: str) -> str:
        """The last address of a kind (`setup`, `r`) that was printed."""
        found = re.findall(rf"http://\S+/{kind}/\S+", "\n".join(self.output))
        return str(found[-1])


def furnish(home: Path) -> Path:
    """A folder of its own with the demo models and models.yaml."""
    if not (FAMILY / "full").is_dir():
        pytest.fail("the demo models are missing: run `triptych demo --build-only`")
    shutil.copytree(FAMILY, home / "var" / "demo")
    shutil.copy(ROOT / "models.yaml", home / "models.yaml")
    return home


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed at the end of the file, for other tests need the thread."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One server with its engines for all tests of a file."""
    demo = Demo(furnish(tmp_path_factory.mktemp("home")))
    demo.start("demo", until="/r/")
    yield demo
    demo.stop()


@dataclass
class Visit:
    """A browser of its own, whose console must stay silent."""

    page: Page
    complaints: list[str]


@pytest.fixture
def visit(browser: Browser, demo: Demo) -> Iterator[Visit]:
    yield from _visit(browser, demo)


@pytest.fixture
def second_visit(browser: Browser, demo: Demo) -> Iterator[Visit]:
    yield from _visit(browser, demo)


@pytest.fixture
def phone(browser: Browser, demo: Demo) -> Iterator[Visit]:
    yield from _visit(browser, demo, width=390, touch=True)


def _visit(
    browser: Browser, demo: Demo, *, width: int = 1440, touch: bool = False
) -> Iterator[Visit]:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, has_touch=touch, base_url=demo.base
    )
    page, complaints = context.new_page(), []
    page.set_default_timeout(30_000)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text) if message.type in ("error", "warning") else None
        ),
    )
    yield Visit(page, complaints)
    context.close()
    assert complaints == []

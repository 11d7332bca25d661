"""A checkout with a stand-in for the .venv's Python, so that pip can be made to say anything."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.installer import stamp
from scripts.installer.pins import Pins

ROOT = Path(__file__).resolve().parents[2]

# Notes one line per call: the arguments, and the pins of a requirements file among them.
STAND_IN = """#!{python}
import json, os, pathlib, signal, sys

root = pathlib.Path(sys.argv[0]).parents[2]
call = " ".join(sys.argv[1:])
if "--requirement" in sys.argv:
    pins = pathlib.Path(sys.argv[sys.argv.index("--requirement") + 1])
    call += " " + " ".join(pins.read_text().split())
with (root / "calls").open("a") as file:
    print(call, file=file)
failure = json.loads((root / "failure.json").read_text())
if failure and failure["of"] in call and failure["unless"] not in call:
    print(failure["says"])
    if failure["says"] == "SIGINT":
        os.kill(os.getppid(), signal.SIGINT)
        signal.pause()
    sys.exit(1)
"""


@dataclass(frozen=True)
class Checkout:
    """A folder with the real scripts, tiny locks, and a .venv whose Python only takes notes."""

    root: Path

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def calls(self) -> list[str]:
        path = self.root / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def write_lock(self, name: str, *lines: str) -> None:
        (self.root / f"requirements/{name}.txt").write_text("\n".join(["# title", *lines, ""]))

    def write_python(self) -> None:
        script = self.venv / "bin/python"
        script.parent.mkdir(parents=True)
        script.write_text(STAND_IN.format(python=sys.executable))
        script.chmod(0o755)
        (self.root / "failure.json").write_text("null")

    def let_pip_fail(self, says: str, *, of: str = "install", unless: str = "\0") -> None:
        """Calls that contain `of`, and not `unless`, fail with these words."""
        failure = {"says": says, "of": of, "unless": unless}
        (self.root / "failure.json").write_text(json.dumps(failure))

    def stamp(self, pins: Pins, *, project: str | None = None) -> None:
        digest = stamp.project_digest(self.root / "pyproject.toml")
        stamp.write(self.venv, stamp.Stamp(digest if project is None else project, pins))

    def set_up(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "scripts.installer", *arguments],
            cwd=self.root,
            env={**os.environ, "CHROMIUM": "", "FLAVOUR": "", **environment},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    shutil.copytree(
        ROOT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__")
    )
    (tmp_path / "requirements").mkdir()
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    made = Checkout(tmp_path)
    made.write_lock("light", "alpha==1.0", "beta==2.0")
    made.write_lock("cpu", "alpha==1.0", "beta==2.0", "torch==2.13.0+cpu")
    made.write_lock("dev", "beta==2.0", "gamma==3.0")
    made.write_lock("torch", "nvidia-libraries==13.0", "torch==2.13.0")
    made.write_python()
    return made

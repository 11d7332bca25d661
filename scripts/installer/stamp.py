"""What .venv/.triptych says about a .venv: made by us, finished, and with which pins."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from scripts.installer.pins import Pins

UNFINISHED = "unfinished\n"


@dataclass(frozen=True)
class Stamp:
    """`project` identifies the pyproject.toml whose command was installed."""

    project: str = ""
    pins: Pins = field(default_factory=dict)

    def text(self) -> str:
        return "\n".join([self.project, *(f"{n}=={v}" for n, v in self.pins.items())]) + "\n"

    def missing(self, wanted: Pins) -> Pins:
        return {name: version for name, version in wanted.items() if name not in self.pins}

    def contradicts(self, wanted: Pins) -> bool:
        """True when a package is there in another version than the wanted one."""
        return any(self.pins.get(name, version) != version for name, version in wanted.items())


def path(venv: Path) -> Path:
    return venv / ".triptych"


def read(venv: Path) -> Stamp | None:
    """None where setting up was interrupted. A .venv of somebody else's is an empty stamp."""
    try:
        text = path(venv).read_text(encoding="utf-8")
    except FileNotFoundError:
        return Stamp()
    if text == UNFINISHED:
        return None
    project, *lines = text.splitlines()
    return Stamp(project, dict(line.split("==", 1) for line in lines))


def write_unfinished(venv: Path) -> None:
    path(venv).write_text(UNFINISHED, encoding="utf-8")


def write(venv: Path, stamp: Stamp) -> None:
    path(venv).write_text(stamp.text(), encoding="utf-8")


def project_digest(pyproject: Path) -> str:
    return hashlib.sha256(pyproject.read_bytes()).hexdigest()

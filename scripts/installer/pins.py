"""The lock files: which version of which package belongs to a flavour."""

from collections.abc import Mapping
from pathlib import Path

Pins = Mapping[str, str]
"""Package name -> version."""

FLAVOURS = ("light", "cpu", "gpu")


def read_lock(path: Path) -> Pins:
    """The `name==version` lines of one lock file."""
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return dict(line.split("==", 1) for line in lines if line)


def wanted(folder: Path, flavour: str, *, dev: bool) -> Pins:
    """What a flavour needs. Where its lock and the test tools' differ (torch), its own counts."""
    tools = read_lock(folder / "dev.txt") if dev else {}
    return {**tools, **read_lock(folder / f"{flavour}.txt")}


def as_lines(pins: Pins) -> list[str]:
    return [f"{name}=={version}" for name, version in sorted(pins.items())]


def is_local_build(version: str) -> bool:
    """2.13.0+cpu: such builds are on PyTorch's own index and not on the usual one."""
    return "+" in version

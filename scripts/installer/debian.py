"""The few things that come from the system and not from pip, by apt where that is possible."""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from scripts.installer import children
from scripts.installer.errors import SetupError

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Need:
    """Something of the system's: Debian's package that brings it and how to see it is there."""

    package: str
    purpose: str
    is_there: Callable[[], bool]
    otherwise: str = ""


def python_venv() -> Need:
    name = f"python3.{sys.version_info.minor}-venv"
    return Need(name, "to make .venv", lambda: importlib.util.find_spec("ensurepip") is not None)


def numa() -> Need:
    return Need("libnuma1", "for vLLM on a CPU", lambda: _loads("libnuma.so.1"))


def compiler() -> list[Need]:
    """Triton compiles small launchers for the GPU when an engine starts."""
    purpose = "for vLLM on a GPU"
    python = f"python3.{sys.version_info.minor}-dev"
    header = Path(sysconfig.get_path("include"), "Python.h")
    return [
        Need("gcc", purpose, lambda: any(shutil.which(name) for name in ("cc", "gcc", "clang"))),
        Need("libc6-dev", purpose, Path("/usr/include/stdlib.h").exists),
        Need(python, purpose, header.exists),
    ]


def browser() -> Need:
    """Raises SetupError where CHROMIUM names something that cannot be run."""
    given = os.environ.get("CHROMIUM")
    if given and not os.access(given, os.X_OK):
        raise SetupError(f"CHROMIUM is {given}, which cannot be run.", "Correct or unset it.")
    return Need(
        "chromium",
        "to test the pages in a real browser",
        _has_browser,
        "CHROMIUM=/path/to/chromium names one that is elsewhere; `make test-fast` needs none.",
    )


def _has_browser() -> bool:
    return bool(os.environ.get("CHROMIUM")) or any(shutil.which(name) for name in BROWSERS)


def provide(needs: Iterable[Need], log: Path) -> None:
    """Installs what is not there. Raises SetupError saying what to install where it cannot."""
    absent = [need for need in needs if not need.is_there()]
    if not absent:
        return
    become_root = _become_root(absent)
    packages = [need.package for need in absent]
    children.say(f"System packages by apt-get: {', '.join(packages)}.")
    options = ["-y", "-q", "--no-install-recommends"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", *options, *packages]):
        status, _ = children.run(
            [*become_root, "apt-get", *command],
            log=log,
            title=f"apt-get {command[0]}",
            environment=environment,
        )
    importlib.invalidate_caches()
    if status != 0 or not all(need.is_there() for need in absent):
        raise SetupError(f"apt-get could not install {' '.join(packages)}.", f"See {log}.")


def _become_root(absent: list[Need]) -> list[str]:
    """The prefix that lets apt-get install. Raises SetupError where nothing does."""
    if shutil.which("apt-get"):
        if os.geteuid() == 0:
            return []
        if _may_sudo():
            return ["sudo", "-n"]
    raise missing_error(absent)


def _may_sudo() -> bool:
    """True where sudo asks for no password: set-up never waits for one."""
    if not shutil.which("sudo"):
        return False
    return subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True).returncode == 0


def missing_error(absent: list[Need]) -> SetupError:
    purposes = "; ".join(f"{need.package} ({need.purpose})" for need in absent)
    packages = " ".join(need.package for need in absent)
    hints = [f"Install it: sudo apt-get install {packages}", *(n.otherwise for n in absent)]
    return SetupError(
        f"Missing on this machine: {purposes}.", "\n".join(hint for hint in hints if hint)
    )


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True

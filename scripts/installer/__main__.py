"""scripts/setup: from a bare checkout to a .venv that is complete, or to a clear error."""

import argparse
import contextlib
import fcntl
import os
import shutil
import signal
import sys
import time
import venv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.installer import debian, machine, pins, stamp
from scripts.installer.children import say
from scripts.installer.errors import SetupError
from scripts.installer.packages import Pip

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Request:
    flavour: str
    dev: bool
    browser: bool
    project: bool


def main(arguments: Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        set_up(parse(arguments))
    except SetupError as error:
        print(f"{error.message}\n{error.hint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. The same command starts over.", file=sys.stderr)
        return 130
    return 0


def parse(arguments: Sequence[str]) -> Request:
    parser = argparse.ArgumentParser(prog="scripts/setup", description=__doc__)
    parser.add_argument(
        "flavour",
        nargs="?",
        choices=[*pins.FLAVOURS, "auto"],
        default=os.environ.get("FLAVOUR") or "auto",
        help="light: no engine; cpu, gpu: with vLLM; auto: by what is there (or FLAVOUR)",
    )
    parser.add_argument("--dev", action="store_true", help="the tools for tests and lint, too")
    parser.add_argument("--browser", action="store_true", help="see that there is a Chromium, too")
    parser.add_argument("--no-project", action="store_true", help="packages only (Docker's layers)")
    given = parser.parse_args(arguments)
    flavour = machine.detect_flavour() if given.flavour == "auto" else given.flavour
    return Request(flavour, given.dev, given.browser, not given.no_project)


def set_up(request: Request) -> None:
    """Makes .venv what the request asks for. Raises SetupError; nothing to do takes < 1 s."""
    folder, log = ROOT / ".venv", ROOT / "var/setup.log"
    wanted = pins.wanted(ROOT / "requirements", request.flavour, dev=request.dev)
    project = stamp.project_digest(ROOT / "pyproject.toml") if request.project else ""
    with _alone():
        debian.provide(_needs(request, folder), log)
        found = stamp.read(folder)
        if is_complete(folder, found, wanted) and found and found.project == project:
            say(f"Environment: .venv is ready ({request.flavour}).")
            return
        _install(request, folder, found, wanted, project, log)


def is_complete(folder: Path, found: stamp.Stamp | None, wanted: pins.Pins) -> bool:
    return (
        found is not None
        and (folder / "bin/python").exists()  # false where its Python was removed
        and not found.contradicts(wanted)
        and not found.missing(wanted)
    )


def _install(
    request: Request,
    folder: Path,
    found: stamp.Stamp | None,
    wanted: pins.Pins,
    project: str,
    log: Path,
) -> None:
    started = time.monotonic()
    found = _make_venv(folder, found, wanted)
    missing = found.missing(wanted)
    if missing:
        machine.require_platform(request.flavour)
        machine.require_disk(ROOT, request.flavour, dev=request.dev)
        tools = " with test tools" if request.dev else ""
        say(f"Environment: {len(missing)} packages ({request.flavour}{tools}) into .venv.")
    stamp.write_unfinished(folder)
    pip = Pip(folder, log)
    pip.install_pins(
        missing,
        torch_index=os.environ.get("TORCH_INDEX") or None,
        general_torch=pins.read_lock(ROOT / "requirements/torch.txt"),
    )
    if project:
        pip.install_project(ROOT)
    stamp.write(folder, stamp.Stamp(project, {**found.pins, **wanted}))
    say(f"Environment: ready in {time.monotonic() - started:.0f} s.")


def _make_venv(folder: Path, found: stamp.Stamp | None, wanted: pins.Pins) -> stamp.Stamp:
    """An environment to install into, and what is known to be in it.

    One that was interrupted, or that holds another version of a wanted package, is made anew: a
    minute, and no leftovers. One that we did not make is kept and installed into.
    """
    broken = found is None or not (folder / "bin/python").exists()
    if found is not None and not broken and not found.contradicts(wanted):
        return found
    if folder.exists():
        say("Environment: making .venv anew (it was unfinished, or the locks have changed).")
        shutil.rmtree(folder)
    folder.mkdir()
    stamp.write_unfinished(folder)
    venv.create(folder, with_pip=True, symlinks=True)
    return stamp.Stamp()


def _needs(request: Request, folder: Path) -> list[debian.Need]:
    needs = [] if (folder / "bin/python").exists() else [debian.python_venv()]
    if request.flavour == "cpu":
        needs.append(debian.numa())
    if request.flavour == "gpu":
        needs += debian.compiler()
    if request.browser:
        needs.append(debian.browser())
    return needs


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One set-up at a time in this checkout."""
    path = ROOT / "var/setup.lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Environment: waiting for another set-up in this folder.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

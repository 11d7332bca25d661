"""Installing pins with pip: at most two steps, a readable reason when one fails."""

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts.installer import children
from scripts.installer.errors import SetupError
from scripts.installer.machine import GENERAL_TORCH_GB, require_free
from scripts.installer.pins import Pins, as_lines, is_local_build

_DISK_FULL = "No space left on device"
_UNREACHABLE = (
    "NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError"
    "|Connection refused|Network is unreachable|Temporary failure in name resolution"
)


class PipFailed(Exception):
    """pip ended with an error; `output` is all it wrote."""

    def __init__(self, output: str) -> None:
        super().__init__(output)
        self.output = output

    @property
    def nothing_matches(self) -> bool:
        return "No matching distribution found" in self.output


class Pip:
    """The pip of one .venv, logging to one file."""

    def __init__(self, venv: Path, log: Path) -> None:
        self._venv = venv
        self._log = log

    def install_pins(self, pins: Pins, *, torch_index: str | None, general_torch: Pins) -> None:
        """Raises SetupError. Pins are complete, so pip never has to resolve anything.

        `general_torch` takes the place of a CPU build of torch that is nowhere to be found: the
        build for all machines, with the CUDA libraries that it loads even on a CPU.
        """
        local = {name: version for name, version in pins.items() if is_local_build(version)}
        usual = {name: version for name, version in pins.items() if name not in local}
        try:
            if local:
                self._install_local_builds(local, torch_index, general_torch)
            if usual:
                self._install(usual)
        except PipFailed as failure:
            raise explain(failure.output, self._log) from failure

    def install_project(self, root: Path) -> None:
        """The checkout itself, editable, so that the `triptych` command is there."""
        arguments = ["--no-deps", "--no-build-isolation", "--editable", str(root)]
        try:
            self._run(arguments, title="Installing Triptych itself")
        except PipFailed as failure:
            raise explain(failure.output, self._log) from failure

    def _install_local_builds(
        self, pins: Pins, torch_index: str | None, general_torch: Pins
    ) -> None:
        # pip's own configuration goes first: where the build lies on a disk or a mirror, another
        # index may be out of reach, and asking it would only wait.
        try:
            self._install(pins)
        except PipFailed as failure:
            if not failure.nothing_matches:
                raise
            if torch_index is not None:
                self._install_from(torch_index, pins)
                return
            self._install_general(general_torch)

    def _install_general(self, pins: Pins) -> None:
        children.say(
            "  PyTorch's CPU build is not where pip looks, so this takes the build for all "
            "machines: 4 GB more. TORCH_INDEX=address of PyTorch's CPU builds avoids it."
        )
        require_free(self._venv, GENERAL_TORCH_GB, "PyTorch's build for all machines")
        self._install(pins)

    def _install_from(self, torch_index: str, pins: Pins) -> None:
        try:
            self._install(pins, "--index-url", torch_index, "--timeout", "15", "--retries", "1")
        except PipFailed as failure:
            if _DISK_FULL in failure.output:
                raise
            raise SetupError(
                f"{as_lines(pins)[0]} is not where pip looks, and not to be had at {torch_index}.",
                "Take the address from PyTorch's install page (choose CPU), or leave TORCH_INDEX "
                f"out: then the build for all machines is taken. pip's words: {self._log}",
            ) from failure

    def _install(self, pins: Pins, *options: str) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("\n".join(as_lines(pins)))
            file.flush()
            before = self._installed()
            self._run(
                ["--no-deps", *options, "--requirement", file.name],
                title=_title(pins),
                expected=len(pins),
                before=before,
            )

    def _run(
        self, arguments: Sequence[str], *, title: str, expected: int = 0, before: int = 0
    ) -> None:
        def detail(output: str) -> str:
            done = self._installed() - before
            if not expected:
                return ""
            if done > 0:
                return f": {min(done, expected)} of {expected} installed"
            return f": {min(output.count('Collecting '), expected)} of {expected} found"

        command = [str(self._venv / "bin/python"), "-m", "pip", "install", *_QUIET, *arguments]
        status, output = children.run(command, log=self._log, title=title, detail=detail)
        if status != 0:
            raise PipFailed(output)

    def _installed(self) -> int:
        return sum(1 for _ in self._venv.glob("lib/python*/site-packages/*.dist-info"))


_QUIET = (
    "--disable-pip-version-check",
    "--no-input",
    "--progress-bar=off",
    "--root-user-action=ignore",
)


def _title(pins: Pins) -> str:
    return (
        f"Installing {len(pins)} packages" if len(pins) > 1 else f"Installing {as_lines(pins)[0]}"
    )


def explain(output: str, log: Path) -> SetupError:
    """pip's failure as one message with a next step."""
    again = "Then run the same command again."
    if _DISK_FULL in output:
        return SetupError("The disk is full.", f"Free some space. {again}")
    if re.search(_UNREACHABLE, output):
        return SetupError(
            "pip cannot reach a package index.",
            f"Check the network, proxy, and `pip config list`. {again} pip's words: {log}",
        )
    lines = output.splitlines()
    errors = [line for line in lines if line.startswith("ERROR:")] or lines
    reason = "\n".join(f"  {line}" for line in errors[-5:])
    return SetupError(f"pip failed:\n{reason}", f"All that pip said is in {log}.")

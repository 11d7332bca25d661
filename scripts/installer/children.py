"""Running a slow command: its output goes to a log, a line of progress to the terminal."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


def say(text: str) -> None:
    print(text, flush=True)


def run(
    command: Sequence[str],
    *,
    log: Path,
    title: str,
    detail: Callable[[str], str] = lambda _output: "",
    environment: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Exit status and output (stdout and stderr together) of `command`.

    `detail` makes the progress line's end of the output so far. The command ends with us.
    """
    started = time.monotonic()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as sink:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env=environment
        )
        try:
            while (status := _wait(process)) is None:
                _show(f"{title}{detail(_read(log))}, {time.monotonic() - started:.0f} s")
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    _end_line()
    return status, _read(log)


def _wait(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(timeout=0.5 if sys.stdout.isatty() else 10)
    except subprocess.TimeoutExpired:
        return None


def _read(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


def _show(line: str) -> None:
    if sys.stdout.isatty():
        print(f"\r\033[K  {line}", end="", flush=True)
    else:
        say(f"  {line}")


def _end_line() -> None:
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)

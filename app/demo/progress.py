"""Telling how far a build has come: a bar on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars

Stage = Literal["waiting", "preparing", "base", "lora", "full"]
TITLES: dict[Stage, str] = {
    "waiting": "Waiting for another build",
    "preparing": "Writing the texts",
    "base": "Pretraining the base",
    "lora": "Tuning the LoRA adapter",
    "full": "Tuning all weights",
}
SECONDS_BETWEEN_LINES = 5.0


@dataclass(frozen=True)
class Step:
    """`done` of `total` steps of a stage; the loss where there is one."""

    stage: Stage
    done: int
    total: int
    loss: float | None = None


Progress = Callable[[Step], None]


def silent(_step: Step) -> None:
    """Say nothing."""


@contextmanager
def terminal_progress(stream: TextIO | None = None) -> Iterator[Progress]:
    """Show steps on a stream (default: stderr), as bars only where someone is looking."""
    stream = stream or sys.stderr
    if not stream.isatty():
        yield plain_lines(stream)
        return
    with _bars(stream) as bars:
        yield _on_bars(bars)


def plain_lines(stream: TextIO, clock: Callable[[], float] = time.monotonic) -> Progress:
    """A line at the end of every stage, and every few seconds in between."""
    last = float("-inf")

    def show(step: Step) -> None:
        nonlocal last
        if step.done < step.total and clock() - last < SECONDS_BETWEEN_LINES:
            return
        last = clock()
        loss = "" if step.loss is None else f", loss {step.loss:.3f}"
        print(f"{TITLES[step.stage]}: {step.done}/{step.total}{loss}", file=stream, flush=True)

    return show


def _bars(stream: TextIO) -> Bars:
    return Bars(
        TextColumn("{task.description:25}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[loss]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(file=stream),
    )


def _on_bars(bars: Bars) -> Progress:
    tasks: dict[Stage, TaskID] = {}

    def show(step: Step) -> None:
        if step.stage not in tasks:
            tasks[step.stage] = bars.add_task(TITLES[step.stage], total=step.total, loss="")
        loss = "" if step.loss is None else f"loss {step.loss:.3f}"
        bars.update(tasks[step.stage], completed=step.done, total=step.total, loss=loss)

    return show

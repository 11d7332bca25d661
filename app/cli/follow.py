"""Watching a run in the terminal: a bar where someone is looking, plain lines elsewhere."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.runner import RateResult

SECONDS_BETWEEN_LINES = 5.0

Show = Callable[[RateResult], None]


class Watched(Protocol):
    """A runner of runs or of judges."""

    def changes(self, key: int, /) -> AsyncIterator[RateResult]: ...


async def follow(runner: Watched, key: int, console: Console, *, things: str = "answers") -> None:
    """Until the work ends, by itself or because it was stopped."""
    with _bar(console, things) if console.is_terminal else _lines(console, things) as show:
        async for rate in runner.changes(key):
            show(rate)


@contextmanager
def _bar(console: Console, things: str) -> Iterator[Show]:
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(things, total=None, rate="starting engines")

        def show(rate: RateResult) -> None:
            speed = f"{rate.responses_per_s:.1f}/s" if rate.saved else "starting engines"
            bar.update(task, completed=rate.saved, total=rate.saved + rate.due, rate=speed)

        yield show


@contextmanager
def _lines(
    console: Console, things: str = "answers", clock: Callable[[], float] = time.monotonic
) -> Iterator[Show]:
    """A line for the first of them and the last, and every few seconds in between."""
    last, said = float("-inf"), 0

    def show(rate: RateResult) -> None:
        nonlocal last, said
        late = rate.due == 0 or clock() - last >= SECONDS_BETWEEN_LINES
        if rate.saved > said and late:
            last, said = clock(), rate.saved
            total = rate.saved + rate.due
            # There is no speed yet at the first batch, which may be the only one.
            speed = f", {rate.responses_per_s:.1f}/s" if rate.responses_per_s else ""
            console.print(f"{rate.saved} of {total} {things}{speed}", highlight=False)

    yield show

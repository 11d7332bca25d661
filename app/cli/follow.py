"""Watching a run in the terminal: a bar where someone is looking, plain lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.runner import RateResult, Runner

SECONDS_BETWEEN_LINES = 5.0

Show = Callable[[RateResult], None]


async def follow(runner: Runner, run_id: int, console: Console) -> None:
    """Until the run ends, by itself or because it was stopped."""
    with _bar(console) if console.is_terminal else _lines(console) as show:
        async for rate in runner.changes(run_id):
            show(rate)


@contextmanager
def _bar(console: Console) -> Iterator[Show]:
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("answers", total=None, rate="starting engines")

        def show(rate: RateResult) -> None:
            speed = f"{rate.responses_per_s:.1f}/s" if rate.saved else "starting engines"
            bar.update(task, completed=rate.saved, total=rate.saved + rate.due, rate=speed)

        yield show


@contextmanager
def _lines(console: Console, clock: Callable[[], float] = time.monotonic) -> Iterator[Show]:
    """A line for the first answers and the last, and every few seconds in between."""
    last, said = float("-inf"), 0

    def show(rate: RateResult) -> None:
        nonlocal last, said
        late = rate.due == 0 or clock() - last >= SECONDS_BETWEEN_LINES
        if rate.saved > said and late:
            last, said = clock(), rate.saved
            total = rate.saved + rate.due
            # There is no speed yet at the first batch, which may be the only one.
            speed = f", {rate.responses_per_s:.1f}/s" if rate.responses_per_s else ""
            console.print(f"{rate.saved} of {total} answers{speed}", highlight=False)

    yield show

"""What commands print: lines, tables and errors. Texts of people and files stand as they are."""

import sys
from collections.abc import Iterable, Sequence

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.errors import AppError, EngineError, InvalidInput

_WIDE = 400  # characters per line in a pipe or a file, where tables need not be cut

# Control characters would act on the terminal. Their pictures, like ␛, do not.
_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"}
_PICTURES |= {0x7F: 0x2421} | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)


def printable(text: str) -> str:
    """Without characters that a terminal would obey."""
    return text.translate(_PICTURES)


def console() -> Console:
    return Console(width=None if sys.stdout.isatty() else _WIDE)


def say(text: str = "", *, bold: bool = False) -> None:
    """One line, never wrapped, so that addresses and commands can be copied."""
    typer.secho(printable(text), bold=bold or None)


def show_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str | None = None,
    empty: str = "",
) -> None:
    """Long cells are folded, not cut. `empty` is said when there are no rows."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(str(cell))) for cell in row))
    if table.row_count or not empty:
        console().print(table)
    else:
        say(empty)


def tell(error: AppError) -> None:
    """What is wrong, where, and what to do next; on stderr."""
    typer.secho(printable(error.message), fg="red", err=True)
    if isinstance(error, InvalidInput):
        for problem in error.problems:
            typer.echo(f"  {printable(str(problem))}", err=True)
    if isinstance(error, EngineError):
        _tell_story(error)
    if error.hint:
        typer.secho(printable(error.hint), fg="yellow", err=True)


def _tell_story(error: EngineError) -> None:
    if error.log_tail:
        typer.echo(f"\n{printable(error.log_tail)}\n", err=True)
    if error.command:
        typer.echo(f"The command was: {error.command}", err=True)

"""The command's root, its settings and its logging."""

import logging
import logging.handlers
import os
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from app.cli.terminal import say
from app.errors import AppError, InvalidInput, Problem
from app.settings import Settings

root = typer.Typer(
    name="triptych",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        try:
            say(f"triptych {version('triptych')}")
        except PackageNotFoundError:
            say("triptych, not installed as a package")
        raise typer.Exit


@root.callback()
def options(
    # `main` takes it out of the arguments: it may stand anywhere.
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Compare a base model, its adapters and its full fine-tunes: blind, side by side."""


def settings(**given: Any) -> Settings:
    """Settings from the environment, over them what the command line gave. Raises AppError."""
    _refuse_unknown_names()
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        problems = [_problem(detail) for detail in error.errors()]
        raise InvalidInput("The settings are not right.", problems) from error


def _problem(detail: Any) -> Problem:
    message = str(detail["msg"]).removeprefix("Value error, ")
    where = f"TRIPTYCH_{detail['loc'][0]}".upper() if detail["loc"] else "settings"
    return Problem(where, f"{message[:1].lower()}{message[1:]}.")


def _refuse_unknown_names() -> None:
    known = {f"TRIPTYCH_{name}".upper() for name in Settings.model_fields}
    ours = [name for name in os.environ if name.upper().startswith("TRIPTYCH_")]
    unknown = sorted(name for name in ours if name.upper() not in known)
    if unknown:
        raise AppError(
            f"Unknown setting in the environment: {', '.join(unknown)}.",
            hint=f"The settings are: {', '.join(sorted(known))}.",
        )


def configure_logging(settings: Settings) -> None:
    """Short lines in the terminal, everything with tracebacks in var/triptych.log."""
    _make_var(settings)
    file = logging.handlers.RotatingFileHandler(
        settings.var / "triptych.log", maxBytes=5 * 2**20, backupCount=3
    )
    full = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    file.setFormatter(full)
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.DEBUG if settings.debug else logging.WARNING)
    terminal.setFormatter(full if settings.debug else _Terse())
    for chatty in ("httpx", "httpx2", "httpcore", "openai"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    level = logging.DEBUG if settings.debug else logging.INFO
    logging.basicConfig(level=level, handlers=[file, terminal], force=True)


def _make_var(settings: Settings) -> None:
    try:
        settings.var.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AppError(
            f"The folder {settings.var} cannot be made: {error.strerror}.",
            hint="Set TRIPTYCH_VAR to a folder that you may write to.",
        ) from error


class _Terse(logging.Formatter):
    """One line per record: tracebacks are for the file."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{record.levelname.lower()}: {record.getMessage()}"

"""The command's root: options, settings, logging, and one way to fail."""

import logging
import logging.handlers
import os
import sys
from typing import Any

import typer
from pydantic import ValidationError

from app.errors import AppError, EngineError
from app.settings import Settings

root = typer.Typer(
    name="triptych",
    help="Compare a base model, its adapters and its full fine-tunes: blind, side by side.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def main() -> None:
    """Runs the command. Errors are one message and a next step; --debug shows tracebacks."""
    from app.cli import data, demo, engines, serve  # noqa: F401  (they register their commands)

    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        root(args=arguments, prog_name="triptych")
    except AppError as error:
        if debug:
            raise
        sys.exit(_tell(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if debug:
            raise
        typer.secho(f"Unexpected: {error!r}", fg="red", err=True)
        typer.echo("Run the same command with --debug for the traceback.", err=True)
        sys.exit(70)


def _tell(error: AppError) -> int:
    typer.secho(error.message, fg="red", err=True)
    for problem in getattr(error, "problems", []):
        typer.echo(f"  {problem}", err=True)
    if isinstance(error, EngineError) and error.log_tail:
        typer.echo(f"\n{error.log_tail}\n", err=True)
    if isinstance(error, EngineError) and error.command:
        typer.echo(f"The command was: {error.command}", err=True)
    if error.hint:
        typer.secho(error.hint, fg="yellow", err=True)
    return 1


def settings(**given: Any) -> Settings:
    """Settings from the environment, over them what the command line gave. Raises AppError."""
    _refuse_unknown_names()
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        lines = " ".join(_line(detail) for detail in error.errors())
        raise AppError(f"A setting is wrong. {lines}") from error


def _line(error: Any) -> str:
    name = str(error["loc"][0]).upper() if error["loc"] else ""
    return f"TRIPTYCH_{name}: {error['msg']}."


def _refuse_unknown_names() -> None:
    known = {f"TRIPTYCH_{name.upper()}" for name in Settings.model_fields}
    unknown = [name for name in os.environ if name.startswith("TRIPTYCH_") and name not in known]
    if unknown:
        raise AppError(
            f"Unknown setting in the environment: {', '.join(sorted(unknown))}.",
            hint=f"The settings are: {', '.join(sorted(known))}.",
        )


def configure_logging(settings: Settings) -> None:
    """Short lines in the terminal, everything with tracebacks in var/triptych.log."""
    settings.var.mkdir(parents=True, exist_ok=True)
    file = logging.handlers.RotatingFileHandler(
        settings.var / "triptych.log", maxBytes=5 * 2**20, backupCount=3
    )
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.DEBUG if settings.debug else logging.WARNING)
    terminal.setFormatter(_Terse("%(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[file, terminal], force=True)


class _Terse(logging.Formatter):
    """One line per record: tracebacks are for the file."""

    def format(self, record: logging.LogRecord) -> str:
        if logging.getLogger("triptych").isEnabledFor(logging.DEBUG):
            return super().format(record)
        return f"{record.levelname.lower()}: {record.getMessage()}"

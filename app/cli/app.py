"""The command's root, its settings and its logging."""

import logging
import logging.handlers
import os
from typing import Any

import typer
from pydantic import ValidationError

from app.errors import AppError
from app.settings import Settings

root = typer.Typer(
    name="triptych",
    help="Compare a base model, its adapters and its full fine-tunes: blind, side by side.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


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
    for chatty in ("httpx", "httpx2", "openai"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.basicConfig(level=logging.INFO, handlers=[file, terminal], force=True)


class _Terse(logging.Formatter):
    """One line per record: tracebacks are for the file."""

    def format(self, record: logging.LogRecord) -> str:
        if logging.getLogger("triptych").isEnabledFor(logging.DEBUG):
            return super().format(record)
        return f"{record.levelname.lower()}: {record.getMessage()}"

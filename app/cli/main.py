"""Where the command starts, and its one way to fail."""

import io
import sys
from collections.abc import Sequence

from sqlalchemy.exc import OperationalError

from app.cli.app import root
from app.cli.commands import register
from app.cli.terminal import tell
from app.errors import AppError
from app.migrate import hint_for

FAILED, DEFECT = 1, 70  # exit codes; typer's own are 2 for usage and 130 for Ctrl-C


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command. Errors are one message and a next step; --debug shows tracebacks."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _print_anything()
    wanted = [word for word in given if word != "--debug"]
    try:
        register(wanted)
        root(args=wanted, prog_name="triptych")
    except Exception as error:
        if "--debug" in given:
            raise
        known = _known(error)
        tell(known or _unexpected(error))
        sys.exit(FAILED if known else DEFECT)


def _print_anything() -> None:
    """A terminal without some character shows a question mark instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _known(error: Exception) -> AppError | None:
    """The error in words for a person, where it is about their files or their database."""
    if isinstance(error, AppError):
        return error
    if isinstance(error, OperationalError) and (hint := hint_for(error)):
        return AppError(f"The database cannot be used: {error.orig}.", hint=hint)
    if isinstance(error, OSError) and error.filename:
        hint = "Check the path and its permissions."
        return AppError(f"{error.filename}: {error.strerror}.", hint=hint)
    return None


def _unexpected(error: Exception) -> AppError:
    hint = "This should not happen. Run the same command with --debug for the traceback."
    return AppError(f"Unexpected: {error!r}", hint=hint)

"""Where the command starts, and its one way to fail."""

import sys

import typer

from app.cli import data, demo, engines, export, serve  # noqa: F401  (they register their commands)
from app.cli.app import root
from app.errors import AppError, EngineError


def main() -> None:
    """Runs the command. Errors are one message and a next step; --debug shows tracebacks."""
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

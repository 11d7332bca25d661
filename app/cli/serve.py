"""`triptych serve` and the links that open it."""

import socket
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from app import auth
from app.auth import Signer, secret_key
from app.cli.app import configure_logging, root, settings
from app.db import Database
from app.errors import AppError
from app.main import Task, create_app
from app.migrate import upgrade
from app.settings import Settings

Models = Annotated[Path | None, typer.Option("--models", help="the file that lists the variants")]
Host = Annotated[str | None, typer.Option(help="address to listen on")]
Port = Annotated[int | None, typer.Option(help="port to listen on")]


@root.command()
def serve(models: Models = None, host: Host = None, port: Port = None) -> None:
    """Start the web server. Engines start when they are needed."""
    chosen = settings(models_file=models, host=host, port=port)
    configure_logging(chosen)
    server = make_server(chosen)
    typer.echo(f"Triptych is at {chosen.base_url}")
    typer.echo(f"Admin link (24 h): {admin_address(chosen)}")
    server.run()


@root.command("admin-link")
def admin_link() -> None:
    """Print a link that signs in the admin and lets them set a password."""
    typer.echo(admin_address(settings()))


def make_server(settings: Settings, *, on_start: Task | None = None) -> uvicorn.Server:
    """A uvicorn server on a port that is free. Raises AppError."""
    _require_free_port(settings)
    config = uvicorn.Config(
        create_app(settings, on_start=on_start),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    return uvicorn.Server(config)


def _require_free_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise AppError(
                f"Port {settings.port} on {settings.host} cannot be used: {error.strerror}.",
                hint="Stop what uses it, or choose another with --port.",
            ) from error


def admin_address(settings: Settings) -> str:
    """The address that signs in the admin once within 24 hours."""
    database = Database(settings.sqlalchemy_url)
    upgrade(database)
    with database.writing() as session:
        token = Signer(secret_key(settings)).setup_link(auth.admin(session))
    database.dispose()
    return f"{settings.base_url}/setup/{token}"

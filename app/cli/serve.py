"""`triptych serve` and the links that open it."""

import socket

import uvicorn

from app import auth
from app.auth import Signer, secret_key
from app.cli.app import configure_logging, root, settings
from app.cli.options import Host, Models, Port
from app.cli.terminal import say
from app.errors import AppError
from app.main import Task, create_app
from app.migrate import open_database
from app.settings import Settings


@root.command()
def serve(models: Models = None, host: Host = None, port: Port = None) -> None:
    """Start the web server. Engines start when they are needed."""
    chosen = settings(models_file=models, host=host, port=port)
    configure_logging(chosen)
    server = make_server(chosen)
    say(f"Triptych is at {chosen.base_url}")
    say(f"Admin link (24 h): {admin_address(chosen)}")
    if chosen.public_url is None and chosen.host in ("0.0.0.0", "::"):  # noqa: S104
        say("Links name localhost. For raters elsewhere set TRIPTYCH_PUBLIC_URL to their address.")
    server.run()


@root.command("admin-link")
def admin_link() -> None:
    """Print a link that signs in the admin and lets them set a password."""
    say(admin_address(settings()))


def make_server(settings: Settings, *, on_start: Task | None = None) -> uvicorn.Server:
    """A uvicorn server on a port that is free. Raises AppError."""
    require_free_port(settings)
    config = uvicorn.Config(
        create_app(settings, on_start=on_start),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        # With a proxy that says who is there, the address of the connection itself must stay.
        proxy_headers=settings.proxy_user_header is None,
        timeout_graceful_shutdown=5,
    )
    return uvicorn.Server(config)


def require_free_port(settings: Settings) -> None:
    """Raises AppError when the server could not listen where the settings say."""
    host, port = settings.host, settings.port
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise AppError(
            f"There is no address '{host}' to listen on: {error.strerror}.",
            hint="Choose one of this machine with --host: 127.0.0.1, or 0.0.0.0 for all.",
        ) from error
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise AppError(
                f"Port {port} on {host} cannot be used: {error.strerror}.",
                hint="Stop what uses it, or choose another with --port (or --host).",
            ) from error


def admin_address(settings: Settings) -> str:
    """The address that signs in the admin once within 24 hours."""
    database = open_database(settings.sqlalchemy_url)
    try:
        with database.writing() as session:
            token = Signer(secret_key(settings)).setup_link(auth.admin(session))
    finally:
        database.dispose()
    return f"{settings.base_url}/setup/{token}"

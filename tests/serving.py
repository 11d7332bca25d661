"""The application as a real server, in a thread: for browsers and for crowds."""

import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import uvicorn

from app.main import create_app
from app.settings import Settings
from app.web.state import AppState
from tests.compiled import COMPILED


@contextmanager
def serving(folder: Path) -> Iterator[AppState]:
    """Its address is the settings' base_url, so that links lead back to it."""
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    settings = Settings(var=folder, models_file=folder / "models.yaml", public_url=address)
    app = create_app(settings)
    app.state.templates.bytecode_cache = COMPILED
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        # The socket takes connections already: this one waits for the server behind it.
        urllib.request.urlopen(f"{address}/healthz").close()
        yield app.state.triptych
    finally:
        server.should_exit = True
        thread.join()

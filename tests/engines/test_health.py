"""Is what answers on a port our engine?"""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.engines.health import healthy
from app.engines.ports import free_port

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["<html>Hello</html>", "[]", "null", '{"data": null}', '{"data": [1]}'])
def stranger(request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of a program that answers everything with 200 and something else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(request.param.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


async def test_another_program_on_the_port_is_not_healthy(stranger: int) -> None:
    assert not await healthy(stranger, "key", {"base"})


async def test_nobody_on_the_port_is_not_healthy() -> None:
    assert not await healthy(free_port(18310, ()), "key", {"base"})

"""What an endpoint says about itself; whatever it says, the run goes on."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.engines.connections import Target
from app.engines.provenance import of_endpoint

pytestmark = pytest.mark.anyio


class Endpoint(ThreadingHTTPServer):
    """Answers every question for its version with `content`."""

    content = b""

    @property
    def target(self) -> Target:
        return Target(f"http://127.0.0.1:{self.server_port}/v1", "m", "key", is_local=False)


class Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/version" else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()
        self.wfile.write(self.server.content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize(
    ("content", "version"),
    [
        (b'{"version": "0.32.0"}', "0.32.0"),
        (b"{}", None),
        (b"[]", None),
        (b"", None),
        (b"{broken", None),
        (b"\xff", None),
    ],
)
async def test_the_version_of_an_endpoint(
    endpoint: Endpoint, content: bytes, version: str | None
) -> None:
    endpoint.content = content
    found = await of_endpoint(endpoint.target)
    assert found == {
        "endpoint": endpoint.target.base_url,
        "served_name": "m",
        "vllm_version": version,
    }

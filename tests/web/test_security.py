"""Headers on every reply; cross-site and oversized requests are refused."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from app.web.security import SecurityMiddleware, is_cross_site


async def _echo(request: Request) -> PlainTextResponse:
    body = await request.body()
    return PlainTextResponse(str(len(body)))


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = Starlette(routes=[Route("/", _echo, methods=["GET", "POST"])])
    app.add_middleware(SecurityMiddleware, body_limit=2**20)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "same-site"}, True),
        ({"origin": "http://testserver", "host": "testserver"}, False),
        ({"origin": "http://evil.example", "host": "testserver"}, True),
        ({"origin": "null", "host": "testserver"}, True),
        ({"origin": "http://[", "host": "testserver"}, True),
        ({}, False),
    ],
)
def test_cross_site(headers: dict[str, str], refused: bool) -> None:
    assert is_cross_site(Headers(headers)) is refused


def test_a_cross_site_post_is_refused(client: TestClient) -> None:
    reply = client.post("/", headers={"sec-fetch-site": "cross-site"})
    assert reply.status_code == 403


def test_a_cross_site_link_still_opens_a_page(client: TestClient) -> None:
    assert client.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 200


def test_every_reply_has_the_headers(client: TestClient) -> None:
    for reply in (client.get("/"), client.get("/missing"), client.post("/", content=b"x")):
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cache-control"] == "no-store"


def test_a_body_over_the_limit_is_refused(client: TestClient) -> None:
    reply = client.post("/", content=b"x" * (2**20 + 1))
    assert reply.status_code == 413
    assert "1 MB" in reply.text


def test_a_chunked_body_over_the_limit_is_cut(client: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 2**16

    assert client.post("/", content=chunks()).status_code >= 400

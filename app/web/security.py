"""Headers on every reply, and refusal of cross-site and oversized requests. Plain ASGI."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class SecurityMiddleware:
    def __init__(self, app: ASGIApp, *, body_limit: int) -> None:
        self.app = app
        self.body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        refusal = _refusal(scope, headers, self.body_limit)
        app = refusal or self.app
        return await app(
            scope, _limited(receive, self.body_limit), _with_headers(send, scope["path"])
        )


def _refusal(scope: Scope, headers: Headers, body_limit: int) -> ASGIApp | None:
    if scope["method"] not in SAFE_METHODS and is_cross_site(headers):
        return PlainTextResponse("Refused: this request came from another site.", 403)
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        # PostgreSQL takes no text with it; nothing has such an address.
        return PlainTextResponse("Refused: the address has a NUL character.", 400)
    if int(headers.get("content-length") or 0) > body_limit:
        limit = body_limit // 2**20
        return PlainTextResponse(
            f"Refused: larger than {limit} MB. Raise TRIPTYCH_UPLOAD_LIMIT_MB to allow it.", 413
        )
    return None


def is_cross_site(headers: Headers) -> bool:
    """Browsers send one of the two headers with every unsafe request, and pages cannot forge them.

    A request with neither comes from a program, which carries nobody's cookies by accident.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and _netloc(origin) != headers.get("host")


def _netloc(address: str) -> str | None:
    try:
        return urlsplit(address).netloc
    except ValueError:  # a bracket that is not closed
        return None


def _with_headers(send: Send, path: str) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if not path.startswith("/static/"):
                headers.setdefault("cache-control", "no-store")
        await send(message)

    return wrapped


def _limited(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def wrapped() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        # A chunked body has no length to check up front: cut the connection when it grows too far.
        return message if seen <= limit else {"type": "http.disconnect"}

    return wrapped

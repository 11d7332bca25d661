"""Raters' pages speak the rater's language: what they chose, else what their browser asks for."""

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from app.i18n import LANGUAGES, SOURCE, preferred, speaking

COOKIE = "triptych-language"
RATERS = ("/rate/", "/r/", "/join/")


class LanguageMiddleware:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(RATERS):
            return await self.app(scope, receive, send)
        with speaking(_language(Headers(scope=scope))):
            return await self.app(scope, receive, send)


def _language(headers: Headers) -> str:
    # Lenient: other programs of the same host set cookies of whatever names they like.
    chosen = cookie_parser(headers.get("cookie", "")).get(COOKIE)
    if chosen is not None and chosen in LANGUAGES:
        return chosen
    return preferred(headers.get("accept-language", SOURCE))

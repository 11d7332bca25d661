"""Raters' pages speak the rater's language: what they chose, else what their browser asks for."""

from http.cookies import SimpleCookie

from starlette.datastructures import Headers
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
    chosen = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    if chosen is not None and chosen.value in LANGUAGES:
        return chosen.value
    return preferred(headers.get("accept-language", SOURCE))

"""A rater's browser that remembers what it received, and what should not be in there."""

from typing import Any

import httpx
from sqlalchemy import select
from starlette.testclient import TestClient

from app.tables import Variant
from tests.web.site import VARIANTS, Site

# "yak" alone stands in one of some thirty thousand places of a random id.
WORDS = (*VARIANTS, "zebra", "yak-", "xerus", "walrus", "vulture", "unicorn", "lora", "fine-tune")


class Rater:
    """Remembers everything that was received."""

    def __init__(self, browser: TestClient) -> None:
        self.browser, self.received = browser, list[httpx.Response]()

    def get(self, address: str, **named: Any) -> httpx.Response:
        return self._follow(self.browser.get(address, **named))

    def post(self, address: str, data: dict[str, str], **named: Any) -> httpx.Response:
        return self._follow(self.browser.post(address, data=data, **named))

    def _follow(self, reply: httpx.Response) -> httpx.Response:
        self.received.append(reply)
        if reply.is_redirect:
            return self.get(reply.headers["location"])
        return reply


def told(site: Site, rater: Rater) -> list[str]:
    """Every word that should not be there, with the address that said it."""
    with site.state.database.reading() as session:
        hashes = [value[:10] for value in session.scalars(select(Variant.content_hash))]
    return [
        f"{word} in {reply.request.method} {reply.request.url}"
        for reply in rater.received
        for word in (*WORDS, *hashes)
        if word in f"{reply.request.url} {reply.headers} {reply.text}".lower()
    ]

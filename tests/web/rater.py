"""A rater's browser that remembers what it received, and what should not be in there."""

import re
from typing import Any

import httpx
from sqlalchemy import select
from starlette.testclient import TestClient

from app.i18n import LANGUAGES, speaking
from app.studies import kind_words
from app.tables import Variant, VariantKind
from tests.web.site import VARIANTS, Site

# "yak" alone stands in one of some thirty thousand places of a random id.
WORDS = (*VARIANTS, "zebra", "yak-", "xerus", "walrus", "vulture", "unicorn", "lora", "fine-tune")


def choices() -> list[str]:
    """What raters choose among where they are asked which answer came from which kind, word for
    word: nothing else may name a kind."""
    found = []
    for language in LANGUAGES:
        with speaking(language):
            found += [f'value="{kind}"><span>{kind_words(kind)}</span>' for kind in VariantKind]
    return found


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
        if word in f"{reply.request.url} {reply.headers} {_but_choices(reply.text)}".lower()
    ]


def _but_choices(text: str) -> str:
    for choice in choices():
        text = text.replace(choice, "")
    return text


def guesses(page: str, kind: str) -> dict[str, str]:
    """The fields of the questions at the end that take every answer to be of a kind."""
    return dict.fromkeys(re.findall(r'name="(kind-[^"]+)"', page), kind)

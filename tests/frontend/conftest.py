"""A served gallery and a real Chromium whose console is watched."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.frontend.gallery import Gallery, serving


@pytest.fixture
def gallery() -> Iterator[Gallery]:
    with serving() as gallery:
        yield gallery


@pytest.fixture
def problems() -> list[str]:
    """What the console complained about, Content-Security-Policy included."""
    return []


@pytest.fixture
def page(browser: Browser, gallery: Gallery, problems: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=gallery.address)
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console", lambda m: problems.append(m.text) if m.type in ("error", "warning") else None
    )
    yield page
    context.close()

"""WCAG 2.2 AA: axe-core finds nothing on any page, in both themes, on a desk and on a phone."""

from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.frontend.gallery import PAGES, Gallery

pytestmark = pytest.mark.browser

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Without the list of all that is well, which takes most of the time.
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
SIZES = {"desk": (1440, 900), "phone": (390, 844)}


def violations(page: Page) -> list[str]:
    page.evaluate(AXE)  # as a debugger would: the page's own policy stays as it is
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", OPTIONS)
    return [
        f"{rule['id']} ({rule['help']}): {node['html'][:160]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.slow
@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, gallery: Gallery, theme: Any, size: str) -> None:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,
        reduced_motion="reduce",
        base_url=gallery.address,
    )
    page = context.new_page()
    found = {}
    for name in PAGES:
        page.goto(f"/{name}")
        if complaints := violations(page):
            found[name] = complaints
    context.close()
    assert found == {}

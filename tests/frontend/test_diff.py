"""The difference of two answers in a dialog: by its key, by its button, and back."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.frontend import samples
from tests.frontend.gallery import templates

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def difference(page: Page) -> None:
    html = templates().get_template("rate/_diff.html").render(page=samples.difference())

    def answer(route: Route) -> None:
        assert route.request.headers["hx-request"] == "true"
        route.fulfill(body=html, content_type="text/html")

    page.route("**/diff?*", answer)


def test_by_key(page: Page, problems: list[str]) -> None:
    page.goto("/rate-two")
    page.keyboard.press("d")
    expect(page.locator("#diff")).to_be_visible()
    expect(page.locator("#diff del.diff-left").nth(1)).to_contain_text("Orrin")
    page.keyboard.press("t")  # the page's keys rest while it is open
    page.keyboard.press("Escape")
    expect(page.locator("#diff")).to_be_hidden()
    assert page.locator("#panel input:checked").count() == 0
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[name=outcome-factuality][value='1']")).to_be_checked()
    assert problems == []


def test_by_pointer_and_another_pair(page: Page) -> None:
    page.goto("/rate-three")
    page.locator("#diff-open").click()
    expect(page.locator("#_diff [aria-current]")).to_have_text("1 and 2")
    with page.expect_request("**/diff?left=2&right=3"):
        page.get_by_role("link", name="2 and 3").click()
    assert page.url.endswith("/rate-three")

"""Every page renders, keeps the Content-Security-Policy and fits a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.frontend.gallery import PAGES, render

RATER_PAGES = [name for name in PAGES if name.startswith("rate")]


@pytest.mark.parametrize("name", PAGES)
def test_no_inline_style_or_script(name: str) -> None:
    html = render(name)
    assert " style=" not in html
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert not re.search(r"\son\w+=|hx-on|javascript:", html)


@pytest.mark.parametrize("name", PAGES)
def test_every_id_is_there_once(name: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', render(name))
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", RATER_PAGES)
def test_a_raters_page_has_no_mark_of_a_variant(name: str) -> None:
    assert not re.search(r"kind-(base|lora|full|other)|class=\"variant", render(name))


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, pytest.param(1440, marks=pytest.mark.slow)])
def test_pages_fit_their_width_without_a_complaint(
    page: Page, problems: list[str], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    for name in PAGES:
        page.goto(f"/{name}")
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, name
    assert problems == []


@pytest.mark.browser
def test_the_theme_is_remembered(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/sign-in")
    page.locator("[data-theme-toggle]").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator("[data-theme-toggle]").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", re.compile("."))


@pytest.mark.browser
def test_a_destructive_step_asks_for_the_name(page: Page) -> None:
    page.goto("/components")
    page.get_by_role("button", name="Delete").click()
    dialog = page.locator("#delete-run")
    button = dialog.get_by_role("button", name="Delete")
    expect(button).to_be_disabled()
    dialog.get_by_label("Type archipelago-1 to go on").fill("archipelago-1")
    expect(button).to_be_enabled()


@pytest.mark.browser
def test_tables_sort_by_number_and_by_text(page: Page) -> None:
    page.goto("/components")
    names = page.locator("table tbody th")
    page.get_by_role("button", name="Answers", exact=True).click()
    assert names.all_inner_texts()[0] == "later"
    page.get_by_role("button", name="Answers", exact=True).click()
    assert names.all_inner_texts()[0] == "archipelago-1"
    page.get_by_role("button", name="Name").click()
    assert names.all_inner_texts()[-1] == "warm-up"


@pytest.mark.browser
def test_answers_stream_into_their_columns(page: Page, problems: list[str]) -> None:
    page.goto("/compare")
    page.locator("#prompt").fill("Where is the lighthouse?")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-column=base] [data-text]")).to_have_text("The lighthouse of Orrin.")
    expect(page.locator("[data-column=lora] [data-text]")).to_have_text("Orrin!")
    expect(page.locator("[data-column=full]")).to_contain_text("The engine died. See its log.")
    expect(page.locator("#compare-ask")).to_be_enabled()
    assert problems == []

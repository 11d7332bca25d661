"""Figures in a browser, under the real policy: drawn, told, repainted, or excused."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.frontend.figure_samples import every
from tests.frontend.gallery import Gallery

pytestmark = pytest.mark.browser

NAMES = [figure.name for figure in every() if figure.rows]
# Texts of a figure that lie on each other; a halo lies under its own text and is left out.
MEETING = """plot => {
  const seen = new Set();
  const boxes = [...plot.querySelectorAll("svg text")]
    .filter((text) => text.textContent.trim() && text.getBoundingClientRect().width)
    .map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }))
    .filter(({ text, box }) => {
      const key = [text, Math.round(box.left), Math.round(box.top)].join();
      return !seen.has(key) && seen.add(key);
    });
  const met = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
  return boxes.flatMap((one, place) =>
    boxes.slice(place + 1).filter((other) => met(one.box, other.box))
      .map((other) => `${one.text} / ${other.text}`));
}"""
OUTSIDE = """plot => [...plot.querySelectorAll("svg text")]
  .map((text) => [text.textContent, text.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.left < 0 || box.right > innerWidth))
  .map(([text]) => text)"""


def figure(page: Page, name: str) -> Locator:
    return page.locator(f"#figure-{name}")


def draw_all(page: Page) -> None:
    for name in NAMES:
        figure(page, name).scroll_into_view_if_needed()
        expect(figure(page, name)).to_have_attribute("data-state", "drawn")


class TestDrawing:
    @pytest.mark.parametrize("width", [390, 1440])
    def test_every_figure_is_readable(self, page: Page, problems: list[str], width: int) -> None:
        page.set_viewport_size({"width": width, "height": 844})
        page.goto("/figures")
        draw_all(page)
        for name in NAMES:
            plot = figure(page, name).locator(".figure-plot")
            assert plot.locator("svg text").count() > 3, name
            assert plot.evaluate(MEETING) == [], name
            assert plot.evaluate(OUTSIDE) == [], name
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert problems == []

    def test_it_follows_the_width_of_its_place(self, page: Page) -> None:
        page.goto("/figures")
        drawing = figure(page, "preference").locator(".figure-plot svg")
        expect(figure(page, "preference")).to_have_attribute("data-state", "drawn")
        wide = drawing.bounding_box()
        page.set_viewport_size({"width": 390, "height": 844})
        expect(drawing).to_have_attribute("width", "358")  # 390 less the padding of the page
        assert wide is not None
        assert wide["width"] > 800

    def test_nothing_moves_while_it_is_drawn(self, page: Page) -> None:
        page.goto("/figures")
        page.evaluate("document.fonts.ready")
        before = figure(page, "cross-table").evaluate("it => it.offsetTop")
        draw_all(page)
        after = figure(page, "cross-table").evaluate("it => it.offsetTop")
        assert abs(after - before) < 60

    def test_without_rows_there_is_nothing_to_draw(self, page: Page) -> None:
        page.goto("/figures")
        expect(figure(page, "empty")).to_contain_text("Nothing has been judged yet")
        expect(figure(page, "empty").locator(".figure-plot")).to_have_count(0)


class TestNumbers:
    def test_pointing_at_a_row_tells_its_numbers(self, page: Page) -> None:
        page.goto("/figures")
        expect(figure(page, "preference")).to_have_attribute("data-state", "drawn")
        figure(page, "preference").locator(".figure-plot").hover(position={"x": 300, "y": 50})
        note = page.locator(".figure-note")
        expect(note).to_be_visible()
        for text in ("lora-r16 against full", "55 % to 71 %", "60 prompts"):
            expect(note).to_contain_text(text)

    def test_looking_away_hides_them(self, page: Page) -> None:
        page.goto("/figures")
        expect(figure(page, "preference")).to_have_attribute("data-state", "drawn")
        figure(page, "preference").locator(".figure-plot").hover(position={"x": 300, "y": 50})
        expect(page.locator(".figure-note")).to_be_visible()
        page.mouse.move(5, 5)
        expect(page.locator(".figure-note")).to_be_hidden()

    def test_the_table_is_one_click_away(self, page: Page) -> None:
        page.goto("/figures")
        figure(page, "preference").get_by_text("Data and files").click()
        table = figure(page, "preference").get_by_role("table")
        expect(table.get_by_role("row")).to_have_count(4)

    def test_files_are_linked(self, page: Page) -> None:
        page.goto("/figures")
        figure(page, "plane").get_by_text("Data and files").click()
        for label, kind in (
            ("SVG", "image/svg+xml"),
            ("PNG", "image/png"),
            ("CSV", "text/csv; charset=utf-8"),
            ("Vega-Lite", "application/json"),
        ):
            link = figure(page, "plane").get_by_role("link", name=label)
            reply = page.request.get(link.get_attribute("href") or "")
            assert reply.headers["content-type"] == kind


class TestTheme:
    def test_a_toggle_repaints(self, page: Page) -> None:
        page.emulate_media(color_scheme="light")
        page.goto("/figures")
        expect(figure(page, "preference")).to_have_attribute("data-state", "drawn")
        blue = figure(page, "preference").locator('path[fill="#0a63a8"]')
        assert blue.count() > 0
        page.locator("[data-theme-toggle]").click()
        expect(blue).to_have_count(0)
        assert figure(page, "preference").locator('path[fill="#78b7ec"]').count() > 0

    def test_the_system_repaints(self, page: Page) -> None:
        page.emulate_media(color_scheme="dark")
        page.goto("/figures")
        expect(figure(page, "preference")).to_have_attribute("data-state", "drawn")
        page.emulate_media(color_scheme="light")
        expect(figure(page, "preference").locator('path[fill="#78b7ec"]')).to_have_count(0)


class TestLoading:
    def test_far_figures_wait_and_all_share_one_load(self, page: Page) -> None:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto("/figures")
        expect(figure(page, NAMES[0])).to_have_attribute("data-state", "drawn")
        assert not [url for url in asked if url.endswith(f"/figures/{NAMES[-1]}.json")]
        draw_all(page)
        assert len([url for url in asked if "/vendor/vega" in url]) == 3

    def test_other_pages_load_none_of_it(self, page: Page) -> None:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto("/components")
        page.wait_for_load_state("networkidle")
        assert not [url for url in asked if "vega" in url or "figures." in url]

    @pytest.mark.parametrize("what", ["**/preference.json", "**/vega-lite-*"])
    def test_a_failed_load_shows_the_table(self, page: Page, what: str) -> None:
        page.route(what, lambda route: route.fulfill(status=500, body=""))
        page.goto("/figures")
        expect(figure(page, "preference")).to_have_attribute("data-state", "failed")
        expect(figure(page, "preference").get_by_role("status")).to_contain_text("could not")
        expect(figure(page, "preference").get_by_role("table")).to_be_visible()


def test_without_script_a_picture_stands_there(browser: Browser, gallery: Gallery) -> None:
    options: dict[str, Any] = {"java_script_enabled": False, "base_url": gallery.address}
    context = browser.new_context(**options)
    page = context.new_page()
    with page.expect_response("**/figures/preference.svg") as reply:
        page.goto("/figures")
    assert reply.value.status == 200
    expect(figure(page, "preference").locator("img")).to_be_visible()
    context.close()

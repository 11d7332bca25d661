"""The HTML file: offline, without scripts, whatever a study's names and texts hold."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from shutil import copy

import pytest
from playwright.sync_api import Browser, Request
from sqlalchemy.orm import Session

from app.db import Database
from app.reports import html_of
from app.reports.drawings import inlined
from app.reports.page import cell, paragraphs
from app.results import ResultFilter
from app.tables import RaterKind, Study
from tests.reports.reading import become, report_on
from tests.results.kept_study import judged_study

HOSTILE = '<script>alert(1)</script><img src="https://evil.example/x.png">'


@pytest.fixture
def small(session: Session) -> Study:
    """Few figures: drawing takes its time."""
    return judged_study(session, variants=("base", "lora"))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Path:
    """The report on the small study as a file, for those who only read it."""
    folder = tmp_path_factory.mktemp("report")
    database = Database(f"sqlite:///{copy(empty_database, folder / 'test.db')}")
    with database.writing() as session:
        study = judged_study(session, variants=("base", "lora"))
        (folder / "report.html").write_text(html_of(report_on(session, study)), encoding="utf-8")
    database.dispose()
    return folder / "report.html"


class Elements(HTMLParser):
    """Every element and attribute of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def assert_inert(page: str) -> None:
    """Nothing in it loads or runs anything."""
    found = Elements(page)
    assert not found.tags & {"script", "img", "link", "iframe", "object", "embed", "base", "form"}
    assert not [name for name, _ in found.attributes if name.startswith("on") or name == "src"]
    assert {value[:1] for name, value in found.attributes if "href" in name} == {"#"}
    assert "@import" not in page
    assert not re.findall(r"url\((?![\"']?(?:data:|#))", page)


class TestFile:
    def test_it_is_whole_and_alone(self, written: Path) -> None:
        page = written.read_text(encoding="utf-8")
        assert page.lstrip().startswith("<!doctype html>")
        assert_inert(page)
        ids = Counter(re.findall(r'\sid="([^"]+)"', page))
        assert max(ids.values()) == 1
        for anchor in re.findall(r'href="#([^"]+)"', page):
            assert anchor in ids

    def test_hostile_names_and_guidance_are_text(self, session: Session, small: Study) -> None:
        small.name = small.instructions = small.criteria[0].guidance = HOSTILE
        small.variants[0].run_variant.variant.name = HOSTILE
        session.flush()
        page = html_of(report_on(session, small))
        assert_inert(page)
        assert page.count("&lt;script&gt;") > 5

    def test_simulated_raters_carry_their_banner(self, session: Session, small: Study) -> None:
        become(session, small, RaterKind.SIMULATED)
        page = html_of(report_on(session, small, ResultFilter(kind=RaterKind.SIMULATED)))
        head = page[: page.index("<nav")]
        assert "Simulated raters: no person judged this." in head


class TestInlined:
    SVG = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
        '<clipPath id="clip0"/><g clip-path="url(#clip0)"><a xlink:href="https://x.example">'
        "<text>url(#clip0) &lt;b&gt;</text></a></g></svg>"
    )

    def test_ids_and_what_refers_to_them_are_prefixed(self) -> None:
        svg = inlined(self.SVG, "one-")
        assert 'id="one-clip0"' in svg
        assert 'clip-path="url(#one-clip0)"' in svg

    def test_texts_stay_and_links_go(self) -> None:
        svg = inlined(self.SVG, "one-")
        assert "<text>url(#clip0) &lt;b&gt;</text>" in svg
        assert "example" not in svg
        assert "xmlns" not in svg


class TestTexts:
    def test_numbers_behind_figures(self) -> None:
        assert [cell(value) for value in (None, 1234, 0.123456, -2.5, -8.9e-17, "x")] == [
            "–",
            "1,234",
            "0.1235",
            "−2.5",
            "0",
            "x",
        ]

    def test_paragraphs(self) -> None:
        assert paragraphs("one\r\nline\r\n\r\n\n two\n") == ["one\nline", " two\n"]


@pytest.mark.browser
class TestBrowser:
    @pytest.mark.parametrize("width", [1440, 390])
    def test_it_opens_from_disk_without_a_network(
        self, written: Path, browser: Browser, width: int
    ) -> None:
        said: list[str] = []
        asked: list[str] = []

        def note(request: Request) -> None:
            if not request.url.startswith("data:"):
                asked.append(request.url)

        context = browser.new_context(
            viewport={"width": width, "height": 900}, offline=True, java_script_enabled=True
        )
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", note)
        page.goto(written.as_uri())
        page.evaluate("document.fonts.ready")
        assert (said, asked) == ([], [written.as_uri()])
        assert page.evaluate("document.documentElement.scrollWidth") == width
        shown = page.locator(".drawing:visible svg")
        assert shown.count() == page.locator("figure.drawn").count() > 3
        edges = [box["x"] + box["width"] for one in shown.all() if (box := one.bounding_box())]
        assert max(edges) <= width
        context.close()

    def test_folded_tables_are_printed(self, written: Path, browser: Browser) -> None:
        page = browser.new_page()
        page.goto(written.as_uri())
        table = page.locator("#data-1 table")
        assert not table.is_visible()
        page.emulate_media(media="print")
        assert (table.bounding_box() or {})["height"] > 0
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
        page.close()

"""Marking spans in a real browser: however it is done, what is sent are offsets of the raw text."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.frontend.gallery import Gallery
from tests.frontend.samples import MARKED_TEXTS

pytestmark = pytest.mark.browser
RAW = dict(enumerate(MARKED_TEXTS, start=1))
WITHOUT_HIGHLIGHTS = "delete window.Highlight;"


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def marks(page: Page) -> list[dict[str, Any]]:
    value = page.locator("[name=marks]").input_value()
    found: list[dict[str, Any]] = json.loads(value or "[]")
    return found


def marked(page: Page) -> list[tuple[str, str]]:
    """(kind, raw text) of each mark."""
    return [(m["kind"], RAW[m["answer"]][m["start"] : m["end"]]) for m in marks(page)]


def select(page: Page, first: Locator, last: Locator, *, start: int = 0, end: int = -1) -> None:
    """Selects from a character of one text to a character of another, as a mouse does."""
    page.evaluate(
        """([first, last, start, end]) => {
          const texts = (element) => {
            const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
            const nodes = [];
            while (walker.nextNode()) nodes.push(walker.currentNode);
            return nodes;
          };
          const from = texts(first)[0], to = texts(last).at(-1);
          getSelection().setBaseAndExtent(from, start, to, end < 0 ? to.data.length : end);
        }""",
        [first.element_handle(), last.element_handle(), start, end],
    )
    page.locator("#mark-tools").wait_for()


def piece(page: Page, text: str, answer: int = 1) -> Locator:
    return page.locator(f"#answer-{answer} [data-at]").filter(has_text=text).last


@pytest.fixture(params=["highlights", "spans"])
def marking(request: pytest.FixtureRequest, page: Page) -> Page:
    """With the highlight interface, and in browsers that lack it."""
    if request.param == "spans":
        page.add_init_script(WITHOUT_HIGHLIGHTS)
    page.goto("/rate-marks")
    return page


class TestMouse:
    def test_a_drag_over_words(self, page: Page, problems: list[str]) -> None:
        page.goto("/rate-marks")
        box = piece(page, "blue glass").bounding_box()
        assert box
        page.mouse.move(box["x"] + 1, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 1, box["y"] + box["height"] / 2, steps=4)
        page.mouse.up()
        page.get_by_role("button", name="Wrong").click()
        [(kind, text)] = marked(page)
        assert kind == "wrong"
        assert "lue glas" in text
        expect(page.locator("#mark-tools")).to_be_hidden()
        assert problems == []

    @pytest.mark.parametrize(
        ("first", "last", "raw"),
        [
            ("known", "blue glass", "known* for its **blue glass"),
            ("x = 1 < 2", "x = 1 < 2", "x = 1 < 2"),
            ("😀", "x = 1 < 2", "and for 😀 `x = 1 < 2"),
            ("&", "more.", "&amp; more."),
            ("The first item", "second", "The first item\n2. The **second"),
            ("return", "# first", "return year > 1742  # first"),
            ("quoted", "quoted words", "quoted words"),
        ],
    )
    def test_offsets_whatever_markdown_made_of_it(
        self, marking: Page, first: str, last: str, raw: str
    ) -> None:
        start = piece(marking, first)
        select(marking, start, piece(marking, last))
        marking.keyboard.press("u")
        [(kind, text)] = marked(marking)
        assert kind == "unsupported"
        assert text.strip(", ") == raw.strip(", ")

    def test_a_formula_is_marked_as_one(self, marking: Page) -> None:
        select(marking, marking.locator("#answer-1 .math"), marking.locator("#answer-1 .math"))
        marking.keyboard.press("s")
        assert marked(marking) == [("style", "$x^2$")]

    def test_two_marks_over_each_other_keep_their_offsets(self, marking: Page) -> None:
        select(marking, piece(marking, "known"), piece(marking, "blue glass"))
        marking.keyboard.press("w")
        select(marking, piece(marking, "blue glass"), piece(marking, "blue glass"))
        marking.keyboard.press("s")
        assert marked(marking) == [
            ("wrong", "known* for its **blue glass"),
            ("style", "blue glass"),
        ]
        expect(marking.locator("#answer-1 .mark-item")).to_have_count(2)

    def test_right_to_left(self, marking: Page) -> None:
        select(marking, piece(marking, "فانوس", 2), piece(marking, "قديم", 2))
        marking.keyboard.press("w")
        assert marked(marking) == [("wrong", "فانوس **قديم")]

    def test_a_selection_outside_of_the_answers_offers_nothing(self, page: Page) -> None:
        page.goto("/rate-marks")
        page.evaluate("getSelection().selectAllChildren(document.querySelector('.prompt-text'))")
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        expect(page.locator("#mark-tools")).to_be_hidden()

    def test_plain_text(self, page: Page) -> None:
        page.goto("/rate-marks-plain")
        select(page, piece(page, "Orrin is"), piece(page, "1. The first item"))
        page.keyboard.press("w")
        assert marked(page) == [("wrong", RAW[1][: RAW[1].index("\n2. ")])]


class TestKeyboard:
    def test_words_by_arrows(self, marking: Page, problems: list[str]) -> None:
        press(marking, "m", "ArrowRight", "ArrowRight", "Shift+ArrowRight", "w")
        assert marked(marking) == [("wrong", "known* for")]
        expect(marking.locator("#mark-says")).to_contain_text("Marked as Wrong: known for")
        press(marking, "ArrowRight", "ArrowRight", "u", "Escape")
        assert [text for _, text in marked(marking)] == ["known* for", "blue"]
        assert problems == []

    def test_what_is_chosen_is_said(self, page: Page) -> None:
        page.goto("/rate-marks")
        page.keyboard.press("m")
        expect(page.locator("#mark-says")).to_contain_text("Marking Answer 1")
        press(page, "ArrowRight", "Shift+ArrowRight")
        expect(page.locator("#mark-says")).to_have_text("is known")

    def test_another_answer_where_left_is_forward(self, page: Page) -> None:
        page.goto("/rate-marks")
        press(page, "m", "m", "ArrowLeft", "s")
        assert marked(page) == [("style", "قديم")]

    def test_a_correction_and_its_source(self, page: Page) -> None:
        page.goto("/rate-marks")
        press(page, "m", "w", "Enter")
        page.get_by_label("Correction").fill("Maru")
        page.get_by_label("Source").fill("the harbour log")
        page.keyboard.press("Enter")
        [mark] = marks(page)
        assert (mark["correction"], mark["source"]) == ("Maru", "the harbour log")
        expect(page.locator(".mark-item")).to_contain_text("→ Maru")

    def test_the_keys_of_the_page_come_back(self, page: Page) -> None:
        page.goto("/rate-marks")
        press(page, "m", "ArrowRight", "Escape", "ArrowLeft")
        expect(page.locator("[name=outcome-factuality][value='1']")).to_be_checked()
        assert marks(page) == []

    def test_whoever_goes_on_to_judge_has_ended(self, page: Page) -> None:
        page.goto("/rate-marks")
        press(page, "m", "ArrowRight")
        page.locator(".segment", has=page.locator("[name=outcome-style][value='2']")).click()
        expect(page.locator("#mark-tools")).to_be_hidden()
        press(page, "ArrowLeft")
        expect(page.locator("[name=outcome-style][value='1']")).to_be_checked()

    def test_undo_takes_a_mark_back(self, page: Page) -> None:
        page.goto("/rate-marks")
        press(page, "m", "w", "Escape", "Backspace")
        assert marks(page) == []
        expect(page.locator(".mark-item")).to_have_count(0)


class TestTouch:
    @pytest.fixture
    def phone(self, browser: Browser, gallery: Gallery) -> Iterator[Page]:
        context = browser.new_context(
            viewport={"width": 390, "height": 844},
            has_touch=True,
            is_mobile=True,
            base_url=gallery.address,
        )
        page = context.new_page()
        page.set_default_timeout(30_000)
        yield page
        context.close()

    def test_word_and_word(self, phone: Page) -> None:
        phone.goto("/rate-marks")
        phone.locator("#answer-1 [data-mark-start]").tap()
        piece(phone, "known").tap()
        piece(phone, "glass").tap()
        phone.get_by_role("button", name="Unsupported").tap()
        [(kind, text)] = marked(phone)
        assert kind == "unsupported"
        assert text.startswith("known* for its **blue")
        expect(phone.locator("#mark-tools")).to_be_hidden()

    def test_a_long_press_selects(self, phone: Page) -> None:
        phone.goto("/rate-marks")
        select(phone, piece(phone, "known"), piece(phone, "known"))
        phone.get_by_role("button", name="Stylistic").tap()
        assert marked(phone) == [("style", "known")]


def test_change_and_remove(page: Page) -> None:
    page.goto("/rate-marks")
    press(page, "m", "w", "Escape")
    page.get_by_role("button", name="Edit the mark").click()
    page.locator("#mark-dialog").get_by_text("Stylistic").click()
    page.get_by_role("button", name="Keep").click()
    assert marked(page) == [("style", "Orrin")]
    page.get_by_role("button", name="Remove the mark").click()
    assert marks(page) == []


def test_marks_are_kept_in_the_draft_and_sent(page: Page, gallery: Gallery) -> None:
    page.goto("/rate-marks")
    press(page, "m", "w", "Escape")
    page.reload()
    assert marked(page) == [("wrong", "Orrin")]
    expect(page.locator(".mark-item")).to_have_count(1)
    press(page, "ArrowLeft", "4", "2", "t", "3", "3", "Enter")
    page.wait_for_url("**/rate-done")
    assert json.loads(gallery.posts[0]["marks"])[0]["end"] == 5

"""Each scale by keyboard, criteria that come and go, and texts that no undo takes away."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.frontend.gallery import Gallery
from tests.frontend.test_rate_keys import judgement, press

pytestmark = pytest.mark.browser
ACTIVE = ".judge-row.is-active"


def label(page: Page) -> str | None:
    return page.locator(ACTIVE).get_attribute("data-label")


def test_every_scale_by_keyboard(page: Page, gallery: Gallery, problems: list[str]) -> None:
    page.goto("/rate-scales")
    press(page, ["y", "n", "2", "7", "1", "8"])
    press(page, ["w", *"t b 0?", "Escape", "Enter"])
    page.wait_for_url("**/rate-done")
    assert judgement(gallery) == {
        "score-true-1": "1",
        "score-true-2": "0",
        "score-error-2": "2",
        "score-depth-1": "7",
        "score-depth-2": "1",
        "value-sure": "80",
        "text-why": "t b 0?",
    }
    assert problems == []


def test_a_condition_is_met_answer_by_answer(page: Page) -> None:
    page.goto("/rate-scales")
    error = page.locator("[data-criterion=error]")
    expect(error).to_be_hidden()
    expect(page.locator("#panel-count")).to_have_text("0 of 6")
    press(page, ["n"])
    expect(error.locator("[data-slot='1']")).to_be_visible()
    expect(error.locator("[data-slot='2']")).to_be_hidden()
    press(page, ["y"])
    assert label(page) == "Worst error: choice for Answer 1"
    press(page, ["3", "ArrowUp", "ArrowUp", "ArrowUp", "y"])
    expect(error).to_be_hidden()


def test_what_is_hidden_is_not_sent(page: Page, gallery: Gallery) -> None:
    page.goto("/rate-scales")
    press(page, ["n", "y", "3", "ArrowUp", "ArrowUp"])
    assert label(page) == "All true: yes or no for Answer 2"
    press(page, ["ArrowUp", "y", "4", "4", "5", "Enter"])
    page.wait_for_url("**/rate-done")
    assert "score-error-1" not in judgement(gallery)


def test_cannot_judge_hides_what_depends_on_it(page: Page) -> None:
    page.goto("/rate-scales")
    press(page, ["n"])
    expect(page.locator("[data-criterion=error]")).to_be_visible()
    press(page, ["0"])
    expect(page.locator("[data-criterion=error]")).to_be_hidden()


def test_a_slider_is_unanswered_until_it_is_moved(page: Page, gallery: Gallery) -> None:
    page.goto("/rate-scales")
    press(page, ["y", "y", "4", "4"])
    assert label(page) == "How sure are you?: score"
    press(page, ["Enter"])
    expect(page.locator("#message")).to_have_text("Still missing: How sure are you?: score.")
    press(page, ["ArrowLeft", "ArrowLeft", "ArrowRight"])
    expect(page.locator("output")).to_have_text("49")
    press(page, ["u"])
    expect(page.locator("output")).to_have_text("48")
    press(page, ["End"])
    expect(page.locator("output")).to_have_text("100")
    press(page, ["Enter"])
    page.wait_for_url("**/rate-done")
    assert judgement(gallery)["value-sure"] == "100"


def test_keys_outside_of_the_scale_choose_nothing(page: Page) -> None:
    page.goto("/rate-scales")
    message = page.locator("#message")
    press(page, ["3"])
    expect(message).to_have_text("Press y for yes, n for no.")
    press(page, ["n", "y", "4"])
    expect(message).to_have_text("There are 3 options.")
    press(page, ["1", "8"])
    expect(message).to_have_text("Scores go from 1 to 7.")


def test_no_undo_takes_away_a_text(page: Page) -> None:
    page.goto("/rate-scales")
    press(page, ["y", "y", "w"])
    page.keyboard.type("because")
    press(page, ["Escape", "u", "u"])
    expect(page.locator("[name=text-why]")).to_have_value("because")
    assert page.locator("#panel input:checked").count() == 0
    page.reload()
    expect(page.locator("[name=text-why]")).to_have_value("because")


def test_without_scripts_all_is_asked_and_explained(browser: Browser, gallery: Gallery) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=gallery.address)
    page = context.new_page()
    page.goto("/rate-scales")
    expect(page.get_by_text("Only where All true is no.")).to_be_visible()
    number = page.locator("[name=value-sure]")
    expect(number).to_have_attribute("type", "number")
    number.fill("35")
    expect(page.locator("[data-slide]")).to_be_hidden()
    context.close()


def test_on_return_everything_stands_as_it_was(page: Page, gallery: Gallery) -> None:
    page.goto("/rate-scales-judged")
    expect(page.locator("output")).to_have_text("0")
    expect(page.locator("[name=text-why]")).to_have_value("A year is wrong.")
    expect(page.locator("[data-criterion=error] [data-slot='2']")).to_be_visible()
    expect(page.locator("#saved")).to_have_text("Saved")
    press(page, ["Enter"])
    page.wait_for_url("**/rate-done")
    assert judgement(gallery) == {
        **{"score-true-1": "1", "score-true-2": "0", "score-error-2": "3"},
        **{"score-depth-1": "7", "score-depth-2": "2", "value-sure": "0"},
        "text-why": "A year is wrong.",
    }

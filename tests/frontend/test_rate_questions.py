"""The study's questions in a real browser: what was typed is not lost."""

import pytest
from playwright.sync_api import Page, expect

from tests.frontend.gallery import Gallery

pytestmark = pytest.mark.browser


def answer(page: Page) -> None:
    page.get_by_label("How old are you?").fill("44")
    page.get_by_label("Well", exact=True).check()
    page.get_by_label("Anything else?").fill("No.")


def test_kept_while_there_is_no_server_and_sent_once(page: Page, gallery: Gallery) -> None:
    page.goto("/rate-questions")
    answer(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Send and go on").click()
    expect(page.locator("#message")).to_contain_text("kept in this browser")
    page.context.set_offline(False)
    page.reload()
    expect(page.get_by_label("Anything else?")).to_have_value("No.")
    page.get_by_role("button", name="Send and go on").click()
    page.wait_for_url("**/rate-done")
    assert gallery.posts == [{"q-age": "44", "q-reads": "Well", "q-more": "No."}]


def test_forgotten_once_they_are_sent(page: Page, gallery: Gallery) -> None:
    page.goto("/rate-questions")
    answer(page)
    page.get_by_role("button", name="Send and go on").click()
    page.wait_for_url("**/rate-done")
    page.goto("/rate-questions")
    expect(page.get_by_label("Anything else?")).to_have_value("")


def test_guesses_are_kept_and_sent_with_what_cannot_be_said(page: Page, gallery: Gallery) -> None:
    page.goto("/rate-guesses-two")
    page.get_by_label("No", exact=True).check()
    first = page.get_by_role("group", name="Your guess on Answer 1").first
    expect(first.get_by_label("I cannot say")).to_be_checked()
    first.get_by_label("I cannot say").press("ArrowUp")
    page.context.set_offline(True)
    page.get_by_role("button", name="Send and go on").click()
    expect(page.locator("#message")).to_contain_text("kept in this browser")
    page.context.set_offline(False)
    page.reload()
    expect(first.get_by_label("Tuned with an adapter (LoRA)")).to_be_checked()
    page.get_by_role("button", name="Send and go on").click()
    page.wait_for_url("**/rate-done")
    [sent] = gallery.posts
    assert sent["kind-first-1"] == "lora"
    assert sent["kind-first-2"] == ""

"""The rater's page by keyboard, in a real browser: what is sent, and what is never lost."""

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.frontend.gallery import Gallery

pytestmark = pytest.mark.browser


def press(page: Page, keys: list[str]) -> None:
    for key in keys:
        page.keyboard.press(key)


def judgement(gallery: Gallery) -> dict[str, str]:
    [sent] = gallery.posts
    return {name: sent[name] for name in sent if name not in ("form_id", "visible_ms", "comment")}


def sent_name(route: Route) -> str:
    return parse_qs(route.request.post_data or "")["form_id"][0]


class TestTwoAnswers:
    def test_two_criteria_with_scores_take_seven_keys(
        self, page: Page, gallery: Gallery, problems: list[str]
    ) -> None:
        page.goto("/rate-two")
        keys = ["ArrowLeft", "4", "2", "t", "3", "3", "Enter"]
        press(page, keys)
        page.wait_for_url("**/rate-done")
        assert judgement(gallery) == {
            "outcome-factuality": "1",
            "score-factuality-1": "4",
            "score-factuality-2": "2",
            "outcome-style": "tie_good",
            "score-style-1": "3",
            "score-style-2": "3",
        }
        assert gallery.posts[0]["form_id"] == "f0rm"
        assert int(gallery.posts[0]["visible_ms"]) >= 0
        assert problems == []

    def test_keys_count_that_were_typed_before_the_scripts_came(
        self, page: Page, gallery: Gallery
    ) -> None:
        held: list[Route] = []
        page.route("**/js/rate/main.js", lambda route: held.append(route))
        page.goto("/rate-two", wait_until="commit")
        page.locator("#submit").wait_for()
        press(page, ["ArrowLeft", "4", "2", "t", "3", "3", "Enter"])
        held[0].continue_()
        page.wait_for_url("**/rate-done")
        assert judgement(gallery)["score-style-2"] == "3"

    def test_cannot_judge_skips_the_scores_of_its_criterion(
        self, page: Page, gallery: Gallery
    ) -> None:
        page.goto("/rate-two")
        press(page, ["ArrowRight", "4", "5", "0", "Enter"])
        page.wait_for_url("**/rate-done")
        assert judgement(gallery) == {
            "outcome-factuality": "2",
            "score-factuality-1": "4",
            "score-factuality-2": "5",
            "outcome-style": "cannot_judge",
        }

    def test_digits_before_a_preference_choose_nothing(self, page: Page) -> None:
        page.goto("/rate-two")
        page.keyboard.press("2")
        expect(page.locator("#message")).to_contain_text("First say which is better")
        assert page.locator("#panel input:checked").count() == 0

    def test_rows_are_reached_by_arrows_and_by_tab(self, page: Page) -> None:
        page.goto("/rate-two")
        active = page.locator(".judge-row.is-active")
        press(page, ["ArrowDown", "ArrowDown"])
        expect(active).to_have_attribute("data-label", "Factuality: score of Answer 2")
        expect(page.locator("#answer-2")).to_contain_class("is-active")
        page.keyboard.press("Tab")
        expect(active).to_have_attribute("data-label", "Style: which answer is better")
        press(page, ["[", "b"])
        expect(page.locator("[name=outcome-factuality][value=tie_bad]")).to_be_checked()

    def test_undo_takes_back_choice_after_choice(self, page: Page) -> None:
        page.goto("/rate-two")
        press(page, ["ArrowLeft", "4"])
        page.keyboard.press("u")
        expect(page.locator("[name=score-factuality-1]:checked")).to_have_count(0)
        expect(page.locator("[name=outcome-factuality][value='1']")).to_be_checked()
        page.keyboard.press("Backspace")
        assert page.locator("#panel input:checked").count() == 0

    def test_the_pointer_does_the_same_and_can_be_undone(self, page: Page) -> None:
        page.goto("/rate-two")
        page.locator(".segment", has=page.locator("[name=outcome-factuality][value='2']")).click()
        expect(page.locator("[name=outcome-factuality][value='2']")).to_be_checked()
        page.locator("#undo").click()
        assert page.locator("#panel input:checked").count() == 0

    def test_single_keys_can_be_switched_off(self, page: Page) -> None:
        page.goto("/rate-two")
        page.keyboard.press("?")
        page.locator("#keys-on").uncheck()
        page.keyboard.press("Escape")
        page.keyboard.press("t")
        assert page.locator("#panel input:checked").count() == 0
        page.reload()
        page.keyboard.press("t")
        assert page.locator("#panel input:checked").count() == 0


class TestThreeAnswers:
    def test_order_and_scores_take_fourteen_keys_with_a_tie(
        self, page: Page, gallery: Gallery, problems: list[str]
    ) -> None:
        page.goto("/rate-three")
        keys = [*"21=3", *"353", *"123", *"543", "Enter"]
        assert len(keys) == 14
        press(page, keys)
        page.wait_for_url("**/rate-done")
        assert judgement(gallery) == {
            "rank-factuality-1": "2",
            "rank-factuality-2": "1",
            "rank-factuality-3": "2",
            "score-factuality-1": "3",
            "score-factuality-2": "5",
            "score-factuality-3": "3",
            "rank-style-1": "1",
            "rank-style-2": "2",
            "rank-style-3": "3",
            "score-style-1": "5",
            "score-style-2": "4",
            "score-style-3": "3",
        }
        assert problems == []

    def test_the_order_is_shown_as_it_is_typed(self, page: Page) -> None:
        page.goto("/rate-three")
        field = page.locator("#order-factuality")
        press(page, ["2", "2", "9", "="])
        expect(field).to_have_value("2=")
        press(page, ["Backspace", "1"])
        expect(field).to_have_value("2 1")
        page.keyboard.press("3")
        expect(field).to_have_value("2 1 3")
        expect(page.locator("[name=rank-factuality-3][value='3']")).to_be_checked()

    def test_clicked_ranks_are_written_into_the_field(self, page: Page) -> None:
        page.goto("/rate-three")
        for slot, rank in ((1, 2), (2, 1), (3, 2)):
            radio = page.locator(f"[name=rank-style-{slot}][value='{rank}']")
            page.locator(".segment", has=radio).click()
        expect(page.locator("#order-style")).to_have_value("2 1=3")

    def test_all_alike(self, page: Page) -> None:
        page.goto("/rate-three")
        press(page, [*"1=2=3"])
        for slot in (1, 2, 3):
            expect(page.locator(f"[name=rank-factuality-{slot}][value='1']")).to_be_checked()

    def test_cannot_judge(self, page: Page, gallery: Gallery) -> None:
        page.goto("/rate-three")
        press(page, ["0", "0", "Enter"])
        page.wait_for_url("**/rate-done")
        assert judgement(gallery) == {
            "outcome-factuality": "cannot_judge",
            "outcome-style": "cannot_judge",
        }


class TestNothingIsLost:
    def test_enter_says_what_is_missing_and_goes_there(self, page: Page, gallery: Gallery) -> None:
        page.goto("/rate-two")
        press(page, ["ArrowLeft", "3", "Enter"])
        expect(page.locator("#message")).to_have_text(
            "Still missing: Factuality: score of Answer 2 and 3 more."
        )
        expect(page.locator(".judge-row.is-active")).to_have_attribute(
            "data-label", "Factuality: score of Answer 2"
        )
        assert gallery.posts == []

    def test_keys_typed_before_the_scripts_are_there_count(
        self, page: Page, gallery: Gallery
    ) -> None:
        held: list[Route] = []
        page.route("**/js/rate/main.js", lambda route: held.append(route))
        with page.expect_request("**/js/rate/main.js"):
            page.goto("/rate-three", wait_until="commit")
        page.wait_for_selector("#panel")
        press(page, [*"213", *"354"] * 2)
        assert page.locator("#panel input:checked").count() == 0
        held.pop().continue_()
        expect(page.locator("#panel-count")).to_have_text("8 of 8")
        press(page, ["Enter"])
        page.wait_for_url("**/rate-done")
        assert judgement(gallery)["rank-factuality-2"] == "1"
        assert judgement(gallery)["score-style-3"] == "4"

    def test_a_draft_comes_back_after_closing_the_page(self, page: Page) -> None:
        page.goto("/rate-two")
        press(page, ["ArrowLeft", "4", "c"])
        page.keyboard.type("see year t b 0")
        page.goto("/rate-done")
        page.goto("/rate-two")
        expect(page.locator("#message")).to_contain_text("Restored")
        expect(page.locator("[name=score-factuality-1][value='4']")).to_be_checked()
        expect(page.locator("#comment")).to_have_value("see year t b 0")
        expect(page.locator(".judge-row.is-active")).to_have_attribute(
            "data-label", "Factuality: score of Answer 2"
        )

    def test_a_discarded_draft_stays_away(self, page: Page) -> None:
        page.goto("/rate-two")
        press(page, ["ArrowLeft"])
        page.reload()
        page.get_by_role("button", name="Discard").click()
        page.reload()
        assert page.locator("#panel input:checked").count() == 0

    def test_a_lost_connection_keeps_everything_and_sends_it_on_return(
        self, page: Page, gallery: Gallery
    ) -> None:
        page.goto("/rate-two")
        page.context.set_offline(True)
        press(page, ["0", "0", "Enter"])
        expect(page.locator("#message")).to_contain_text(
            "Not saved yet. It is kept in this browser"
        )
        expect(page.locator("#saved")).to_have_text("Draft kept")
        page.context.set_offline(False)
        page.wait_for_url("**/rate-done")
        assert judgement(gallery)["outcome-style"] == "cannot_judge"
        assert len(gallery.posts) == 1

    def test_it_can_be_sent_by_hand(self, page: Page, gallery: Gallery) -> None:
        page.goto("/rate-two")
        with page.expect_event("requestfailed"):
            page.route("**/submit", lambda route: route.abort())
            press(page, ["0", "0", "Enter"])
        page.unroute("**/submit")
        page.get_by_role("button", name="Try again").click()
        page.wait_for_url("**/rate-done")
        assert len(gallery.posts) == 1

    def test_closed_without_a_server_it_is_sent_when_the_page_is_opened_again(
        self, page: Page, gallery: Gallery
    ) -> None:
        page.goto("/rate-two")
        sent_as = page.locator("[name=form_id]").input_value()
        page.route("**/submit", lambda route: route.abort())
        press(page, ["0", "0", "Enter"])
        expect(page.locator("#message")).to_contain_text("Not saved yet")
        page.goto("about:blank")
        page.unroute("**/submit")
        page.goto("/rate-two")
        page.wait_for_url("**/rate-done")
        [post] = gallery.posts
        assert post["form_id"] == sent_as
        assert post["outcome-style"] == "cannot_judge"

    def test_a_change_goes_under_a_name_of_its_own(self, page: Page, gallery: Gallery) -> None:
        """So that the server takes the last words, whichever way the connection failed."""
        names: list[str] = []
        page.goto("/rate-two")
        page.route("**/submit", lambda route: (names.append(sent_name(route)), route.abort()))
        press(page, ["0", "0", "Enter"])
        expect(page.locator("#message")).to_contain_text("Not saved yet")
        page.get_by_role("button", name="Try again").click()
        expect(page.locator("#message")).to_contain_text("Not saved yet")
        page.locator("#comment").fill("On second thought.")
        page.locator("#submit").click()
        expect(page.locator("#message")).to_contain_text("Not saved yet")
        page.unroute("**/submit")
        page.locator("#comment").fill("")
        page.locator("#submit").click()
        page.wait_for_url("**/rate-done")
        assert names == sorted(names)
        assert set(names) == {"f0rm", "f0rm.1"}
        assert gallery.posts[-1]["form_id"] == "f0rm.2"

    def test_what_is_changed_afterwards_waits_for_enter(self, page: Page, gallery: Gallery) -> None:
        page.goto("/rate-two")
        page.context.set_offline(True)
        press(page, ["0", "0", "Enter"])
        expect(page.locator("#message")).to_contain_text("Not saved yet")
        press(page, ["u"])
        page.context.set_offline(False)
        page.reload()
        expect(page.locator("#message")).to_contain_text("Restored")
        assert gallery.posts == []

    def test_the_draft_goes_only_when_the_server_has_answered(
        self, page: Page, gallery: Gallery
    ) -> None:
        drafts = "Object.keys(localStorage).filter((key) => key.startsWith('triptych-draft'))"
        page.goto("/rate-two")
        gallery.answer = 409
        press(page, ["0", "0", "Enter"])
        expect(page.locator("#message")).to_contain_text("The study is closed.")
        assert page.evaluate(drafts) == ["triptych-draft:sample-2"]
        gallery.answer = 303
        page.keyboard.press("Enter")
        page.wait_for_url("**/rate-done")
        assert page.evaluate(drafts) == []

    def test_two_quick_enters_send_once(self, page: Page, gallery: Gallery) -> None:
        page.goto("/rate-two")
        press(page, ["0", "0", "Enter", "Enter", "Enter"])
        page.wait_for_url("**/rate-done")
        assert len(gallery.posts) == 1

    def test_saved_is_said_of_what_the_server_has(self, page: Page) -> None:
        page.goto("/rate-judged")
        expect(page.locator("#saved")).to_have_text("Saved")
        press(page, ["ArrowRight"])
        expect(page.locator("#saved")).to_have_text("Draft kept")
        page.keyboard.press("u")
        expect(page.locator("#saved")).to_have_text("Saved")

    def test_a_preview_sends_and_keeps_nothing(self, page: Page, gallery: Gallery) -> None:
        page.goto("/rate-preview")
        press(page, ["0", "0"])
        expect(page.locator("#submit")).to_be_disabled()
        page.keyboard.press("Enter")
        assert gallery.posts == []
        assert page.evaluate("Object.keys(localStorage)") == []


class TestWithoutScript:
    def test_the_form_is_a_form(self, browser, gallery: Gallery) -> None:
        context = browser.new_context(java_script_enabled=False, base_url=gallery.address)
        page = context.new_page()
        page.goto("/rate-two")
        for key in ("factuality", "style"):
            page.locator(f"[name=outcome-{key}][value=cannot_judge]").check()
        page.locator("#submit").click()
        page.wait_for_url("**/rate-done")
        assert judgement(gallery)["outcome-style"] == "cannot_judge"
        context.close()


@pytest.fixture
def phone(browser: Browser, gallery: Gallery) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        base_url=gallery.address,
    )
    yield context.new_page()
    context.close()


class TestPhone:
    def test_the_sheet_opens_and_saves(self, phone: Page, gallery: Gallery) -> None:
        phone.goto("/rate-two")
        expect(phone.locator("#panel-body")).to_be_hidden()
        phone.locator("#panel-handle").tap()
        for key in ("factuality", "style"):
            radio = phone.locator(f"[name=outcome-{key}][value=cannot_judge]")
            phone.locator(".segment", has=radio).tap()
        expect(phone.locator("#panel-count")).to_have_text("6 of 6")
        phone.locator("#submit").tap()
        phone.wait_for_url("**/rate-done")
        assert len(gallery.posts) == 1

    def test_between_two_items_all_buttons_fit(self, phone: Page) -> None:
        phone.goto("/rate-between")
        phone.locator("#panel-handle").tap()
        expect(phone.locator("#submit")).to_be_in_viewport(ratio=0.99)
        assert phone.evaluate("document.documentElement.scrollWidth") == 390

    def test_on_its_side_it_starts_with_the_answers_too(self, phone: Page) -> None:
        phone.set_viewport_size({"width": 844, "height": 390})
        phone.goto("/rate-three")
        expect(phone.locator("#panel-body")).to_be_hidden()
        phone.locator("#panel-handle").tap()
        expect(phone.locator("#submit")).to_be_in_viewport(ratio=0.99)

    def test_what_is_missing_comes_into_sight_with_the_words(self, phone: Page) -> None:
        phone.goto("/rate-three")
        phone.locator("#panel-handle").tap()
        phone.locator("label.segment", has_text="Cannot judge").first.tap()
        phone.locator("#submit").tap()
        expect(phone.locator("#message")).to_contain_text("Still missing: Style: order")
        order = phone.locator("[data-criterion=style] [data-row=order]")
        expect(order).to_be_in_viewport(ratio=0.99)
        covered = """row => row.getBoundingClientRect().bottom
            > document.querySelector(".panel-foot").getBoundingClientRect().top"""
        assert not order.evaluate(covered)

"""Tokens under the lens in a browser: what is known of one, by pointer, by key and by address."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy.orm import Session

from app.tables import Borrowing, Prompt, Role, TokenShift
from app.team import add_member
from app.web.deps import COOKIE
from app.web.state import AppState
from tests.frontend.test_accessibility import violations
from tests.lens.seeded import seeded_lens, seeded_run
from tests.serving import serving

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Seeded:
    state: AppState
    cookie: str
    lens: str
    prompt: int

    @property
    def answers(self) -> str:
        return f"{self.lens}/answers?prompt={self.prompt}"


def shift_ends(session: Session, prompt: Prompt) -> None:
    """What ends the answers is shifted, too: a sign on the strongest ground."""
    for row in session.query(TokenShift):
        if row.response.prompt_id == prompt.id:
            row.base_ranks = [*row.base_ranks[:-1], 9]


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    with serving(tmp_path_factory.mktemp("lens")) as state:
        with state.database.writing() as session:
            run = seeded_run(session)
            seeded_lens(session, run, borrowed=True)
            shift_ends(session, run.prompt_set.prompts[1])
            page, prompt = f"/runs/{run.id}/lens", run.prompt_set.prompts[1].id
            cookie = state.signer.session(add_member(session, "Ann", Role.ANALYST))
        yield Seeded(state, cookie, page, prompt)


def window(browser: Browser, seeded: Seeded, width: int, **how: bool) -> BrowserContext:
    base = seeded.state.settings.base_url
    context = browser.new_context(
        viewport={"width": width, "height": 844}, base_url=base, reduced_motion="reduce", **how
    )
    context.add_cookies([{"name": COOKIE, "value": seeded.cookie, "url": base}])
    return context


@pytest.fixture
def page(browser: Browser, seeded: Seeded, problems: list[str]) -> Iterator[Page]:
    context = window(browser, seeded, 1440)
    page = context.new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console", lambda m: problems.append(m.text) if m.type in ("error", "warning") else None
    )
    page.goto(seeded.answers)
    yield page
    context.close()


def tokens(page: Page, variant: str) -> Locator:
    return page.get_by_role("listbox", name=f"Tokens of {variant}’s answer").get_by_role("option")


def note(page: Page) -> Locator:
    return page.get_by_role("tooltip")


class TestPointer:
    def test_hovering_tells_rank_probabilities_and_alternatives(
        self, page: Page, problems: list[str]
    ) -> None:
        tokens(page, "lora").first.hover()
        for told in ("␣Great", "shifted", "40th", "90 %", "0.1 %", "3.69 nats", "␣Tern", "61 %"):
            expect(note(page)).to_contain_text(told)
        page.get_by_role("heading", level=1).hover()
        expect(note(page)).to_be_hidden()
        assert problems == []

    def test_the_note_stays_while_the_pointer_is_on_it(self, page: Page) -> None:
        tokens(page, "lora").first.hover()
        note(page).hover()
        expect(note(page)).to_be_visible()

    def test_nothing_on_the_page_moves(self, page: Page) -> None:
        last = tokens(page, "full").last
        before = last.bounding_box()
        tokens(page, "lora").first.hover()
        expect(note(page)).to_be_visible()
        assert last.bounding_box() == before

    def test_a_tap_on_a_phone_docks_the_note_below_the_token(
        self, browser: Browser, seeded: Seeded
    ) -> None:
        context = window(browser, seeded, 390, has_touch=True)
        page = context.new_page()
        page.goto(seeded.answers)
        token = tokens(page, "full").first
        token.tap()
        expect(note(page)).to_contain_text("90th")
        told, of = note(page).bounding_box(), token.bounding_box()
        assert told is not None
        assert of is not None
        assert of["y"] + of["height"] <= told["y"]
        assert told["y"] + told["height"] == pytest.approx(844, abs=1)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        context.close()

    def test_the_note_docks_when_the_window_has_become_narrow(self, page: Page) -> None:
        tokens(page, "lora").last.click()
        expect(note(page)).to_be_visible()
        page.set_viewport_size({"width": 390, "height": 844})
        expect(note(page)).to_be_hidden()
        tokens(page, "full").first.click()
        told = note(page).bounding_box()
        assert told is not None
        assert (told["x"], told["width"]) == (0, 390)
        assert told["y"] + told["height"] == pytest.approx(844, abs=1)


class TestKeys:
    def test_one_stop_of_tab_and_arrows_inside(self, page: Page) -> None:
        tokens(page, "lora").first.focus()
        page.keyboard.press("ArrowRight")
        expect(tokens(page, "lora").nth(1)).to_be_focused()
        expect(note(page)).to_contain_text("␣question")
        page.keyboard.press("Tab")
        expect(tokens(page, "full").first).to_be_focused()
        page.keyboard.press("Shift+Tab")
        expect(tokens(page, "lora").nth(1)).to_be_focused()

    def test_up_and_down_go_from_shifted_to_shifted(self, page: Page) -> None:
        tokens(page, "full").first.focus()
        page.keyboard.press("ArrowDown")
        expect(tokens(page, "full").nth(4)).to_be_focused()
        expect(note(page)).to_contain_text("↵")
        page.keyboard.press("ArrowDown")
        expect(tokens(page, "full").nth(8)).to_be_focused()
        page.keyboard.press("ArrowUp")
        expect(tokens(page, "full").nth(4)).to_be_focused()

    def test_through_a_borrowed_phrase_and_to_both_ends(self, page: Page) -> None:
        """The phrase is a group within the list: arrows go through it as if it were none."""
        lora = tokens(page, "lora")
        lora.nth(4).focus()
        for place in (5, 6, 7):
            page.keyboard.press("ArrowRight")
            expect(lora.nth(place)).to_be_focused()
        page.keyboard.press("End")
        expect(lora.last).to_be_focused()
        page.keyboard.press("ArrowRight")
        expect(lora.last).to_be_focused()
        page.keyboard.press("Home")
        expect(lora.first).to_be_focused()

    def test_escape_closes_and_keeps_the_place(self, page: Page) -> None:
        tokens(page, "lora").first.focus()
        page.keyboard.press("ArrowRight")
        expect(note(page)).to_be_visible()
        page.keyboard.press("Escape")
        expect(note(page)).to_be_hidden()
        expect(tokens(page, "lora").nth(1)).to_be_focused()

    def test_the_note_describes_the_token_to_who_hears_it(self, page: Page) -> None:
        tokens(page, "lora").first.focus()
        page.keyboard.press("ArrowRight")
        token = tokens(page, "lora").nth(1)
        expect(token).to_have_accessible_name("question, unshifted")
        expect(token).to_have_attribute("aria-describedby", "token-note")
        expect(token).to_have_attribute("aria-selected", "true")


class TestAddress:
    def test_it_opens_the_token_that_it_names(self, page: Page, seeded: Seeded) -> None:
        name = tokens(page, "lora").nth(6).get_attribute("id")
        page.goto(f"{seeded.lens}/answers?prompt={seeded.prompt + 1}#nothing")
        page.goto(f"{seeded.answers}#{name}")
        expect(tokens(page, "lora").nth(6)).to_be_focused()
        expect(note(page)).to_contain_text("␣port")

    def test_a_click_leaves_it_there(self, page: Page) -> None:
        token = tokens(page, "lora").nth(2)
        token.click()
        assert page.url.endswith(f"#{token.get_attribute('id')}")


def test_axe_finds_nothing(page: Page, seeded: Seeded) -> None:
    found = {}
    for address in (seeded.answers, f"{seeded.lens}/answers", seeded.lens):
        page.goto(address)
        if address == seeded.answers:
            tokens(page, "lora").first.hover()
            expect(note(page)).to_be_visible()
        if complaints := violations(page):
            found[address] = complaints
    assert found == {}


# Contrasts of what is no text of the answer: the sign of an end, and of a new line.
CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const light = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((one) => {
      const part = one / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (sign, pseudo) => {
    const ground = getComputedStyle(sign.closest(".token")).backgroundColor;
    const both = [light(getComputedStyle(sign, pseudo).color), light(ground)].sort((a, b) => b - a);
    return (both[0] + 0.05) / (both[1] + 0.05);
  };
  const all = (selector) => [...document.querySelectorAll(`.token-shifted ${selector}`)];
  return {
    ends: all(".token-sign").map((sign) => contrast(sign)),
    lines: all(".token-newline").map((line) => contrast(line, "::before")),
  };
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_signs_can_be_read_on_shifted_tokens(page: Page, theme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=theme)
    found = page.evaluate(CONTRAST)
    assert len(found["ends"]) == 3
    assert len(found["lines"]) == 1
    assert min(found["ends"] + found["lines"]) >= 4.5


LONG = "tuned_with_everything_that_was_at_hand_" * 2


@pytest.fixture
def long_named(tmp_path: Path) -> Iterator[Seeded]:
    """Names of some ninety characters, and a borrowed phrase of more than one line."""
    with serving(tmp_path) as state:
        with state.database.writing() as session:
            run = seeded_run(session)
            lens = seeded_lens(session, run, borrowed=True)
            for member in run.variants:
                member.variant.name = f"{LONG}{member.variant.name}"
            for one in session.query(Borrowing):
                one.response.text += " It has a harbour, as the instruction set has it" * 3
                one.phrases = [[0, len(one.response.text), [3, 4]]]
            lens.variants[-1].refusal = f"{LONG} is refused."
            page, prompt = f"/runs/{run.id}/lens", run.prompt_set.prompts[1].id
            cookie = state.signer.session(add_member(session, "Ann", Role.ANALYST))
        yield Seeded(state, cookie, page, prompt)


def test_long_names_and_phrases_wrap(browser: Browser, long_named: Seeded) -> None:
    context = window(browser, long_named, 390)
    page = context.new_page()
    for address in (long_named.lens, f"{long_named.lens}/answers", long_named.answers):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") == 390, address
    page.goto(f"{long_named.lens}/answers")
    assert page.locator(".table-scroll").evaluate("box => box.scrollWidth - box.clientWidth") == 0
    page.goto(long_named.lens)
    for name in page.locator("th .variant").all():
        box = name.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390
    page.set_viewport_size({"width": 1440, "height": 900})
    row = page.get_by_role("table", name="Longest phrases").locator("tbody tr")
    phrase, number = row.get_by_role("link").bounding_box(), row.locator("td").first.bounding_box()
    assert phrase is not None
    assert number is not None
    assert phrase["x"] + phrase["width"] <= number["x"]
    context.close()

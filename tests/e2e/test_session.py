"""Two raters go through a whole session in real browsers: by keys, and by phone in German."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.readers import Source
from app.recorded import import_responses
from app.sessions import make_link, read_guesses
from app.studies import (
    Question,
    QuestionKind,
    SessionSpec,
    StudyForm,
    create_study,
    import_checks,
    invite,
    list_raters,
    open_study,
    set_session,
    study_progress,
)
from app.tables import QuestionnaireReply, Study
from app.web.state import AppState
from tests.serving import serving

pytestmark = pytest.mark.browser

PROMPTS = 3
SPEC = SessionSpec(
    consent="You may **stop** at any time.",
    before=[Question(key="age", label="Age", kind=QuestionKind.NUMBER)],
    ask_guess=True,
    ask_kinds=True,
    break_every=2,
    gold_every=2,
    completion_code="C0DE42",
)
CHECKS = [
    {
        "kind": kind,
        "prompt": f"{kind}?",
        "answers": ["Wrong.", "Right."],
        "expected": {"factuality": "2 > 1"},
        "feedback": "The reference says so.",
    }
    for kind in ("training", "gold")
]


@dataclass
class Served:
    address: str
    state: AppState
    personal: str
    shared: str
    study: int


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as state:
        yield _furnish(state.settings.base_url, state)


def _furnish(address: str, state: AppState) -> Served:
    rows = [
        {"prompt": f"Question {n}?", "variant": name, "kind": kind, "response": f"{name} says {n}."}
        for n in range(PROMPTS)
        for name, kind in (("one", "base"), ("two", "lora"))
    ]
    with state.database.writing() as session:
        source = Source("answers.jsonl", _lines(rows))
        run = import_responses(session, name="run", files=[source]).run
        members = [member.id for member in run.variants]
        form = StudyForm(name="study", run_id=run.id, run_variant_ids=members, ratings_per_item=2)
        study = create_study(session, form)
        set_session(session, study, SPEC, "")
        import_checks(session, study, filename="checks.jsonl", data=_lines(CHECKS))
        open_study(session, study)
        make_link(study)
        personal = state.signer.rater_link(invite(session, study, "Ada"))
        shared = state.signer.join_link(str(study.join_nonce))
        return Served(
            address, state, f"{address}/r/{personal}", f"{address}/join/{shared}", study.id
        )


def _lines(rows: list[dict[str, object]]) -> BytesIO:
    return BytesIO("\n".join(map(json.dumps, rows)).encode())


def test_by_the_shared_link_and_the_keyboard(browser: Browser, served: Served) -> None:
    page = visitor(browser, width=1440, locale="en-GB")
    page.goto(f"{served.shared}?PROLIFIC_PID=p1")
    page.get_by_role("button", name="Begin").press("Enter")
    page.get_by_role("link", name="Start").press("Enter")
    expect(page.locator("strong", has_text="stop")).to_be_visible()
    page.get_by_role("button", name="I agree and take part").press("Enter")
    page.get_by_label("Age").fill("young")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("write a number")
    page.get_by_label("Age").fill("44")
    page.keyboard.press("Enter")
    seen = [by_keys(page) for _ in range(1 + PROMPTS + 1)]
    assert seen.count("practice") == 1
    assert seen[0] == "practice"
    page.get_by_label("No", exact=True).check()
    guess(page, "one", "Not fine-tuned")
    page.get_by_role("button", name="Send and go on").press("Enter")
    expect(page.get_by_text("C0DE42")).to_be_visible()
    page.context.close()
    assert guessed(served) == [("one", "base")] * PROMPTS + [("two", None)] * PROMPTS
    assert stored(served, 1) == (PROMPTS, "p1", [{"age": 44}, {"told_apart": "no"}])


def test_by_phone_in_german(browser: Browser, served: Served) -> None:
    page = visitor(browser, width=390, locale="de-DE")
    page.goto(served.personal)
    page.get_by_role("link", name="Beginnen").tap()
    page.get_by_role("button", name="Ich stimme zu und mache mit").tap()
    page.get_by_label("Age").fill("33")
    page.get_by_role("button", name="Absenden und weiter").tap()
    for _ in range(1 + PROMPTS + 1):
        by_touch(page)
    page.get_by_label("Ja", exact=True).tap()
    page.get_by_label("woran?").fill("Am Anfang.")
    guess(page, "two", "Mit einem Adapter (LoRA) abgestimmt", "Ihre Vermutung")
    page.get_by_role("button", name="Absenden und weiter").tap()
    expect(page.get_by_text("C0DE42")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.context.close()
    assert guessed(served) == [("one", None)] * PROMPTS + [("two", "lora")] * PROMPTS
    assert stored(served, 0) == (PROMPTS, None, [{"age": 33}, {"told_apart": "yes"}])


def visitor(browser: Browser, *, width: int, locale: str) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 844}, has_touch=width < 800, locale=locale
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    return page


def by_keys(page: Page) -> str:
    """One item -> practice or item; past the break or the feedback that may follow."""
    expect(page.locator("#submit")).to_be_enabled()
    kind = "practice" if "Practice" in page.locator("#bar").inner_text() else "item"
    here = page.url
    page.keyboard.type("t44t33")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != here)
    go_on(page, "Go on")
    return kind


def by_touch(page: Page) -> None:
    page.locator("#panel-handle").tap()
    for criterion in ("factuality", "style"):
        page.locator(f".segment:has([name=outcome-{criterion}][value='tie_good'])").tap()
        for slot in (1, 2):
            page.locator(f".segment:has([name=score-{criterion}-{slot}][value='4'])").tap()
    here = page.url
    page.locator("#submit").tap()
    page.wait_for_url(lambda url: url != here)
    go_on(page, "Weiter")


def go_on(page: Page, name: str) -> None:
    """Past a break or what was expected; an item or a question has a form instead."""
    page.wait_for_load_state()
    if re.search(r"/feedback$|/next", page.url):
        here = page.url
        page.get_by_role("link", name=name, exact=True).click()
        page.wait_for_url(lambda url: url != here)


def guess(page: Page, speaker: str, words: str, title: str = "Your guess") -> None:
    """By the keyboard, on every answer of the speaker among those that are shown once more."""
    answers = page.locator(".guesses-answer", has_text=f"{speaker} says")
    expect(answers).to_have_count(PROMPTS)
    for answer in answers.all():
        choice = answer.get_by_role("group", name=title).get_by_label(words)
        choice.focus()
        choice.press("Space")


def guessed(served: Served) -> list[tuple[str, str | None]]:
    """(variant, what it was taken for), sorted."""
    with served.state.database.reading() as session:
        rows = read_guesses(session, session.get_one(Study, served.study))
        return sorted((row.variant, row.guess) for row in rows)


def stored(served: Served, rater: int) -> tuple[int, str | None, list[dict[str, object]]]:
    """-> (regular items that the rater judged, their id in the panel, their replies)."""
    with served.state.database.reading() as session:
        study = session.get_one(Study, served.study)
        found = list_raters(session, study)[rater]
        assert study_progress(session, study).done == PROMPTS
        assert found.invitation.completed_at is not None
        replies = session.scalars(select(QuestionnaireReply).order_by(QuestionnaireReply.id))
        return found.done, found.invitation.external_id, [reply.answers for reply in replies]

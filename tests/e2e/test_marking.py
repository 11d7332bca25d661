"""A rater marks spans and compares words in a real browser of a real server: what is stored."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from app.readers import Source
from app.recorded import import_responses
from app.studies import StudyForm, create_study, invite, open_study
from app.tables import Item, Mark
from app.web.state import AppState
from tests.serving import serving

pytestmark = pytest.mark.browser

TEXT = (
    "The **lamp** of 😀 *Orrin* &amp; its `x < 1` code:\n\n1. first\n"
    "2. lit in \\*1742\\*, $x^2$\n\n"
    "```python\nreturn 1742\n```\n"
)


@dataclass
class Served:
    address: str
    state: AppState
    link: str


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A study of two answers with the same text, so that the order of slots does not matter."""
    with serving(tmp_path) as state:
        address = state.settings.base_url
        yield Served(address, state, f"{address}/r/{_link(state)}")


def _link(state: AppState) -> str:
    rows = [{"prompt": "Which lamp?", "variant": name, "response": TEXT} for name in ("a", "b")]
    source = Source("answers.jsonl", BytesIO("\n".join(map(json.dumps, rows)).encode()))
    with state.database.writing() as session:
        run = import_responses(session, name="run", files=[source]).run
        members = [member.id for member in run.variants]
        form = StudyForm(name="study", run_id=run.id, run_variant_ids=members, marks=True)
        study = create_study(session, form)
        open_study(session, study)
        return state.signer.rater_link(invite(session, study, "Ada"))


@pytest.fixture
def rater(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(served.link)
    page.get_by_role("link", name="Start").click()
    page.locator("[data-mark-start]").first.wait_for()
    yield page
    context.close()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_from_the_keyboard_to_the_database_and_back(rater: Page, served: Served) -> None:
    item = rater.url
    words = ["lamp", "of", "😀", "Orrin", "&amp;"]
    press(rater, "m", "ArrowRight", *["Shift+ArrowRight"] * (len(words) - 1), "w")
    press(rater, "End", "ArrowLeft", "u", "Escape")
    press(rater, "d")
    expect(rater.locator("#_diff")).to_contain_text("are the same")
    press(rater, "Escape", "t", "4", "4", "t", "3", "3", "Enter")
    rater.wait_for_url("**/done")
    with served.state.database.reading() as session:
        stored = session.scalars(select(Mark).order_by(Mark.start)).all()
        assert [(mark.kind.value, TEXT[mark.start : mark.end]) for mark in stored] == [
            ("wrong", "lamp** of 😀 *Orrin* &amp;"),
            ("unsupported", "return"),
        ]
    rater.goto(item)
    expect(rater.locator("#answer-1 .mark-item")).to_have_count(2)
    expect(rater.locator("#answer-1 .mark-item").first).to_contain_text("lamp of 😀 Orrin &")


def test_on_a_stripped_answer_the_same_words_of_the_stored_one(rater: Page, served: Served) -> None:
    with served.state.database.writing() as session:
        session.execute(update(Item).values(is_stripped=True))
    rater.reload()
    expect(rater.locator("#answer-1 .prose")).to_contain_text("lamp of 😀 Orrin")
    item = rater.url
    press(rater, "m", "ArrowRight", *["Shift+ArrowRight"] * 3, "w", "Escape")
    press(rater, "t", "4", "4", "t", "3", "3", "Enter")
    rater.wait_for_url("**/done")
    with served.state.database.reading() as session:
        [mark] = session.scalars(select(Mark)).all()
        assert TEXT[mark.start : mark.end] == "lamp** of 😀 *Orrin"
    rater.goto(item)
    expect(rater.locator("#answer-1 .mark-item").first).to_contain_text("lamp of 😀 Orrin")

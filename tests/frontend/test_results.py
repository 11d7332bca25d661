"""The results page in a browser: drawn, followed while the study runs, and left as its reader has
opened it."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.ratings import RatingForm, enter, next_assignment, submit
from app.studies import get_study, invite
from app.tables import Role
from app.team import add_member
from app.web.deps import COOKIE
from app.web.state import AppState
from tests.results.judged_study import _shown, judge_all, mixed_judge, opened_study
from tests.serving import serving

pytestmark = pytest.mark.browser


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AppState]:
    with serving(tmp_path) as state:
        yield state


@pytest.fixture
def study(server: AppState) -> int:
    with server.database.writing() as session:
        made = opened_study(session, prompts=8, raters=3)
        judge_all(session, made, mixed_judge, raters=2)
        return made.id


@pytest.fixture
def analyst(browser: Browser, server: AppState, study: int, problems: list[str]) -> Iterator[Page]:
    with server.database.writing() as session:
        cookie = server.signer.session(add_member(session, "Ann", Role.ANALYST))
    base = server.settings.base_url
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=base)
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": base}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console", lambda m: problems.append(m.text) if m.type in ("error", "warning") else None
    )
    page.goto(f"/studies/{study}/results")
    yield page
    context.close()


def judge(server: AppState, study_id: int) -> None:
    with server.database.writing() as session:
        study = get_study(session, study_id)
        rater = enter(session, study.public_id, invite(session, study, "One more").account)
        assignment = next_assignment(session, rater)
        assert assignment is not None
        rng, shown = random.Random(1), _shown(assignment)
        verdicts = tuple(mixed_judge(rng, criterion, shown) for criterion in study.criteria)
        submit(session, rater, assignment, RatingForm(verdicts=verdicts))


def test_it_follows_the_study_and_keeps_what_was_opened(
    analyst: Page, server: AppState, study: int, problems: list[str]
) -> None:
    plot = analyst.locator("#figure-preferences-factuality")
    plot.scroll_into_view_if_needed()
    expect(plot).to_have_attribute("data-state", "drawn", timeout=60_000)
    data = plot.locator(".figure-data")
    data.locator("summary").click()
    drawn = plot.locator(".figure-plot").get_attribute("data-drawn")
    count = analyst.locator(".stat", has_text="Judgements").locator(".stat-value")
    expect(count).to_have_text("16")

    judge(server, study)

    expect(count).to_have_text("17", timeout=30_000)
    expect(data).to_have_attribute("open", "")
    expect(plot.locator(".figure-plot")).not_to_have_attribute("data-drawn", drawn or "")
    expect(plot.locator(".figure-plot svg text").first).to_be_visible()
    assert problems == []


def test_the_filter_is_in_the_address(analyst: Page, study: int) -> None:
    analyst.locator(".filter summary").click()
    analyst.get_by_role("checkbox", name="rater-2").check()
    analyst.get_by_role("button", name="Apply").click()
    analyst.wait_for_url("**/results?*rater=rater-2*")
    count = analyst.locator(".stat", has_text="Judgements").locator(".stat-value")
    expect(count).to_have_text("8")
    analyst.get_by_role("link", name="Item by item").click()
    analyst.wait_for_url("**/results/items?*rater=rater-2*")


def test_where_nothing_is_judged_the_page_keeps_its_edges(analyst: Page, server: AppState) -> None:
    """There are no contents to stand beside."""
    with server.database.writing() as session:
        empty = opened_study(session, name="Nobody yet", prompts=2).id
    analyst.goto(f"/studies/{empty}/results")
    said, tabs = analyst.locator(".empty").bounding_box(), analyst.locator(".tabs").bounding_box()
    assert said is not None
    assert tabs is not None
    assert (said["x"], said["width"]) == (tabs["x"], tabs["width"])

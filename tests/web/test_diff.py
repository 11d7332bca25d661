"""Two answers of a rater's own item, compared on request."""

import re

import pytest

from app.studies import close_study
from app.tables import Study
from tests.web.site import Site

FRAGMENT = {"hx-request": "true"}


@pytest.fixture
def item(fresh_site: Site) -> str:
    address = f"/rate/{fresh_site.ids.study_public}/next"
    return str(fresh_site.visitor("rater").get(address).headers["location"])


def test_what_only_one_says_is_marked(fresh_site: Site, item: str) -> None:
    page = fresh_site.visitor("rater").get(f"{item}/diff?left=1&right=2", headers=FRAGMENT)
    assert page.status_code == 200
    assert "<html" not in page.text
    assert "<del" in page.text or "<ins" in page.text
    assert "glass" in page.text


def test_raw_texts_are_shown_and_do_nothing(fresh_site: Site, item: str) -> None:
    rater = fresh_site.visitor("rater")
    pages = [
        rater.get(f"{item}/diff?left={left}&right={right}", headers=FRAGMENT).text
        for left, right in ((1, 2), (1, 3), (2, 3))
    ]
    assert all("<script" not in page for page in pages)
    assert any("&lt;" in page for page in pages)


def test_a_page_without_scripts_leads_back(fresh_site: Site, item: str) -> None:
    page = fresh_site.visitor("rater").get(f"{item}/diff")
    assert "<html" in page.text
    assert f'href="{item}"' in page.text
    assert re.search(r"Answer 1.*Answer 2", page.text, re.DOTALL)


@pytest.mark.parametrize("pair", ["left=1&right=1", "left=1&right=4", "left=0&right=2"])
def test_other_answers_are_not_found(fresh_site: Site, item: str, pair: str) -> None:
    assert fresh_site.visitor("rater").get(f"{item}/diff?{pair}").status_code == 404


def test_numbers_that_are_none(fresh_site: Site, item: str) -> None:
    assert fresh_site.visitor("rater").get(f"{item}/diff?left=x").status_code == 422


@pytest.mark.parametrize(("visitor", "status"), [("stranger", 404), ("admin", 404), (None, 401)])
def test_items_of_others(fresh_site: Site, item: str, visitor: str | None, status: int) -> None:
    assert fresh_site.visitor(visitor).get(f"{item}/diff").status_code == status


def test_nothing_after_closing(fresh_site: Site, item: str) -> None:
    with fresh_site.state.database.writing() as session:
        close_study(session.get_one(Study, fresh_site.ids.study))
    assert fresh_site.visitor("rater").get(f"{item}/diff").status_code == 409

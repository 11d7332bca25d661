"""Marking spans over HTTP: stored with the revision, shown again, refused in words."""

import json
import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from app.tables import Item, Judgement, Mark, Study
from tests.web.site import ANSWERS, Site

COMPLETE = {"outcome-factuality": "cannot_judge", "outcome-style": "cannot_judge"}


@pytest.fixture
def rater(fresh_site: Site) -> TestClient:
    with fresh_site.state.database.writing() as session:
        session.execute(update(Study).values(marks=True))
    return fresh_site.visitor("rater")


def first_item(site: Site, rater: TestClient) -> str:
    return str(rater.get(f"/rate/{site.ids.study_public}/next").headers["location"])


def span(**changed: Any) -> dict[str, Any]:
    plain = {"answer": 2, "start": 4, "end": 8, "kind": "wrong", "correction": "", "source": ""}
    return {**plain, **changed}


def sent(*marks: dict[str, Any], **fields: str) -> dict[str, str]:
    return COMPLETE | {"marks": json.dumps(marks)} | fields


def on_page(text: str) -> Any:
    [value] = re.findall(r'name="marks" value="([^"]*)"', text)
    return json.loads(unescape(value) or "[]")


def revisions(site: Site) -> list[list[tuple[int, int, str]]]:
    with site.state.database.reading() as session:
        judgements = session.scalars(select(Judgement).order_by(Judgement.revision))
        return [[(m.start, m.end, m.correction) for m in j.marks] for j in judgements]


def test_marks_are_kept_with_their_revision_and_shown_again(
    fresh_site: Site, rater: TestClient
) -> None:
    item = first_item(fresh_site, rater)
    assert on_page(rater.get(item).text) == []
    one, other = span(correction="“<b>'”", source="a book"), span(answer=1, start=0, end=3)
    assert rater.post(item, data=sent(one)).status_code == 303
    assert rater.post(item, data=sent(other, one)).status_code == 303
    assert revisions(fresh_site) == [[(4, 8, "“<b>'”")], [(0, 3, ""), (4, 8, "“<b>'”")]]
    assert on_page(rater.get(item).text) == [other, one]


def test_the_same_form_is_stored_once_and_other_marks_are_a_revision(
    fresh_site: Site, rater: TestClient
) -> None:
    item = first_item(fresh_site, rater)
    for marks in ([span()], [span()], [span(end=9)]):
        rater.post(item, data=sent(*marks, form_id="one"))
    assert len(revisions(fresh_site)) == 2


def test_marks_outside_of_the_answer_are_refused(fresh_site: Site, rater: TestClient) -> None:
    item = first_item(fresh_site, rater)
    wrong = sent(span(end=10_000))
    page = rater.post(item, data=wrong)
    assert page.status_code == 422
    assert "is no part of Answer 2" in page.text
    assert on_page(page.text) == [span(end=10_000)]
    reply = rater.post(item, data=wrong, headers={"accept": "application/json"})
    assert reply.status_code == 422
    assert "is no part of Answer 2" in reply.text
    assert revisions(fresh_site) == []


def test_offsets_are_those_of_the_raw_text(fresh_site: Site, rater: TestClient) -> None:
    page = rater.get(first_item(fresh_site, rater)).text
    at = ANSWERS[0].index("blue glass")
    assert f'<em><span data-at="{at}">blue glass</span></em>' in page


def test_without_the_switch_nothing_is_asked_shown_or_kept(fresh_site: Site) -> None:
    rater = fresh_site.visitor("rater")
    item = first_item(fresh_site, rater)
    page = rater.get(item).text
    assert 'name="marks"' not in page
    assert "data-at" not in page
    rater.post(item, data=sent(span()))
    assert revisions(fresh_site) == [[]]


def test_the_study_form_has_the_switch(fresh_site: Site) -> None:
    admin, ids = fresh_site.visitor("admin"), fresh_site.ids
    page = admin.get(f"/studies/{ids.draft}/edit").text
    assert 'name="marks"' in page
    with fresh_site.state.database.reading() as session:
        assert session.scalar(select(Mark.id)) is None
        draft = session.get_one(Study, ids.draft)
        members = [str(member.run_variant_id) for member in draft.variants]
        fields = {"name": draft.name, "run_id": str(draft.run_id), "design": "side_by_side"}
    fields |= {"ratings_per_item": "1", "marks": "on", "criterion-0-label": "Style"}
    form = {**fields, "criterion-0-preference": "on", "run_variant_ids": members}
    assert admin.post(f"/studies/{ids.draft}/edit", data=form).status_code == 303
    with fresh_site.state.database.reading() as session:
        assert session.get_one(Study, ids.draft).marks is True


def test_the_results_count_marks(fresh_site: Site, rater: TestClient) -> None:
    admin, address = fresh_site.visitor("admin"), f"/studies/{fresh_site.ids.study}/results"
    item = first_item(fresh_site, rater)
    rater.post(item, data=sent())
    assert "Marked spans" not in admin.get(address).text
    rater.post(item, data=sent(span(kind="unsupported")))
    page = admin.get(address).text
    assert "Marked spans" in page
    cells = re.findall(r'data-label="Unsupported">.*?([01]) of 1 answers, (\d) mark', page)
    assert sorted(cells) == [("0", "0"), ("0", "0"), ("1", "1")]


def test_marks_on_a_stripped_answer_come_back_where_they_were(
    fresh_site: Site, rater: TestClient
) -> None:
    with fresh_site.state.database.writing() as session:
        session.execute(update(Item).values(is_stripped=True))
    item = first_item(fresh_site, rater)
    number = next(
        n for n in (1, 2, 3) if ">It is known for blue" in answer(rater.get(item).text, n)
    )
    mark = span(answer=number, start=0, end=5)
    assert rater.post(item, data=sent(mark)).status_code == 303
    stored = ANSWERS[1].index("It is")
    assert revisions(fresh_site) == [[(stored, stored + 5, "")]]
    assert on_page(rater.get(item).text) == [mark]
    beyond = sent(span(answer=number, end=len(ANSWERS[1])))
    assert rater.post(item, data=beyond).status_code == 422


def answer(page: str, number: int) -> str:
    return page.split(f'id="answer-{number}"')[1].split("</section>")[0]

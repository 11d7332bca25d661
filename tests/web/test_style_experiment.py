"""A study that strips half of its items, over HTTP: made, previewed, judged blind, its results."""

import re

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from app.studies import get_study, plan_items
from app.tables import Item, Response, Study, StudyState
from tests.results.judged_study import judge_all, mixed_judge, opened_study
from tests.web.rater import Rater, told
from tests.web.site import Site


class TestForm:
    @pytest.mark.parametrize(("sent", "stored"), [({"strip_half": "on"}, True), ({}, False)])
    def test_the_draft_keeps_the_choice(
        self, fresh_site: Site, sent: dict[str, str], stored: bool
    ) -> None:
        admin, draft = fresh_site.visitor("admin"), fresh_site.ids.draft
        with fresh_site.state.database.reading() as session:
            study = get_study(session, draft)
            members = [str(member.run_variant_id) for member in study.variants]
            fields = {"name": study.name, "run_id": str(study.run_id), "design": "side_by_side"}
        form = {
            **fields,
            **sent,
            "ratings_per_item": "1",
            "criterion-0-label": "Style",
            "criterion-0-preference": "on",
            "run_variant_ids": members,
        }
        assert admin.post(f"/studies/{draft}/edit", data=form).status_code == 303
        with fresh_site.state.database.reading() as session:
            assert get_study(session, draft).strip_half is stored
        assert ("shown stripped of openers" in admin.get(f"/studies/{draft}").text) is stored
        page = admin.get(f"/studies/{draft}/edit").text
        [box] = re.findall(r'<input[^>]*name="strip_half"[^>]*>', page)
        assert ("checked" in box) is stored


class TestPreview:
    @pytest.fixture
    def draft(self, fresh_site: Site) -> str:
        with fresh_site.state.database.writing() as session:
            get_study(session, fresh_site.ids.draft).strip_half = True
        return f"/studies/{fresh_site.ids.draft}/preview"

    def test_it_says_what_raters_see_and_leads_to_the_other_form(
        self, fresh_site: Site, draft: str
    ) -> None:
        admin = fresh_site.visitor("admin")
        with fresh_site.state.database.reading() as session:
            items = plan_items(session, get_study(session, fresh_site.ids.draft)).items
        for number, item in enumerate(items, start=1):
            page = admin.get(f"{draft}?item={number}").text
            seen = "stripped of openers and formatting" if item.is_stripped else "as it is"
            assert f"Raters see this item {seen}, like this." in page
            assert ("Great question!" in page) is not item.is_stripped
            other = f"{draft}?item={number}&amp;stripped={str(not item.is_stripped).lower()}"
            assert f'href="{other}"' in page
            page = admin.get(other.replace("&amp;", "&")).text
            assert "this is the other form." in page
            assert ("Great question!" in page) is item.is_stripped

    def test_other_studies_have_one_form(self, fresh_site: Site) -> None:
        page = fresh_site.visitor("admin").get(f"/studies/{fresh_site.ids.draft}/preview").text
        assert "This is what raters see." in page
        assert "stripped" not in page


def test_one_stripped_item_is_one(fresh_site: Site) -> None:
    with fresh_site.state.database.writing() as session:
        study = opened_study(session, prompts=2, raters=1, strip_half=True)
        study.state = StudyState.DRAFT
        for item in session.scalars(select(Item).where(Item.study_id == study.id)):
            session.delete(item)
        address = f"/studies/{study.id}"
    page = fresh_site.visitor("admin").get(address).text
    assert "2 items from 2 prompts, 1 judgement each. 1 of them is shown stripped" in page


def test_nothing_tells_raters_which_items_are_stripped(fresh_site: Site) -> None:
    with fresh_site.state.database.writing() as session:
        session.execute(update(Study).values(strip_half=True))
        session.execute(update(Item).values(is_stripped=True))
    rater = Rater(fresh_site.visitor("rater"))
    page = rater.get(f"/rate/{fresh_site.ids.study_public}/next").text
    assert "It is known for blue glass." in page
    assert "Great question" not in page
    received = " ".join(f"{one.headers} {one.text}" for one in rater.received)
    assert "strip" not in received.lower()
    assert told(fresh_site, rater) == []


class TestResults:
    @pytest.fixture
    def results(self, fresh_site: Site) -> str:
        with fresh_site.state.database.writing() as session:
            study = opened_study(session, strip_half=True)
            for response in session.scalars(select(Response)):
                response.text = f"Sure! **{response.text}**"
            judge_all(session, study, mixed_judge)
            return f"/studies/{study.id}/results"

    @pytest.fixture
    def admin(self, fresh_site: Site) -> TestClient:
        return fresh_site.visitor("admin")

    def test_there_is_a_section_with_a_finding_per_criterion(
        self, admin: TestClient, results: str
    ) -> None:
        page = admin.get(results).text
        assert re.findall(r'<p id="experiment-(\w+)">On (\w+),', page) == [
            ("factuality", "factuality"),
            ("style", "style"),
        ]
        assert "Both forms are mixed here: 18 of 36 judgements" in page
        assert '<a href="#experiment">' in page
        assert "another rule" not in page

    def test_a_reason_for_no_interval_wraps_and_one_judgement_is_one(
        self, admin: TestClient, fresh_site: Site
    ) -> None:
        with fresh_site.state.database.writing() as session:
            study = opened_study(session, prompts=2, raters=1, strip_half=True)
            judge_all(session, study, mixed_judge, raters=1)
            address = f"/studies/{study.id}/results"
        page = admin.get(address).text
        assert "1 judgement is of answers as they are" in page
        assert "no interval:" in page
        assert not re.findall(r"nowrap[^>]*>no interval:", page)

    def test_the_filter_leaves_one_form(self, admin: TestClient, results: str) -> None:
        for form, words in (("as_is", "only as they are"), ("stripped", "only stripped")):
            assert f'href="{results}?form={form}"' in admin.get(results).text
            page = admin.get(f"{results}?form={form}").text
            assert words in page
            assert 'id="experiment"' not in page
            assert 'class="stat-value">18' in page

    def test_other_studies_have_neither(self, admin: TestClient, fresh_site: Site) -> None:
        page = admin.get(f"/studies/{fresh_site.ids.study}/results").text
        assert 'name="form"' not in page
        assert "experiment" not in page

    def test_items_stand_there_as_raters_saw_them(self, admin: TestClient, results: str) -> None:
        page = admin.get(f"{results}/items?form=stripped").text
        assert "Sure!" not in page
        assert page.count(">stripped<") == 6
        assert "another rule" not in page
        assert "Sure! <strong>" in admin.get(f"{results}/items?form=as_is").text

    @pytest.mark.parametrize("page", ["", "?form=stripped", "/items"])
    def test_another_rule_than_that_of_this_version_is_said(
        self, admin: TestClient, fresh_site: Site, results: str, page: str
    ) -> None:
        with fresh_site.state.database.writing() as session:
            session.execute(update(Study).values(stripping_rule=1))
        note = "Raters saw answers stripped by rule 1 of Triptych."
        assert note in admin.get(f"{results}{page}").text

    def test_a_form_that_is_none_is_refused(self, admin: TestClient, results: str) -> None:
        assert admin.get(f"{results}?form=bald").status_code == 400

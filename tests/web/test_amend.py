"""The design in a study's form, changes of an open study, and lists of who judges what."""

import re
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.studies import plan_items
from app.tables import Coverage, Design, Study
from tests.web.site import Site


def draft(site: Site, **changed: Any) -> dict[str, Any]:
    with site.state.database.reading() as session:
        members = [v.run_variant_id for v in session.get_one(Study, site.ids.study).variants]
    fields = {
        "name": "Designed",
        "run_id": site.ids.run,
        "run_variant_ids": members,
        "design": "side_by_side",
        "ratings_per_item": 2,
        "criterion-0-label": "Facts",
        "criterion-0-preference": "on",
    }
    return fields | changed


def made(site: Site, **changed: Any) -> Study:
    reply = site.visitor("admin").post("/studies", data=draft(site, **changed))
    assert reply.status_code == 303, reply.text
    study_id = int(reply.headers["location"].rsplit("/", 1)[1])
    with site.state.database.reading() as session:
        study = session.get_one(Study, study_id)
        assert study.criteria
        plan_items(session, study)
        return study


class TestDesigns:
    def test_chosen_pairs(self, fresh_site: Site) -> None:
        a, b, c = draft(fresh_site)["run_variant_ids"]
        study = made(fresh_site, design="pairwise", pairs=[f"{a}-{b}", f"{b}-{c}"])
        assert study.pairs == [[a, b], [b, c]]
        page = fresh_site.visitor("admin").get(f"/studies/{study.id}/edit").text
        ticked = re.findall(r'name="pairs" value="([\d-]+)" checked', page)
        assert ticked == [f"{a}-{b}", f"{b}-{c}"]

    def test_all_pairs_are_no_choice(self, fresh_site: Site) -> None:
        a, b, c = draft(fresh_site)["run_variant_ids"]
        every = [f"{a}-{b}", f"{a}-{c}", f"{b}-{c}"]
        assert made(fresh_site, design="pairwise", pairs=every).pairs is None

    def test_pairs_of_a_variant_that_is_not_compared_are_left_out(self, fresh_site: Site) -> None:
        a, b, c = draft(fresh_site)["run_variant_ids"]
        every = [f"{a}-{b}", f"{a}-{c}", f"{b}-{c}"]
        study = made(fresh_site, run_variant_ids=[a, b], design="pairwise", pairs=every)
        assert (study.pairs, study.design) == (None, Design.PAIRWISE)

    def test_fields_of_other_designs_count_for_nothing(self, fresh_site: Site) -> None:
        study = made(fresh_site, block_size="3", blocks_per_prompt="1", adaptive="on")
        assert (study.block_size, study.blocks_per_prompt, study.adaptive) == (None, None, False)

    def test_the_plan_says_how_even_it_is(self, fresh_site: Site) -> None:
        study = made(fresh_site, design="pairwise", blocks_per_prompt="1")
        page = fresh_site.visitor("admin").get(f"/studies/{study.id}").text
        assert "Each pair meets" in page
        assert "in 1 to 2 items" in page

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"design": "blocks", "block_size": "3"}, "at least 4 variants"),
            ({"design": "pairwise", "pairs": ["1-2-3"]}, "pair"),
            ({"samples": "2"}, "has 1 answers"),
            ({"coverage": "nobody"}, "Coverage"),
        ],
    )
    def test_what_is_wrong_is_said(
        self, shared_site: Site, changed: dict[str, Any], words: str
    ) -> None:
        reply = shared_site.visitor("admin").post("/studies", data=draft(shared_site, **changed))
        assert reply.status_code in (400, 422)
        assert words.lower() in reply.text.lower()


class TestAmending:
    def change(self, browser: TestClient, study: int, **changed: str) -> Any:
        fields = {
            "note": "Typing mistake",
            "instructions": "Read twice.",
            "ratings_per_item": "3",
            "reserve_minutes": "20",
        }
        return browser.post(f"/studies/{study}/amend", data=fields | changed)

    def test_a_new_version_with_its_reason(self, fresh_site: Site) -> None:
        admin, study = fresh_site.visitor("admin"), fresh_site.ids.study
        assert self.change(admin, study).status_code == 303
        page = admin.get(f"/studies/{study}").text
        assert "Typing mistake" in page
        with fresh_site.state.database.reading() as session:
            changed = session.get_one(Study, study)
            assert (changed.version, changed.ratings_per_item) == (2, 3)
            assert changed.instructions == "Read twice."

    def test_without_a_reason_nothing_is_changed_and_what_was_typed_stays(
        self, fresh_site: Site
    ) -> None:
        reply = self.change(fresh_site.visitor("admin"), fresh_site.ids.study, note=" ")
        assert reply.status_code == 422
        assert "Read twice." in reply.text
        with fresh_site.state.database.reading() as session:
            assert session.get_one(Study, fresh_site.ids.study).version == 1


class TestLists:
    def test_a_list_is_added_on_the_page(self, fresh_site: Site) -> None:
        study, admin = made(fresh_site, coverage="listed"), fresh_site.visitor("admin")
        admin.post(f"/studies/{study.id}/open")
        admin.post(f"/studies/{study.id}/invite", data={"name": "Lister"})
        file = {"file": ("list.csv", b"rater,prompt\nLister,p1\nLister,p0\n")}
        assert admin.post(f"/studies/{study.id}/list", files=file).status_code == 303
        assert "0 of 2 judgements" in admin.get(f"/studies/{study.id}").text

    def test_bad_lines_are_named(self, fresh_site: Site) -> None:
        study, admin = made(fresh_site, coverage="listed"), fresh_site.visitor("admin")
        admin.post(f"/studies/{study.id}/open")
        file = {"file": ("list.csv", b"rater,prompt\nEve,p1\n")}
        reply = admin.post(f"/studies/{study.id}/list", files=file)
        assert reply.status_code == 422
        assert "list.csv:2" in reply.text
        with fresh_site.state.database.reading() as session:
            one = session.scalars(select(Study).where(Study.id == study.id)).one()
            assert one.coverage is Coverage.LISTED

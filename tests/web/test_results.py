"""The results pages: what they say, what the filter leaves, and whether they are old."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app.db import Database, now
from app.ratings import RatingForm, enter, next_assignment, submit
from app.results import ResultFilter, StudyResult
from app.simulation import simulate
from app.studies import SessionSpec, get_study, invitations, invite, set_session
from app.tables import Design, Judgement, Study
from tests.results.judged_study import _shown, judge_all, mixed_judge, opened_study
from tests.results.test_guesses import answer, base_is_seen
from tests.web.site import Furnished, Site, site

RATERS = 7


@dataclass
class Judged:
    """An admin and the address of the results of a study that seven raters judged."""

    admin: TestClient
    site: Site
    study: int

    @property
    def results(self) -> str:
        return f"/studies/{self.study}/results"

    def page(self, query: str = "") -> str:
        reply = self.admin.get(f"{self.results}{query}")
        assert reply.status_code == 200, reply.text[:500]
        return reply.text

    def judge_one_more(self) -> None:
        with self.site.state.database.writing() as session:
            study = get_study(session, self.study)
            study.ratings_per_item += 1
            rater = enter(session, study.public_id, invite(session, study, "One more").account)
            assignment = next_assignment(session, rater)
            assert assignment is not None
            rng = random.Random(1)
            verdicts = tuple(mixed_judge(rng, c, _shown(assignment)) for c in study.criteria)
            submit(session, rater, assignment, RatingForm(verdicts=verdicts))

    def revise_one(self) -> None:
        with self.site.state.database.writing() as session:
            first = session.scalars(select(Judgement)).first()
            assert first is not None
            session.add(Judgement(assignment_id=first.assignment_id, revision=9))


@pytest.fixture(scope="module")
def with_judgements(
    tmp_path_factory: pytest.TempPathFactory, furnished: Furnished
) -> tuple[Furnished, int]:
    """What a site of these tests is a copy of, and the id of the judged study."""
    folder = copytree(furnished.folder, tmp_path_factory.mktemp("judged"), dirs_exist_ok=True)
    database = Database(f"sqlite:///{folder / 'triptych.db'}")
    with database.writing() as session:
        study = opened_study(session, Design.SIDE_BY_SIDE, raters=RATERS)
        judge_all(session, study, mixed_judge, raters=RATERS)
        key = study.id
    database.dispose()
    return replace(furnished, folder=folder), key


@pytest.fixture
def judged(tmp_path: Path, with_judgements: tuple[Furnished, int]) -> Iterator[Judged]:
    copied, study = with_judgements
    with site(tmp_path, copied) as made:
        yield Judged(made.visitor("admin"), made, study)


def judgements(page: str) -> int:
    found = re.search(r'Judgements</span><div class="stat-value">([\d,]+)', page)
    assert found, "no count of judgements"
    return int(found[1].replace(",", ""))


class TestPage:
    def test_begins_with_a_sentence_per_criterion(self, judged: Judged) -> None:
        page = judged.page()
        headlines = re.findall(r'<p id="headline-(\w+)">([^<]+)</p>', page)
        assert [key for key, _ in headlines] == ["factuality", "style"]
        assert all("cannot be distinguished" in s or "preferred" in s for _, s in headlines)
        assert judgements(page) == 84

    def test_names_raters_by_pseudonyms_only(self, judged: Judged) -> None:
        page = judged.page()
        assert "rater-1" in page
        assert "Real Name" not in page

    def test_says_that_looking_early_is_no_stopping_rule(self, judged: Judged) -> None:
        assert "is not a stopping rule" in judged.page()

    def test_says_whether_kinds_of_variants_were_recognised(self, judged: Judged) -> None:
        assert "Raters were not asked which answer came from which kind" in judged.page()
        with judged.site.state.database.writing() as session:
            study = get_study(session, judged.study)
            set_session(session, study, SessionSpec(ask_kinds=True), "for a test")
        assert "has answered yet" in judged.page()
        with judged.site.state.database.writing() as session:
            answer(session, get_study(session, judged.study), base_is_seen)
        page = judged.page()
        assert "recognised more often than by chance" in page
        assert "7 raters were asked of 105 answers" in page

    def test_every_figure_that_it_shows_can_be_taken_away(self, judged: Judged) -> None:
        addresses = re.findall(r'data-figure="([^"]+)\.json([^"]*)"', judged.page())
        assert len(addresses) > 8
        kinds = {"json": b"{", "svg": b"<svg", "png": b"\x89PNG", "csv": b""}
        for base, _ in addresses[:3]:
            for ending, beginning in kinds.items():
                reply = judged.admin.get(f"{base}.{ending}")
                assert reply.status_code == 200
                assert reply.content.startswith(beginning)
        for base, query in addresses:
            assert judged.admin.get(f"{base}.json{query.replace('&amp;', '&')}").status_code == 200

    def test_without_judgements_says_what_to_do(self, fresh_site: Site) -> None:
        admin = fresh_site.visitor("admin")
        page = admin.get(f"/studies/{fresh_site.ids.study}/results").text
        assert "Invite raters" in page

    def test_of_a_draft(self, fresh_site: Site) -> None:
        reply = fresh_site.visitor("admin").get(f"/studies/{fresh_site.ids.draft}/results")
        assert reply.status_code == 200


class TestFilter:
    def test_leaves_what_the_address_says(self, judged: Judged) -> None:
        assert judgements(judged.page("?rater=rater-1&rater=rater-2")) == 24
        assert judgements(judged.page("?category=odd")) == 42
        assert judgements(judged.page("?category=odd&rater=rater-3")) == 6

    def test_goes_along_to_figures_and_items(self, judged: Judged) -> None:
        page = judged.page("?rater=rater-1&category=odd")
        carried = "rater=rater-1&amp;category=odd"
        assert f"/results/items?{carried}" in page
        for address in re.findall(r'data-figure="([^"]+)"', page):
            assert carried in address

    def test_goes_along_to_the_report_and_says_that_exports_are_whole(self, judged: Judged) -> None:
        page = judged.page("?rater=rater-1")
        assert f"/studies/{judged.study}/report?rater=rater-1" in page
        assert f'/studies/{judged.study}/exports/long-csv"' in page
        assert "Exports do not" in page

    def test_a_figure_obeys_it(self, judged: Judged) -> None:
        rows = {
            query: judged.admin.get(f"{judged.results}/figures/preferences-style.csv{query}").text
            for query in ("", "?rater=rater-1")
        }
        assert rows[""] != rows["?rater=rater-1"]

    def test_of_one_rater_keeps_those_who_failed_the_checks(self, judged: Judged) -> None:
        with judged.site.state.database.writing() as session:
            study = get_study(session, judged.study)
            invitations(session, study)[0].screened_out_at = now()
        link = re.search(
            r'href="[^"?]*(\?[^"]*rater=rater-1&amp;[^"]*)"', judged.page("?gold=failed")
        )
        assert link, "a rater's name leads to what they judged"
        assert judgements(judged.page(link[1].replace("&amp;", "&"))) == 12

    def test_that_leaves_nothing_offers_the_way_back(self, judged: Judged) -> None:
        page = judged.page("?rater=rater-99")
        assert "The filter leaves out all 84 judgements" in page
        assert "Show everything" in page

    def test_of_raters_who_all_failed_the_checks_says_so(self, judged: Judged) -> None:
        with judged.site.state.database.writing() as session:
            for invitation in invitations(session, get_study(session, judged.study)):
                invitation.screened_out_at = now()
        page = judged.page()
        assert "raters who failed the checks" in page
        assert "Invite raters" not in page
        assert judgements(judged.page("?gold=failed")) == 84

    @pytest.mark.parametrize("query", ["?kind=cat", "?gold=maybe", "?without=sleep"])
    def test_that_cannot_be_understood_is_said_so(self, judged: Judged, query: str) -> None:
        reply = judged.admin.get(f"{judged.results}{query}")
        assert reply.status_code == 400
        assert "The filter in the address is not understood" in reply.text


class TestLive:
    def address(self, judged: Judged) -> str:
        found = re.search(r'hx-get="([^"]+/results/live[^"]*)"', judged.page())
        assert found, "the page of an open study asks whether it is old"
        return found[1].replace("&amp;", "&")

    def test_nothing_new_is_nothing(self, judged: Judged) -> None:
        reply = judged.admin.get(self.address(judged))
        assert (reply.status_code, reply.content) == (204, b"")

    def test_a_judgement_more_is_the_body_again(self, judged: Judged) -> None:
        address = self.address(judged)
        judged.judge_one_more()
        reply = judged.admin.get(address)
        assert reply.status_code == 200
        assert judgements(reply.text) == 85
        assert reply.text.lstrip().startswith('<div id="_body"')

    def test_what_is_said_while_the_page_is_made_makes_it_old(
        self, judged: Judged, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        results = judged.site.state.results
        get = results.get

        def and_meanwhile(session: Session, study: Study, chosen: ResultFilter) -> StudyResult:
            result = get(session, study, chosen)
            monkeypatch.undo()
            judged.revise_one()
            judged.page()  # of somebody else
            return result

        monkeypatch.setattr(results, "get", and_meanwhile)
        address = self.address(judged)
        assert judged.admin.get(address).status_code == 200

    def test_a_closed_study_is_not_followed(self, judged: Judged) -> None:
        reply = judged.admin.post(f"/studies/{judged.study}/close", data={"confirm": "Islands"})
        assert reply.status_code == 303
        assert "/results/live" not in judged.page()


class TestKinds:
    @pytest.fixture
    def simulated(self, judged: Judged) -> Judged:
        with judged.site.state.database.writing() as session:
            study = get_study(session, judged.study)
            for prompt in study.run.prompt_set.prompts:
                prompt.reference = f"says {prompt.key}"
            simulate(session, study, 8)
        return judged

    def test_are_counted_apart_and_labelled(self, simulated: Judged) -> None:
        people, others = simulated.page(), simulated.page("?kind=simulated")
        assert judgements(people) == 84
        assert "no person judged this" not in people
        assert judgements(others) == 96
        assert "no person judged this" in others
        assert "simulated-1" in others
        assert "simulated-1" not in people

    def test_each_page_leads_to_the_other(self, simulated: Judged) -> None:
        assert f'href="{simulated.results}?kind=simulated"' in simulated.page()
        assert f'href="{simulated.results}?">people' in simulated.page("?kind=simulated")

    def test_items_are_labelled_too(self, simulated: Judged) -> None:
        page = simulated.page("/items?kind=simulated")
        assert "no person judged this" in page


class TestItems:
    def items(self, page: str) -> list[int]:
        return [
            int(number)
            for number in re.findall(r'<article class="item-view" id="item-(\d+)"', page)
        ]

    def differing(self, page: str) -> list[int]:
        return [int(share) for share in re.findall(r"raters differ in (\d+) %", page)]

    def test_the_most_disputed_come_first(self, judged: Judged) -> None:
        shares = self.differing(judged.page("/items"))
        assert len(shares) == 10
        assert shares == sorted(shares, reverse=True)
        assert shares[0] > shares[-1]

    def test_can_be_sorted_otherwise(self, judged: Judged) -> None:
        shares = self.differing(judged.page("/items?order=agreement&criterion=style"))
        assert shares == sorted(shares)
        assert self.items(judged.page("/items?order=item")) == list(range(1, 11))

    def test_go_on_over_pages(self, judged: Judged) -> None:
        assert self.items(judged.page("/items?order=item&offset=10")) == [11, 12]

    def test_name_variants_and_say_what_each_rater_said(self, judged: Judged) -> None:
        page = judged.page("/items?order=item")
        assert "lora says 0" in page
        assert page.count("rater-7") >= 10
        assert "Real Name" not in page

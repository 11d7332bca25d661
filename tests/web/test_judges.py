"""Judges on their pages: made, started, watched, stopped, compared; and unknown to raters."""

import asyncio
import re

import pytest
from starlette.testclient import TestClient

from app.judges import JudgeRunner
from app.registry import Registry
from app.tables import Judge, Study
from tests.judges.scripted import OWL, Asked, Mind, ScriptedJudge, saying
from tests.web.rater import Rater, told
from tests.web.site import PROMPTS, VARIANTS, Site
from tests.web.test_blinding import JUDGEMENT


def ranked(_: Asked) -> str:
    """Always in the order shown, on both criteria."""
    ranks = '{"1": 1, "2": 2, "3": 3}'
    one = f'{{"outcome": "ranked", "ranks": {ranks}, "ratings": {ranks}}}'
    return f'{{"factuality": {one}, "style": {one}}}'


class Judging:
    """A site whose engines are a function; its one variant to judge with is `owl`."""

    def __init__(self, site: Site) -> None:
        self.site, self.admin = site, site.visitor("admin")
        self.scripted = ScriptedJudge(site.state.database, ranked)
        site.state.registry = Registry(source=site.state.registry.source, variants=(OWL,))
        site.state.judges = self.scripted.runner()
        self.page = f"/studies/{site.ids.study}/judges"

    def make(self, **fields: str) -> str:
        """The address of a new judge."""
        reply = self.admin.post(self.page, data={"variant": "owl"} | fields)
        assert reply.status_code == 303, reply.text
        return str(reply.headers["location"])

    def wait(self, judge: str) -> None:
        assert self.site.client.portal is not None
        judges: JudgeRunner = self.site.state.judges
        self.site.client.portal.call(judges.wait, int(judge.rsplit("/", 1)[1]))

    def work(self, mind: Mind = ranked) -> str:
        self.scripted.mind = mind
        judge = self.make()
        assert self.admin.post(f"{judge}/start").status_code == 303
        self.wait(judge)
        return judge


@pytest.fixture
def judging(fresh_site: Site) -> Judging:
    return Judging(fresh_site)


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


class TestMaking:
    def test_its_cost_is_shown_before_anything_is_asked(self, judging: Judging) -> None:
        judge = judging.make(most_items="2")
        page = words(judging.admin.get(judge).text)
        assert "0 of 4 judgements, two per item" in page
        assert re.search(r"4 requests are to be made: about [\d,]+ tokens of prompts", page)
        assert "Start judging" in page
        assert judging.scripted.asked == []

    def test_a_name_that_is_taken(self, judging: Judging) -> None:
        judging.make()
        again = judging.admin.post(judging.page, data={"variant": "owl", "most_items": "7"})
        assert again.status_code == 409
        assert "has a judge owl already" in again.text
        assert 'value="7"' in again.text

    def test_its_own_kind_has_to_be_accepted(self, judging: Judging) -> None:
        own = OWL.model_copy(update={"name": VARIANTS[0]})
        source = judging.site.state.registry.source
        judging.site.state.registry = Registry(source=source, variants=(own,))
        refused = judging.admin.post(judging.page, data={"variant": VARIANTS[0]})
        assert refused.status_code == 409
        assert "Language models tend to prefer their own answers." in refused.text
        judge = judging.make(variant=VARIANTS[0], accepts_relation="1")
        assert "Language models tend to prefer their own answers." in judging.admin.get(judge).text

    def test_no_variant_to_judge_with(self, judging: Judging) -> None:
        source = judging.site.state.registry.source
        judging.site.state.registry = Registry(source=source, variants=())
        assert "There is no variant to judge." in judging.admin.get(judging.page).text

    def test_an_analyst_looks_on(self, judging: Judging) -> None:
        judge = judging.make()
        analyst = judging.site.visitor("analyst")
        assert "Start judging" not in analyst.get(judge).text
        assert "Add a judge" not in analyst.get(judging.page).text


class TestWorking:
    def test_from_start_to_end(self, judging: Judging) -> None:
        judge = judging.work()
        page = words(judging.admin.get(judge).text)
        assert f"{2 * PROMPTS} of {2 * PROMPTS} judgements" in page
        assert "No person has judged yet." in page
        listed = words(judging.admin.get(judging.page).text)
        assert f"{2 * PROMPTS} of {2 * PROMPTS}" in listed

    def test_progress_is_a_fragment_that_reloads_the_page_at_the_end(
        self, judging: Judging
    ) -> None:
        async def mind(_: Asked) -> str:
            await asyncio.Event().wait()  # until it is stopped
            return ""

        judging.scripted.mind = mind
        judge = judging.make()
        judging.admin.post(f"{judge}/start")
        running = judging.admin.get(f"{judge}/progress", headers={"hx-request": "true"})
        assert "hx-refresh" not in running.headers
        assert 'hx-trigger="every 1s"' in running.text
        assert "<html" not in running.text
        assert judging.admin.post(f"{judge}/start").status_code == 409
        assert judging.admin.post(f"{judge}/stop").status_code == 303
        stopped = judging.admin.get(f"{judge}/progress", headers={"hx-request": "true"})
        assert stopped.headers["hx-refresh"] == "true"
        assert "hx-trigger" not in stopped.text

    def test_failures_are_shown_with_their_reasons(self, judging: Judging) -> None:
        judge = judging.work(lambda _: "I would rather not.")
        page = words(judging.admin.get(judge).text)
        assert "There is no JSON object with the criteria in the reply. 8" in page
        assert "Ask for the 8 missing" in page
        judging.scripted.mind = ranked
        judging.admin.post(f"{judge}/start")
        judging.wait(judge)
        again = words(judging.admin.get(judge).text)
        assert "8 of 8 judgements" in again
        assert "There is no JSON object" not in again

    def test_what_a_judge_says_is_text(self, judging: Judging) -> None:
        """Replies that cannot be read are shown, and nothing of them is run in a browser."""
        judge = judging.work(lambda _: saying("<script>alert(1)</script>"))
        page = judging.admin.get(judge).text
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page

    def test_beside_people(self, judging: Judging) -> None:
        rater = Rater(judging.site.visitor("rater"))
        for _ in range(PROMPTS):
            here = rater.get(f"/rate/{judging.site.ids.study_public}/next")
            rater.post(str(here.request.url), JUDGEMENT)
        judge = judging.work()
        page = words(judging.admin.get(judge).text)
        assert "owl says on factuality what most people say in" in page
        assert "Won by the answer shown first 100 %" in page
        assert "Same verdict in both orders 0 %" in page


class TestRaters:
    def test_learn_nothing_of_it(self, judging: Judging) -> None:
        judging.work()
        rater = Rater(judging.site.visitor("rater"))
        study = f"/rate/{judging.site.ids.study_public}"
        for _ in range(PROMPTS):
            page = rater.get(f"{study}/next")
            rater.post(str(page.request.url), JUDGEMENT)
        rater.get(f"{study}/done")
        assert told(judging.site, rater) == []
        received = " ".join(reply.text for reply in rater.received).lower()
        assert not {"owl", "judge model"} & set(re.findall(r"judge model|owl", received))

    def test_have_as_much_to_do_as_before(self, judging: Judging) -> None:
        judging.work()
        rater = Rater(judging.site.visitor("rater"))
        page = rater.get(f"/rate/{judging.site.ids.study_public}/next")
        assert f"1 of {PROMPTS}" in words(page.text)

    def test_its_accounts_open_nothing(self, judging: Judging) -> None:
        judge = judging.work()
        with judging.site.state.database.reading() as session:
            row = session.get_one(Judge, int(judge.rsplit("/", 1)[1]))
            judging.site.accounts["owl"] = row.drawn
            study = session.get_one(Study, row.study_id).public_id
        browser: TestClient = judging.site.visitor("owl")
        assert browser.get(f"/rate/{study}/next").status_code == 401

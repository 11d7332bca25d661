"""The rater's session over HTTP: every page of it, the settings, joining, and who sees what."""

import csv
import json
import re
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import select, update

from app.tables import (
    Guess,
    Invitation,
    QuestionnaireReply,
    Study,
    Variant,
    VariantKind,
)
from tests.sessions.conftest import configure
from tests.web.rater import Rater, guesses, told
from tests.web.site import PROMPTS, VARIANTS, Site
from tests.web.test_blinding import JUDGEMENT

SETTINGS = {
    "consent": "You may **stop** at any time.",
    "before-0-label": "Age",
    "before-0-kind": "number",
    "after-0-label": "Anything else?",
    "after-0-kind": "text",
    "after-0-optional": "1",
    "ask_guess": "1",
    "ask_kinds": "1",
    "break_every": "2",
    "session_minutes": "60",
    "rest_minutes": "15",
    "quota": "",
    "gold_every": "2",
    "gold_minimum": "1",
    "gold_percent": "50",
    "on_failure": "flag",
    "completion_code": "C0DE42",
    "completion_url": "https://panel.example.org/done",
    "screened_out_url": "https://panel.example.org/out",
    "panel_parameter": "PROLIFIC_PID",
    "note": "For the test.",
}


def check(kind: str, number: int) -> dict[str, Any]:
    return {
        "kind": kind,
        "prompt": f"{kind} {number}: which is right?",
        "answers": [f"Wrong {number}.", f"Right {number}.", f"Also wrong {number}."],
        "expected": {"factuality": "2 > 1 = 3"},
        "feedback": f"The *second* of {number} is right.",
    }


def give_kinds(site: Site) -> None:
    """To the study's variants, of which nothing was told: one of each."""
    with site.state.database.writing() as session:
        for name, kind in zip(VARIANTS, VariantKind, strict=False):
            session.execute(update(Variant).where(Variant.name == name).values(kind=kind))


def ask(site: Site, **settings: bool) -> None:
    with site.state.database.writing() as session:
        configure(session, session.get_one(Study, site.ids.study), **settings)


@pytest.fixture
def site(fresh_site: Site) -> Site:
    """With a study whose sessions have everything."""
    give_kinds(fresh_site)
    admin, study = fresh_site.visitor("admin"), fresh_site.ids.study
    saved = admin.post(f"/studies/{study}/session", data=SETTINGS)
    assert saved.status_code == 303, saved.text
    lines = [check("training", 1), *(check("gold", n) for n in range(2))]
    file = ("checks.jsonl", "\n".join(map(json.dumps, lines)).encode())
    added = admin.post(f"/studies/{study}/checks", files={"file": file})
    assert added.status_code == 303, added.text
    return fresh_site


def whole_session(site: Site, rater: Rater) -> list[str]:
    """From the start page to the completion code -> the last part of each address seen."""
    address = f"/rate/{site.ids.study_public}"
    rater.get(address)
    page = rater.get(f"{address}/next")
    assert "<strong>stop</strong>" in page.text
    rater.get(f"{address}/declined")
    page = rater.post(f"{address}/consent", {})
    assert rater.post(str(page.request.url), {"q-age": "old"}).status_code == 422
    page = rater.post(str(page.request.url), {"q-age": "44"})
    seen = []
    while not str(page.request.url).endswith("/done"):
        here = str(page.request.url)
        seen.append(here.removeprefix(f"http://testserver{address}/"))
        assert len(seen) < 30, seen
        if "questions/after" in here:
            said = {"told_apart": "no", "told_apart-how": "", **guesses(page.text, "lora")}
            page = rater.post(here, said)
        elif "feedback" in here:
            page = rater.get(f"{address}/next")
        elif "/next" in here:
            page = rater.get(f"{address}/next?rested={seen.count('next') * 2}")
        else:
            page = rater.post(here, JUDGEMENT)
    return seen


class TestTheWholeWay:
    def test_every_page_comes_and_the_code_at_the_end(self, site: Site) -> None:
        rater = Rater(site.visitor("rater"))
        seen = whole_session(site, rater)
        done = rater.received[-1].text
        assert "C0DE42" in done
        assert 'href="https://panel.example.org/done"' in done
        assert seen[1].endswith("/feedback")
        assert seen[-1] == "questions/after"
        assert any(one.startswith("next") for one in seen)
        with site.state.database.reading() as session:
            replies = session.scalars(select(QuestionnaireReply)).all()
            assert [reply.answers for reply in replies] == [{"age": 44}, {"told_apart": "no"}]

    def test_kinds_of_variants_are_guessed(self, site: Site) -> None:
        rater = Rater(site.visitor("rater"))
        whole_session(site, rater)
        page = next(page.text for page in rater.received if "kind-" in page.text)
        assert len(guesses(page, "")) == PROMPTS * len(VARIANTS)
        assert page.count('value="" checked') == len(guesses(page, ""))
        with site.state.database.reading() as session:
            stored = session.scalars(select(Guess)).all()
            assert len(stored) == len(guesses(page, ""))
            assert {guess.kind for guess in stored} == {VariantKind.LORA}

    def test_nothing_tells_variants_apart(self, site: Site) -> None:
        rater = Rater(site.visitor("rater"))
        whole_session(site, rater)
        assert told(site, rater) == []

    def test_gold_items_look_like_all_others(self, site: Site) -> None:
        """But for their texts: the same headers and the same page."""
        rater = Rater(site.visitor("rater"))
        whole_session(site, rater)
        items = [page for page in rater.received if 'id="panel"' in page.text]
        gold = [page for page in items if "gold 0: which is right?" in page.text]
        others = [page for page in items if "What is mere" in page.text]
        assert gold
        assert others
        names = {frozenset(page.headers) for page in gold + others if page.status_code == 200}
        assert len(names) == 1
        for page in items:
            assert "gold" not in page.text.replace("gold 0", "").replace("gold 1", "")
            assert "Practice" in page.text or "training" not in page.text

    def test_feedback_is_for_training_only(self, site: Site) -> None:
        rater = Rater(site.visitor("rater"))
        seen = whole_session(site, rater)
        address = f"/rate/{site.ids.study_public}"
        items = [one for one in seen if "/" not in one and not one.startswith("next")]
        replies = [rater.get(f"{address}/{item}/feedback").status_code for item in items]
        assert replies.count(200) == 1
        assert set(replies) == {200, 404}

    def test_the_admin_sees_what_was_replied(self, site: Site) -> None:
        whole_session(site, Rater(site.visitor("rater")))
        page = site.visitor("admin").get(f"/studies/{site.ids.study}").text
        assert "Could you tell which answers came from the same source?" in page
        assert "through" in page
        assert "Tapir" not in site.visitor("analyst").get(f"/studies/{site.ids.study}").text

    def test_a_decline_stores_nothing(self, site: Site) -> None:
        rater = Rater(site.visitor("rater"))
        rater.get(f"/rate/{site.ids.study_public}/declined")
        with site.state.database.reading() as session:
            invitation = session.get_one(Invitation, site.ids.invitation)
            assert invitation.consented_at is None


class TestWhenKindsAreTold:
    """At the end, once: a rater who judges has not been told, one who was told judges no more."""

    @pytest.fixture
    def site(self, fresh_site: Site) -> Site:
        give_kinds(fresh_site)
        ask(fresh_site, ask_kinds=True)
        return fresh_site

    def judged(self, site: Site, rater: Rater) -> list[str]:
        """Judges to the end -> the addresses of the items."""
        page = rater.get(f"/rate/{site.ids.study_public}/next")
        items = []
        while 'id="panel"' in page.text:
            items.append(str(page.request.url))
            page = rater.post(items[-1], JUDGEMENT)
        assert str(page.request.url).endswith("/questions/after")
        return items

    def test_not_while_something_is_left(self, site: Site) -> None:
        rater, address = Rater(site.visitor("rater")), f"/rate/{site.ids.study_public}"
        page = rater.get(f"{address}/next")
        item = rater.post(str(page.request.url), JUDGEMENT)
        asked = rater.get(f"{address}/questions/after")
        assert asked.request.url == item.request.url
        sent = rater.post(f"{address}/questions/after", {"kind-x-1": "lora"})
        assert (sent.status_code, "left to judge" in sent.text) == (409, True)
        assert not any("kind-" in page.text for page in rater.received)
        with site.state.database.reading() as session:
            assert session.scalars(select(QuestionnaireReply)).all() == []

    def test_then_nothing_is_changed(self, site: Site) -> None:
        rater, address = Rater(site.visitor("rater")), f"/rate/{site.ids.study_public}"
        items = self.judged(site, rater)
        sent = rater.post(items[0], JUDGEMENT, headers={"accept": "application/json"})
        assert (sent.status_code, sent.json()["error"]) == (
            409,
            "Your judgements cannot be changed any more.",
        )
        assert str(rater.get(items[0]).request.url).endswith("/questions/after")
        done = rater.post(f"{address}/questions/after", guesses(rater.received[-1].text, "lora"))
        assert str(done.request.url).endswith("/done")
        assert "Go back to the last one" not in done.text
        assert str(rater.get(items[0]).request.url).endswith("/done")

    def test_without_kinds_judgements_may_be_changed(self, fresh_site: Site) -> None:
        rater = Rater(fresh_site.visitor("rater"))
        ask(fresh_site, ask_guess=True)
        items = self.judged(fresh_site, rater)
        address = f"/rate/{fresh_site.ids.study_public}"
        done = rater.post(f"{address}/questions/after", {"told_apart": "no"})
        assert items[-1].removeprefix("http://testserver") in done.text
        assert rater.post(items[0], JUDGEMENT).status_code == 200


class TestRaters:
    def act(self, site: Site, action: str, **fields: str) -> int:
        address = f"/studies/{site.ids.study}/{action}/{site.ids.invitation}"
        return site.visitor("admin").post(address, data=fields).status_code

    def test_a_paused_rater_is_told(self, fresh_site: Site) -> None:
        rater = Rater(fresh_site.visitor("rater"))
        item = str(rater.get(f"/rate/{fresh_site.ids.study_public}/next").request.url)
        assert self.act(fresh_site, "pause") == 303
        assert "Paused" in rater.get(item).text
        refused = rater.post(item, JUDGEMENT, headers={"accept": "application/json"})
        assert (refused.status_code, refused.json()["error"]) == (
            409,
            "Your judgements are not taken now.",
        )
        assert self.act(fresh_site, "resume") == 303
        assert rater.post(item, JUDGEMENT).status_code == 200

    def test_a_quota_is_extended(self, fresh_site: Site) -> None:
        assert self.act(fresh_site, "extend", items="5") == 400
        with fresh_site.state.database.writing() as session:
            session.get_one(Invitation, fresh_site.ids.invitation).quota = 1
        assert self.act(fresh_site, "extend", items="5") == 303
        with fresh_site.state.database.reading() as session:
            assert session.get_one(Invitation, fresh_site.ids.invitation).quota == 6

    def test_links_as_a_file(self, fresh_site: Site) -> None:
        admin = fresh_site.visitor("admin")
        admin.post(f"/studies/{fresh_site.ids.study}/invite", data={"name": "=1+1"})
        reply = admin.get(f"/studies/{fresh_site.ids.study}/links.csv")
        rows = list(csv.DictReader(StringIO(reply.text)))
        assert [row["rater"] for row in rows] == ["Tapir the rater", "'=1+1"]
        link = rows[0]["link"].removeprefix("http://testserver")
        assert fresh_site.visitor().get(link).headers["location"] == (
            f"/rate/{fresh_site.ids.study_public}"
        )


class TestJoining:
    def link(self, site: Site) -> str:
        site.visitor("admin").post(f"/studies/{site.ids.study}/join-link")
        with site.state.database.reading() as session:
            nonce = session.get_one(Study, site.ids.study).join_nonce
        assert nonce is not None
        return f"/join/{site.state.signer.join_link(nonce)}"

    def raters(self, site: Site) -> int:
        with site.state.database.reading() as session:
            return len(session.scalars(select(Invitation.id)).all())

    def test_looking_makes_nobody_a_rater(self, fresh_site: Site) -> None:
        link, before = self.link(fresh_site), self.raters(fresh_site)
        page = fresh_site.visitor().get(link)
        assert "Begin" in page.text
        assert "set-cookie" not in page.headers
        assert self.raters(fresh_site) == before

    def test_beginning_leads_to_the_items_and_back(self, fresh_site: Site) -> None:
        link = self.link(fresh_site)
        rater = Rater(fresh_site.visitor())
        start = rater.post(link, {})
        assert str(start.request.url).endswith(f"/rate/{fresh_site.ids.study_public}")
        assert "Your own link" in start.text
        own = start.text.split("http://testserver")[1].split("<")[0]
        other_device = Rater(fresh_site.visitor())
        item = rater.get(f"/rate/{fresh_site.ids.study_public}/next")
        other_device.get(own)
        again = other_device.get(f"/rate/{fresh_site.ids.study_public}/next")
        assert str(again.request.url) == str(item.request.url)
        before = self.raters(fresh_site)
        rater.post(link, {})
        assert self.raters(fresh_site) == before
        assert told(fresh_site, rater) == []

    def test_a_panels_person_comes_back_as_the_same(self, fresh_site: Site) -> None:
        link = self.link(fresh_site) + "?PROLIFIC_PID=abc&STUDY_ID=1"
        page = fresh_site.visitor().get(link).text
        assert "PROLIFIC_PID=abc&amp;STUDY_ID=1" in page
        first, second = Rater(fresh_site.visitor()), Rater(fresh_site.visitor())
        for one in (first, second):
            one.post(link, {})
            one.get(f"/rate/{fresh_site.ids.study_public}/next")
        assert str(first.received[-1].request.url) == str(second.received[-1].request.url)
        assert "abc" in fresh_site.visitor("admin").get(f"/studies/{fresh_site.ids.study}").text

    def test_a_link_that_was_taken_back(self, fresh_site: Site) -> None:
        link = self.link(fresh_site)
        fresh_site.visitor("admin").post(f"/studies/{fresh_site.ids.study}/join-link/remove")
        assert fresh_site.visitor().get(link).status_code == 404
        assert fresh_site.visitor().post(link).status_code == 404

    def test_a_closed_study_takes_nobody(self, fresh_site: Site) -> None:
        link = self.link(fresh_site)
        with fresh_site.state.database.writing() as session:
            study = session.get_one(Study, fresh_site.ids.study)
            name = study.name
        close = {"confirm": name}
        fresh_site.visitor("admin").post(f"/studies/{fresh_site.ids.study}/close", data=close)
        assert "is closed" in fresh_site.visitor().get(link).text
        assert fresh_site.visitor().post(link).status_code == 409

    def test_of_the_team_are_warned(self, fresh_site: Site) -> None:
        page = fresh_site.visitor("admin").get(self.link(fresh_site)).text
        assert "signs you out here" in page


class TestSettings:
    def test_kinds_are_asked_of_where_there_are_two(self, fresh_site: Site) -> None:
        admin = fresh_site.visitor("admin")
        address = f"/studies/{fresh_site.ids.study}/session"
        assert 'name="ask_kinds"' not in admin.get(address).text
        give_kinds(fresh_site)
        page = admin.get(address).text
        assert re.search(r'name="ask_kinds" value="1"><span>', page)
        assert "will not rate more of this study" in page

    def test_come_back_as_saved(self, site: Site) -> None:
        page = site.visitor("admin").get(f"/studies/{site.ids.study}/session").text
        for value in ("You may **stop** at any time.", "C0DE42", 'value="Age"', "Anything else?"):
            assert value in page
        assert "2 gold and 1 training items" in page

    def test_a_mistake_keeps_what_was_typed(self, fresh_site: Site) -> None:
        wrong = {**SETTINGS, "completion_url": "ftp://x", "break_every": "often", "quota": "7"}
        address = f"/studies/{fresh_site.ids.study}/session"
        reply = fresh_site.visitor("admin").post(address, data=wrong)
        assert reply.status_code == 422
        for value in ("has to begin with https://", "write a whole number", 'value="often"'):
            assert value in reply.text
        assert 'value="7"' in reply.text
        assert 'value="Age"' in reply.text

    def test_of_an_open_study_need_a_reason(self, fresh_site: Site) -> None:
        address = f"/studies/{fresh_site.ids.study}/session"
        reply = fresh_site.visitor("admin").post(address, data={**SETTINGS, "note": " "})
        assert reply.status_code == 400
        assert "Say why" in reply.text

    def test_a_bad_file_changes_nothing(self, fresh_site: Site) -> None:
        address = f"/studies/{fresh_site.ids.study}"
        file = ("gold.jsonl", b'{"prompt": "Why?"}')
        reply = fresh_site.visitor("admin").post(f"{address}/checks", files={"file": file})
        assert reply.status_code == 422
        assert "gold.jsonl:1" in reply.text
        assert "0 gold and 0 training" in fresh_site.visitor("admin").get(f"{address}/session").text

    def test_checks_are_removed(self, site: Site) -> None:
        address = f"/studies/{site.ids.study}"
        assert site.visitor("admin").post(f"{address}/checks/remove").status_code == 303
        assert "0 gold and 0 training" in site.visitor("admin").get(f"{address}/session").text


class TestTheLink:
    """Where a rater's link leads when they are not in the middle of the items."""

    def start(self, site: Site, rater: Rater) -> str:
        return rater.get(f"/rate/{site.ids.study_public}").text

    def test_to_the_last_questions_and_then_to_the_code(self, site: Site) -> None:
        rater = Rater(site.visitor("rater"))
        whole_session(site, rater)
        assert "C0DE42" in self.start(site, rater)
        with site.state.database.writing() as session:
            for reply in session.scalars(select(QuestionnaireReply)):
                if "told_apart" in reply.answers:
                    session.delete(reply)
        assert "Could you tell" in self.start(site, rater)

    def test_to_what_a_paused_rater_is_told(self, site: Site) -> None:
        rater = Rater(site.visitor("rater"))
        TestRaters().act(site, "pause")
        assert "have paused your part" in self.start(site, rater)

    def test_to_the_code_when_the_study_is_closed(self, site: Site) -> None:
        rater = Rater(site.visitor("rater"))
        whole_session(site, rater)
        close(site)
        assert "C0DE42" in self.start(site, rater)
        assert "C0DE42" in rater.get(f"/rate/{site.ids.study_public}/next").text

    def test_the_last_questions_are_taken_after_closing(self, site: Site) -> None:
        rater = Rater(site.visitor("rater"))
        whole_session(site, rater)
        with site.state.database.writing() as session:
            session.get_one(Invitation, site.ids.invitation).completed_at = None
        close(site)
        address = f"/rate/{site.ids.study_public}/questions/after"
        assert "C0DE42" in rater.post(address, {"told_apart": "yes"}).text

    def test_questions_are_not_asked_twice(self, site: Site) -> None:
        rater = Rater(site.visitor("rater"))
        whole_session(site, rater)
        page = rater.get(f"/rate/{site.ids.study_public}/questions/before")
        assert str(page.request.url).endswith("/done")


def close(site: Site) -> None:
    with site.state.database.reading() as session:
        name = session.get_one(Study, site.ids.study).name
    site.visitor("admin").post(f"/studies/{site.ids.study}/close", data={"confirm": name})


def test_the_study_says_what_was_done(fresh_site: Site) -> None:
    admin, study = fresh_site.visitor("admin"), fresh_site.ids.study
    done = admin.post(f"/studies/{study}/pause/{fresh_site.ids.invitation}")
    assert "Paused. Their link says so." in admin.get(done.headers["location"]).text
    saved = admin.post(f"/studies/{study}/session", data=SETTINGS)
    page = admin.get(saved.headers["location"]).text
    assert "The rater’s session is saved." in page
    assert "after every 2 judgements" in page
    assert "Paused" not in admin.get(f"/studies/{study}?said=nonsense").text.replace("paused", "")

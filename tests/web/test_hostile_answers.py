"""Whatever an answer, a prompt or a name holds: every page shows it, and it can do nothing."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from io import BytesIO

import httpx
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.criteria import CriterionForm
from app.readers import Source
from app.recorded import import_responses
from app.studies import StudyForm, create_study, invite, open_study
from app.tables import Account, Assignment, LiveComparison, LiveState, Run, Study
from app.web.deps import COOKIE
from tests.test_markup import HOSTILE
from tests.web.site import Site

BENIGN = "It is known for blue glass."
# Shown hundreds of times; tests/test_markup.py has the longest of them whole.
TEXTS = [text.replace("\0", "")[:12_000] for text in HOSTILE]
TEXTS += ["x" * 300_000 + "<script>", "<p><b>open"]
NAME = "</td>'\"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
CONTROLS = {"form", "input", "textarea", "select", "button", "script", "link", "dialog", "main"}
NEVER = {"iframe", "object", "embed", "base", "img", "video", "audio", "applet", "frame", "style"}
FIGURE = re.compile(r"/studies/\d+/results/figures/[\w-]+\.svg(\?|$)")  # ours, without script
LOCAL = re.compile(r"#|/(?!/)|$")
ELSEWHERE = re.compile(r"(https?:|mailto:)", re.IGNORECASE)


class Page(HTMLParser):
    """What a browser would make of a page; whatever could act is collected in `active`."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.active, self._open = Counter[str](), list[str](), list[str]()
        self.answers = list[str]()  # texts that are shown as they are
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self._open.append(tag)
        if ("class", "prose prose-read plain-text") in attrs:
            assert ("dir", "auto") in attrs
            self.answers.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        given = {name: value or "" for name, value in attrs}
        source = given.get("src", "")
        foreign = tag == "script" and not source.startswith("/static/")
        if foreign or (tag in NEVER and not (tag == "img" and FIGURE.match(source))):
            self.active.append(f"<{tag}>")
        self.active += [f"{n}={v}" for n, v in given.items() if not _harmless(n, v, given)]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self.answers and not self.answers[-1]:
            self.answers[-1] = data.strip()
        if self._open and self._open[-1] == "script" and data.strip():
            self.active.append(data)


def _harmless(name: str, value: str, given: dict[str, str]) -> bool:
    if name.startswith("on") or name in ("style", "srcdoc", "background", "http-equiv"):
        return False
    if name == "href" and ELSEWHERE.match(value):
        return "noopener" in given.get("rel", "") and given.get("target") == "_blank"
    if name in ("href", "src", "action", "formaction", "hx-get", "hx-post"):
        return LOCAL.match(value) is not None
    return True


def inert(text: str) -> Page:
    page = Page(text)
    assert page.active == []
    return page


@dataclass(frozen=True)
class Hostile:
    """A site with studies of hostile texts: rendered as Markdown (True) and as plain text."""

    site: Site
    run: Run
    studies: dict[bool, Study]
    raters: dict[bool, Account]

    def rater(self, markdown: bool) -> TestClient:
        browser = self.site.visitor()
        session = self.site.state.signer.session(self.raters[markdown])
        browser.cookies.set(COOKIE, session)
        return browser

    def items(self, markdown: bool) -> Iterator[httpx.Response]:
        """Every page of a rater, who cannot judge any of it."""
        browser, address = self.rater(markdown), f"/rate/{self.studies[markdown].public_id}"
        while not (item := browser.get(f"{address}/next").headers["location"]).endswith("/done"):
            yield browser.get(item)
            answer = {"outcome-style": "cannot_judge", "comment": NAME}
            assert browser.post(item, data=answer).status_code == 303


@pytest.fixture(scope="module")
def hostile(shared_site: Site) -> Hostile:
    with shared_site.state.database.writing() as session:
        run = import_responses(session, name=NAME, files=[_answers()]).run
        members = [member.id for member in run.variants]
        studies, raters = dict[bool, Study](), dict[bool, Account]()
        for markdown in (True, False):
            form = StudyForm(
                name=f"{NAME} {markdown}",
                run_id=run.id,
                run_variant_ids=members,
                markdown=markdown,
                instructions="\n\n".join(TEXTS[:20]),
                criteria=[CriterionForm(key="style", label=NAME, guidance=NAME)],
            )
            studies[markdown] = create_study(session, form)
            open_study(session, studies[markdown])
            raters[markdown] = invite(session, studies[markdown], f"{NAME} {markdown}").account
    return Hostile(shared_site, run, studies, raters)


def _answers() -> Source:
    rows = [
        {
            "id": f"{number} {NAME}",
            "prompt": text,
            "system": text,
            "turns": [{"role": "user", "content": text}, {"role": "assistant", "content": text}],
            "reference": text,
            "category": NAME,
            "variant": variant,
            "response": text,
        }
        for number, text in enumerate([BENIGN, *TEXTS])
        for variant in (f"a {NAME}", f"b {NAME}")
    ]
    return Source("answers.jsonl", BytesIO("\n".join(map(json.dumps, rows)).encode()))


def controls(page: Page) -> dict[str, int]:
    return {tag: count for tag, count in page.tags.items() if tag in CONTROLS}


@pytest.mark.parametrize("markdown", [True, False])
def test_rating_pages(hostile: Hostile, markdown: bool) -> None:
    """All alike but for what is to be read: no text adds a control or takes one away."""
    pages = [reply.text for reply in hostile.items(markdown)]
    assert len(pages) == len(TEXTS) + 1
    seen = [controls(inert(page)) for page in pages]
    assert all(found == seen[0] for found in seen)


def test_plain_text_is_shown_as_it_is(hostile: Hostile) -> None:
    browser = hostile.site.visitor("admin")
    address = f"/studies/{hostile.studies[False].id}/preview?item="
    for number, text in enumerate([BENIGN, *TEXTS], start=1):
        page = inert(browser.get(f"{address}{number}").text)
        assert page.answers == [text.strip()] * 2


@pytest.mark.parametrize("markdown", [True, False])
def test_answers_to_be_marked_and_compared(hostile: Hostile, markdown: bool) -> None:
    """With the places of all texts on the page, and two answers in one text."""
    study = hostile.studies[markdown]
    with hostile.site.state.database.writing() as session:
        session.get_one(Study, study.id).marks = True
    admin = hostile.site.visitor("admin")
    for number in range(1, len(TEXTS) + 2):
        inert(admin.get(f"/studies/{study.id}/preview?item={number}").text)
    with hostile.site.state.database.writing() as session:
        session.get_one(Study, study.id).marks = False


def test_the_difference_of_hostile_answers(hostile: Hostile) -> None:
    rater = hostile.rater(True)
    list(hostile.items(True))  # all are this rater's now
    with hostile.site.state.database.reading() as session:
        account = hostile.raters[True].id
        query = select(Assignment.public_id).where(Assignment.account_id == account)
        items = list(session.scalars(query))
    assert len(items) == len(TEXTS) + 1
    for item in items:
        page = rater.get(f"/rate/{hostile.studies[True].public_id}/{item}/diff")
        assert page.status_code == 200
        inert(page.text)


def test_the_start_page(hostile: Hostile) -> None:
    for markdown, study in hostile.studies.items():
        start = f"/rate/{study.public_id}"
        page = hostile.rater(markdown).get(start, follow_redirects=True)
        assert page.status_code == 200
        inert(page.text)


def test_pages_of_the_admin(hostile: Hostile) -> None:
    admin, run = hostile.site.visitor("admin"), hostile.run
    study = f"/studies/{hostile.studies[True].id}"
    for address in (
        *("/", "/runs", "/prompts", "/studies", "/studies/new", "/recorded", "/runs/new"),
        "/judged",
        *(f"/runs/{run.id}", f"/runs/{run.id}?offset=20", f"/runs/{run.id}?search=%3Cscript%3E"),
        *(f"/prompts/{run.prompt_set_id}", f"/prompts/{run.prompt_set_id}?offset=20"),
        *(study, f"{study}/edit", f"{study}/results", f"{study}/preview"),
    ):
        reply = admin.get(address)
        assert reply.status_code == 200, address
        inert(reply.text)


def test_answers_on_the_run_page(hostile: Hostile) -> None:
    reply = hostile.site.visitor("admin").get(f"/runs/{hostile.run.id}")
    assert "&lt;img src=x onerror=alert(1)&gt;" in reply.text
    assert "<img" not in reply.text


def test_a_live_comparison(hostile: Hostile) -> None:
    rater, ids = hostile.site.visitor("rater"), hostile.site.ids
    for text in TEXTS:
        with hostile.site.state.database.writing() as session:
            comparison = session.scalars(
                select(LiveComparison).where(LiveComparison.public_id == ids.live)
            ).one()
            comparison.state, comparison.prompt, comparison.system = LiveState.READY, text, text
            for answer in comparison.answers:
                answer.text = text
        for headers in ({}, {"hx-request": "true"}):
            inert(rater.get(f"/live/{ids.live}", headers=headers).text)
        inert(rater.get("/live").text)


def test_the_checks_notice_what_acts() -> None:
    for active in (
        *("<script>alert(1)</script>", "<script src='//evil.example'></script>", "<img src='x'>"),
        *("<p onclick='x()'>", "<a href='javascript:x()'>", "<a href='//evil.example'>"),
        *("<a href='https://evil.example'>", "<p style='x'>", "<form action='https://e.example'>"),
    ):
        tag = active[1:].split()[0].split(">")[0]
        closed = active if tag in ("script", "img") else f"{active}</{tag}>"
        assert Page(closed).active, active
    with pytest.raises(AssertionError):
        Page("<p><b>unclosed")

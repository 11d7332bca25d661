"""A rater's browser in every state of a study: nothing that it receives tells variants apart.

Variants, their paths, run, study and prompt set have names that occur nowhere else (`WORDS`). Every
address that a rater may open is opened in every state, with and without HTMX, as page and as JSON;
and every file that a page names is fetched. `python -m tests.web.test_leaks` prints the addresses.
"""

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from sqlalchemy import select, update

from app.db import now
from app.studies import close_study, reopen_study
from app.tables import Assignment, Guess, Invitation, Item, ItemKind, Study, StudyState
from tests.web.rater import Rater, choices, guesses, told
from tests.web.site import Furnished, Site, furnish
from tests.web.site import site as serving
from tests.web.test_blinding import JUDGEMENT
from tests.web.test_routes import RATER, TABLE
from tests.web.test_session import SETTINGS, check, give_kinds

State = Callable[[Site], None]
WAYS: tuple[dict[str, str], ...] = (
    {"accept": "text/html"},
    {"accept": "application/json"},
    {"accept": "text/html", "hx-request": "true"},
    {"accept": "text/html", "accept-language": "de"},
)


# --- states ---------------------------------------------------------------------------------------


def change_study(site: Site, **columns: object) -> None:
    with site.state.database.writing() as session:
        session.execute(update(Study).where(Study.id == site.ids.study).values(columns))


def change_rater(site: Site, **columns: object) -> None:
    with site.state.database.writing() as session:
        mine = Invitation.id == site.ids.invitation
        session.execute(update(Invitation).where(mine).values(columns))


def as_it_is(site: Site) -> None:
    """Open, without any settings of the session."""


def draft(site: Site) -> None:
    change_study(site, state=StudyState.DRAFT)


def with_everything(site: Site) -> None:
    give_kinds(site)
    admin, study = site.visitor("admin"), site.ids.study
    assert admin.post(f"/studies/{study}/session", data=SETTINGS).status_code == 303
    rows = [check("training", 1), *(check("gold", n) for n in range(3))]
    file = ("checks.jsonl", "\n".join(map(json.dumps, rows)).encode())
    assert admin.post(f"/studies/{study}/checks", files={"file": file}).status_code == 303
    assert admin.post(f"/studies/{study}/join-link").status_code == 303


def marked_and_masked(site: Site) -> None:
    change_study(site, marks=True, mask_introductions=True)


def plain_text(site: Site) -> None:
    change_study(site, markdown=False, show_reference=False)


def paused(site: Site) -> None:
    change_rater(site, paused_at=now())


def screened_out(site: Site) -> None:
    with_everything(site)
    change_rater(site, screened_out_at=now(), consented_at=now())


def revoked(site: Site) -> None:
    change_rater(site, revoked_at=now())


def out_of_quota(site: Site) -> None:
    change_rater(site, quota=1)


def closed(site: Site) -> None:
    with site.state.database.writing() as session:
        close_study(session.get_one(Study, site.ids.study))


def reopened(site: Site) -> None:
    closed(site)
    with site.state.database.writing() as session:
        reopen_study(session.get_one(Study, site.ids.study))


BEFORE: tuple[State, ...] = (
    *(as_it_is, draft, with_everything, marked_and_masked, plain_text, paused, screened_out),
    *(revoked, out_of_quota, closed, reopened),
)
MIDWAY: tuple[State, ...] = (as_it_is, draft, paused, screened_out, revoked, closed, reopened)


# --- the walk -------------------------------------------------------------------------------------


def judge(site: Site, rater: Rater, most: int = 99) -> None:
    """From wherever the rater stands to the end, or for so many judgements."""
    address = f"/rate/{site.ids.study_public}"
    page = rater.get(f"{address}/next")
    for _ in range(40):
        here = str(page.request.url)
        if page.status_code != 200 or here.endswith("/done") or most == 0:
            return
        if here.endswith("/consent"):
            page = rater.post(here, {})
        elif "/questions/" in here:
            said = {"q-age": "44", "told_apart": "yes", **guesses(page.text, "base")}
            page = rater.post(here, said)
        elif here.endswith("/feedback"):
            page = rater.get(f"{address}/next")
        elif rested := re.search(r'href="([^"]*[?]rested=[^"]*)"', page.text):
            page = rater.get(rested[1])
        elif 'id="panel"' in page.text:
            page, most = rater.post(here, JUDGEMENT), most - 1
        else:
            return


def addresses(site: Site) -> Iterator[str]:
    """Everything of a rater's routes that is there, of their own items and of made-up ones."""
    study = f"/rate/{site.ids.study_public}"
    with site.state.database.reading() as session:
        items = list(session.scalars(select(Assignment.public_id)))
        nonce = session.get_one(Study, site.ids.study).join_nonce
    yield from (study, *(f"{study}/{page}" for page in ("next", "next?rested=2", "done")))
    yield from (f"{study}/{page}" for page in ("consent", "declined"))
    yield from (f"{study}/questions/{part}" for part in ("before", "after", "between"))
    for item in [*items, "nothing"]:
        yield f"{study}/{item}"
        yield from (f"{study}/{item}/{page}" for page in ("diff", "diff?left=2&right=3"))
        yield f"{study}/{item}/feedback"
    yield f"/r/{site.ids.rater_token}"
    yield "/join/forged"
    if nonce:
        yield f"/join/{site.state.signer.join_link(nonce)}?PROLIFIC_PID=abc"


def walk(site: Site, rater: Rater) -> None:
    for address in list(addresses(site)):
        for headers in WAYS:
            rater.get(address, headers=headers)
    study = f"/rate/{site.ids.study_public}"
    for address in (f"{study}/nothing", f"{study}/questions/before", f"{study}/questions/after"):
        for headers in WAYS[:2]:
            rater.post(address, {}, headers=headers)


def fetch_files(rater: Rater) -> None:
    """Every file that a page, a style or a script names."""
    todo, seen = list(rater.received), set[str]()
    while todo:
        reply = todo.pop()
        for name in named_files(reply.text):
            address = urlsplit(urljoin(str(reply.request.url), name)).path
            if address.startswith("/static/") and address not in seen:
                seen.add(address)
                todo.append(rater.get(address))
    assert len(seen) > 20


def named_files(text: str) -> list[str]:
    return [
        *re.findall(r'(?:src|href)="([^"#]+)"', text),
        *re.findall(r'url\("?([^")]+)"?\)', text),
        *re.findall(r'(?:from|import) "(\.[^"]+)"', text),
    ]


# --- the tests ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", BEFORE, ids=lambda state: str(state.__name__))
def test_before_and_while_judging(fresh_site: Site, state: State) -> None:
    state(fresh_site)
    rater = Rater(fresh_site.visitor("rater"))
    walk(fresh_site, rater)
    judge(fresh_site, rater)
    walk(fresh_site, rater)
    assert told(fresh_site, rater) == []


@pytest.mark.parametrize("state", MIDWAY, ids=lambda state: str(state.__name__))
def test_when_it_changes_in_the_middle(fresh_site: Site, state: State) -> None:
    rater = Rater(fresh_site.visitor("rater"))
    judge(fresh_site, rater, most=2)
    state(fresh_site)
    walk(fresh_site, rater)
    judge(fresh_site, rater)
    assert told(fresh_site, rater) == []


def test_the_files(fresh_site: Site) -> None:
    marked_and_masked(fresh_site)
    with_everything(fresh_site)
    rater = Rater(fresh_site.visitor("rater"))
    judge(fresh_site, rater)
    fetch_files(rater)
    assert told_but_kinds(fresh_site, rater) == []


def told_but_kinds(site: Site, rater: Rater) -> list[str]:
    """Styles are everybody's: they name the kinds that there are, of no study in particular."""
    return [found for found in told(site, rater) if "/static/" not in found or "lora" not in found]


def test_no_route_of_a_rater_is_left_out(fresh_site: Site) -> None:
    with_everything(fresh_site)
    rater = Rater(fresh_site.visitor("rater"))
    judge(fresh_site, rater)
    walk(fresh_site, rater)
    opened = {f"{reply.request.method} {reply.request.url.path}" for reply in rater.received}
    routes = [route for route, (level, _) in TABLE.items() if level == RATER]
    patterns = {route: re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route)) for route in routes}
    missing = [
        route
        for route, pattern in patterns.items()
        if not any(re.fullmatch(pattern, one) for one in opened)
    ]
    assert missing == []


def test_kinds_were_guessed(fresh_site: Site) -> None:
    """The walk would prove little if nobody had been asked; what was right is not said."""
    with_everything(fresh_site)
    rater = Rater(fresh_site.visitor("rater"))
    judge(fresh_site, rater)
    asked = [page for page in rater.received if guesses(page.text, "")]
    assert asked
    assert choices()[0] in asked[0].text
    with fresh_site.state.database.reading() as session:
        assert len(session.scalars(select(Guess.id)).all()) == len(guesses(asked[0].text, ""))


def test_gold_items_were_among_them(fresh_site: Site) -> None:
    """The walk would prove little if they had never been shown."""
    with_everything(fresh_site)
    judge(fresh_site, Rater(fresh_site.visitor("rater")))
    with fresh_site.state.database.reading() as session:
        judged = select(Item.kind).join(Assignment).where(Assignment.submitted_at.is_not(None))
        assert set(session.scalars(judged)) == set(ItemKind)


def _print_addresses(made: Furnished) -> None:
    for when, states in (("before", BEFORE), ("midway", MIDWAY)):
        for state in states:
            with tempfile.TemporaryDirectory() as folder, serving(Path(folder), made) as site:
                rater = Rater(site.visitor("rater"))
                if when == "midway":
                    judge(site, rater, most=2)
                state(site)
                walk(site, rater)
                judge(site, rater)
                leaks = told(site, rater)
                print(f"{when}, {state.__name__}: {len(rater.received)} replies, leaks: {leaks}")
                for method, path in sorted({_shape(site, reply) for reply in rater.received}):
                    print(f"  {method} {path}")


def _shape(site: Site, reply: httpx.Response) -> tuple[str, str]:
    """Method and address, with one word for all items and one for all tokens."""
    path = reply.request.url.path.replace(site.ids.study_public, "STUDY")
    names = "next|done|consent|declined|questions|nothing"
    path = re.sub(rf"/rate/STUDY/(?!{names})[^/]+", "/rate/STUDY/ITEM", path)
    return reply.request.method, re.sub(r"/(r|join)/[^/]{20,}", r"/\1/TOKEN", path)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        _print_addresses(furnish(Path(folder)))

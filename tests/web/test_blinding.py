"""Nothing that reaches a rater's browser tells variants apart: pages, headers, cookies, JSON."""

import dataclasses
import re
import typing
from collections.abc import Iterator

from markupsafe import Markup
from sqlalchemy import select, text, update

from app.blinding import (
    AnswerView,
    ConditionView,
    CriterionView,
    DiffPage,
    MarkView,
    RatingPage,
    TurnView,
)
from app.criteria import AskedScale
from app.db import Base
from app.studies import close_study
from app.tables import Outcome, Response, Study, Variant, VariantKind
from app.web.deps import COOKIE
from app.web.security import HEADERS
from tests.web.rater import Rater, told
from tests.web.site import PROMPTS, VARIANTS, Site

JUDGEMENT = {
    **{f"rank-{key}-{slot}": str(slot) for key in ("factuality", "style") for slot in (1, 2, 3)},
    **{f"score-{key}-{slot}": "4" for key in ("factuality", "style") for slot in (1, 2, 3)},
}


def whole_session(site: Site, rater: Rater) -> None:
    """From the personal link over mistakes, changes and strays to the end of the study."""
    ids = site.ids
    address = f"/rate/{ids.study_public}"
    rater.get(f"/r/{ids.rater_token}")
    item = str(rater.get(f"{address}/next").request.url)
    assert rater.post(item, {"rank-style-1": "1"}).status_code == 422
    assert rater.post(item, {}, headers={"accept": "application/json"}).status_code == 422
    for _ in range(PROMPTS):
        reply = rater.post(str(rater.received[-1].request.url), JUDGEMENT)
        reply = rater.get(f"{address}/next")
    assert str(reply.request.url).endswith("/done")
    assert rater.get(item).status_code == 200
    rater.post(item, JUDGEMENT | {"comment": "on second thought"})
    for pair in ("", "?left=2&right=3", "?left=1&right=9"):
        rater.get(f"{item}/diff{pair}")
        rater.get(f"{item}/diff{pair}", headers={"hx-request": "true"})
    for page in ("", "/next", "/done", "/nothing"):
        rater.get(address + page)
    with site.state.database.writing() as session:
        study = session.scalars(select(Study).where(Study.public_id == ids.study_public)).one()
        close_study(study)
    assert "is closed" in rater.get(address).text
    rater.get(item)
    assert rater.post(item, JUDGEMENT).status_code == 409
    assert len(rater.received) > 20


def test_a_whole_session(fresh_site: Site) -> None:
    rater = Rater(fresh_site.visitor())
    whole_session(fresh_site, rater)
    assert told(fresh_site, rater) == []


def test_a_session_with_marks(fresh_site: Site) -> None:
    with fresh_site.state.database.writing() as session:
        session.execute(update(Study).values(marks=True))
    rater = Rater(fresh_site.visitor())
    whole_session(fresh_site, rater)
    assert told(fresh_site, rater) == []
    assert any("data-at=" in reply.text for reply in rater.received)


LIFT = 8_123_400  # added to every id of the database: what then looks like one, is one


def lift_ids(site: Site) -> None:
    with site.state.database.writing() as session:
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
        for table in Base.metadata.tables.values():
            ids = [c for c in table.columns if c.name == "id" or c.foreign_keys]
            session.execute(update(table).values({c: c + LIFT for c in ids}))


def test_no_id_of_the_database(fresh_site: Site) -> None:
    lift_ids(fresh_site)
    rater = Rater(fresh_site.visitor())
    whole_session(fresh_site, rater)
    received = [f"{reply.request.url} {reply.headers} {reply.text}" for reply in rater.received]
    assert [page for page in received if re.search(r"81234\d\d", page)] == []


def test_headers_and_cookie_of_a_rater(fresh_site: Site) -> None:
    rater = Rater(fresh_site.visitor())
    whole_session(fresh_site, rater)
    headers = {name for reply in rater.received for name in reply.headers}
    usual = {"content-type", "content-length", "location", "set-cookie", "vary", "cache-control"}
    assert headers == usual | set(HEADERS)
    account = fresh_site.accounts["rater"]
    signed = fresh_site.state.signer.read_session(rater.browser.cookies[COOKIE])
    assert signed == (account.public_id, account.session_epoch)
    assert list(rater.browser.cookies) == [COOKIE]


def test_what_a_page_tells_its_scripts(fresh_site: Site) -> None:
    """Whoever adds an attribute decides here that it tells a rater nothing."""
    page = Rater(fresh_site.visitor("rater")).get(f"/rate/{fresh_site.ids.study_public}/next")
    item = str(page.request.url).rsplit("/", 1)[1]
    told = set(re.findall(r'\s(data-[a-z-]+)(?:="([^"]*)")?', page.text))
    by_name = {name: {value for key, value in told if key == name} for name, _ in told}
    assert "Draft kept" in by_name.pop("data-texts").pop()
    assert by_name.pop("data-draft") == {item}
    assert by_name.pop("data-answer") == by_name.pop("data-slot") == {"1", "2", "3"}
    assert by_name.pop("data-criterion") == {"factuality", "style"}
    assert set(by_name) == {
        *("data-row", "data-label", "data-skip", "data-dialog", "data-dialog-close"),
        "data-theme-toggle",
    }


def test_pages_that_are_not_for_raters(fresh_site: Site) -> None:
    ids, rater = fresh_site.ids, Rater(fresh_site.visitor("rater"))
    for path in ("", "variants", "engines", "runs", f"runs/{ids.run}", f"runs/{ids.run}/progress"):
        rater.get(f"/{path}")
    for path in ("results", "preview", "exports/long-jsonl", "edit", ""):
        rater.get(f"/studies/{ids.study}/{path}".rstrip("/"))
    assert told(fresh_site, rater) == []


def test_a_page_does_not_depend_on_what_its_variants_are(fresh_site: Site) -> None:
    """The same texts, of variants with other names, kinds and settings: the same bytes."""
    rater = Rater(fresh_site.visitor("rater"))
    first = rater.get(f"/rate/{fresh_site.ids.study_public}/next")
    with fresh_site.state.database.writing() as session:
        kinds = [VariantKind.FULL, VariantKind.LORA, VariantKind.BASE]
        for variant, kind in zip(session.scalars(select(Variant)), kinds, strict=False):
            variant.name, variant.kind = variant.name[::-1], kind
            variant.spec, variant.content_hash = {"x": variant.name}, variant.content_hash[::-1]
        made = {"latency_ms": 7, "finish_reason": "length", "token_ids": [1], "logprobs": [-0.5]}
        session.execute(update(Response).values(made))
    again = rater.get(str(first.request.url))
    assert without_form_id(again.text) == without_form_id(first.text)
    assert VARIANTS[0] not in first.text
    assert "blue glass" in first.text


def without_form_id(page: str) -> str:
    return re.sub(r'name="form_id" value="[^"]*"', "", page)


def test_the_order_is_the_same_on_return(fresh_site: Site) -> None:
    address = f"/rate/{fresh_site.ids.study_public}/next"
    pages = [Rater(fresh_site.visitor("rater")).get(address) for _ in range(3)]
    assert len({without_form_id(page.text) for page in pages}) == 1
    assert len({str(page.request.url) for page in pages}) == 1


def fields(view: type) -> Iterator[tuple[str, str, typing.Any]]:
    """Every field that can be reached from a view, with its type."""
    for name, kind in typing.get_type_hints(view).items():
        inner = [kind, *typing.get_args(kind)]
        for one in inner:
            if dataclasses.is_dataclass(one):
                yield from fields(typing.cast(type, one))
        yield view.__name__, name, kind


def test_the_views_have_these_fields_and_no_others() -> None:
    """Whoever adds one decides here that it tells a rater nothing."""
    allowed = {
        (RatingPage, "assignment prompt prompt_html system turns reference reference_html"),
        (RatingPage, "answers criteria comment instructions_html asks_marks marks"),
        (MarkView, "answer start end kind correction source"),
        (TurnView, "role content html"),
        (AnswerView, "number text html is_plain"),
        (CriterionView, "key label guidance asks_preference scale required shown_if"),
        (CriterionView, "outcome ranks scores texts value text"),
        (AskedScale, "kind per_answer low high choices lowest highest"),
        (ConditionView, "criterion label values words"),
    }
    expected = {(view.__name__, name) for view, names in allowed for name in names.split()}
    assert {(view, name) for view, name, _ in fields(RatingPage)} == expected
    diff = {"assignment", "left", "right", "pairs", "stretches", "is_cut", "is_same"}
    words = {("StretchView", name) for name in ("side", "text")}
    found = {(view, name) for view, name, _ in fields(DiffPage)}
    assert found == {("DiffPage", name) for name in diff} | words
    plain = {str, int, bool, str | None, Markup, Outcome | None, dict[int, int]}
    leaves = {kind for _, _, kind in fields(RatingPage) if kind in plain}
    assert leaves == plain

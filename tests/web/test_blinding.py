"""Nothing that reaches a rater's browser tells variants apart: pages, headers, cookies, JSON."""

import dataclasses
import re
import typing
from collections.abc import Iterator

import pytest
from httpx import Response
from markupsafe import Markup
from sqlalchemy import select
from starlette.testclient import TestClient

from app.blinding import AnswerView, CriterionView, RatingPage, TurnView
from app.live import vote
from app.studies import close_study
from app.tables import LiveComparison, LiveState, Outcome, Study, Variant, VariantKind
from tests.web.site import PROMPTS, VARIANTS, Site

WORDS = (*VARIANTS, "zebra", "yak", "xerus", "walrus", "vulture", "unicorn", "lora", "fine-tune")
JUDGEMENT = {
    **{f"rank-{key}-{slot}": str(slot) for key in ("factuality", "style") for slot in (1, 2, 3)},
    **{f"score-{key}-{slot}": "4" for key in ("factuality", "style") for slot in (1, 2, 3)},
}


class Rater:
    """Remembers everything that was received."""

    def __init__(self, browser: TestClient) -> None:
        self.browser, self.received = browser, list[Response]()

    def get(self, address: str, **named: typing.Any) -> Response:
        return self._follow(self.browser.get(address, **named))

    def post(self, address: str, data: dict[str, str], **named: typing.Any) -> Response:
        return self._follow(self.browser.post(address, data=data, **named))

    def _follow(self, reply: Response) -> Response:
        self.received.append(reply)
        if reply.is_redirect:
            return self.get(reply.headers["location"])
        return reply


def told(site: Site, rater: Rater) -> list[str]:
    """Every word that should not be there, with the address that said it."""
    with site.state.database.reading() as session:
        hashes = [value[:10] for value in session.scalars(select(Variant.content_hash))]
    return [
        f"{word} in {reply.request.method} {reply.request.url}"
        for reply in rater.received
        for word in (*WORDS, *hashes)
        if word in f"{reply.request.url} {reply.headers} {reply.text}".lower()
    ]


def test_a_whole_session(fresh_site: Site) -> None:
    ids, rater = fresh_site.ids, Rater(fresh_site.visitor())
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
    for page in ("", "/next", "/done", "/nothing"):
        rater.get(address + page)
    with fresh_site.state.database.writing() as session:
        close_study(session.get_one(Study, ids.study))
    assert "ended" in rater.get(address).text.lower() or "closed" in rater.received[-1].text.lower()
    rater.get(item)
    assert rater.post(item, JUDGEMENT).status_code == 409
    assert len(rater.received) > 20
    assert told(fresh_site, rater) == []


def test_pages_that_are_not_for_raters(fresh_site: Site) -> None:
    ids, rater = fresh_site.ids, Rater(fresh_site.visitor("rater"))
    for path in ("", "variants", "engines", "runs", f"runs/{ids.run}", f"runs/{ids.run}/progress"):
        rater.get(f"/{path}")
    for path in ("results", "preview", "exports/long-jsonl", "edit", ""):
        rater.get(f"/studies/{ids.study}/{path}".rstrip("/"))
    assert told(fresh_site, rater) == []


@pytest.mark.parametrize("state", [LiveState.WAITING, LiveState.READY, LiveState.VOTED])
def test_live_comparisons_of_somebody_who_rates(fresh_site: Site, state: LiveState) -> None:
    rater = Rater(fresh_site.visitor("rater"))
    with fresh_site.state.database.writing() as session:
        comparison = session.scalars(select(LiveComparison)).one()
        for answer in comparison.answers:
            answer.text = "blue glass"
        comparison.state = LiveState.WAITING if state is LiveState.WAITING else LiveState.READY
        if state is LiveState.VOTED:
            session.flush()
            own = session.merge(fresh_site.accounts["rater"])
            vote(session, comparison.public_id, own, Outcome.TIE_GOOD, None)
    page = rater.get(f"/live/{fresh_site.ids.live}")
    assert page.status_code == 200
    assert ("blue glass" in page.text) is (state is not LiveState.WAITING)
    rater.get(f"/live/{fresh_site.ids.live}", headers={"hx-request": "true"})
    rater.get("/live")
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
        (RatingPage, "assignment prompt system turns reference answers criteria comment"),
        (RatingPage, "instructions_html"),
        (TurnView, "role content"),
        (AnswerView, "number text html is_plain"),
        (CriterionView, "key label guidance asks_preference asks_scores outcome ranks scores"),
    }
    expected = {(view.__name__, name) for view, names in allowed for name in names.split()}
    assert {(view, name) for view, name, _ in fields(RatingPage)} == expected
    plain = {str, int, bool, str | None, Markup, Outcome | None, dict[int, int]}
    leaves = {kind for _, _, kind in fields(RatingPage) if kind in plain}
    assert leaves == plain

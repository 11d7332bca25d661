"""The live page names nobody before the vote, and nobody at all to people who still rate."""

from threading import Event
from typing import Any

import pytest
from sqlalchemy import select

from app.db import Database
from app.engines import EnginePool, Generation, PromptInput, Target
from app.live import gather, vote
from app.registry import Registry, VariantSpec
from app.tables import LiveComparison, LiveState, Outcome
from tests.runner.fake_engines import REGISTRY, FakePool
from tests.web.rater import Rater, told
from tests.web.site import VARIANTS, Site


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


@pytest.mark.parametrize("visitor", ["rater", "admin"])
def test_a_live_comparison_from_question_to_vote(
    fresh_site: Site, monkeypatch: pytest.MonkeyPatch, visitor: str
) -> None:
    """Blind until the vote for everybody; the admin is then told, who still rates is not."""
    answered, browser = Event(), Rater(fresh_site.visitor(visitor))

    async def gathered(database: Database, pool: EnginePool, comparison: int) -> None:
        await gather(database, pool, comparison, ask=_say_the_same)
        answered.set()

    monkeypatch.setattr("app.web.live.gather", gathered)
    monkeypatch.setattr(fresh_site.state, "pool", FakePool())
    fresh_site.state.registry = distinctive()
    address = str(browser.post("/live", {"prompt": "Who was Ida?"}).request.url)
    assert answered.wait(30)
    page = browser.get(address)
    assert page.text.count("She kept the light.") == 3
    browser.get(address, headers={"hx-request": "true"})
    assert told(fresh_site, browser) == []
    revealed = browser.post(f"{address}/vote", {"vote": "1"}, headers={"hx-request": "true"})
    assert all(name in revealed.text for name in VARIANTS) is (visitor == "admin")
    assert bool(told(fresh_site, browser)) is (visitor == "admin")


def distinctive() -> Registry:
    variants = (
        spec.model_copy(update={"name": name})
        for spec, name in zip(REGISTRY.variants, VARIANTS, strict=True)
    )
    return Registry(source=REGISTRY.source, variants=tuple(variants))


async def _say_the_same(
    target: Target, variant: VariantSpec, prompt: PromptInput, **_: Any
) -> Generation:
    return Generation("She kept the light.", "stop", None, [1], [2], [-0.1], 5)

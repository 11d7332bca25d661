"""Fifty raters at once, in real HTTP: no item is judged too often or too seldom."""

import asyncio
import random
import re
from collections import Counter
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from app.studies import invite_many
from app.tables import Assignment, Design, Response, Slot
from app.web.state import AppState
from tests.results.judged_study import opened_study
from tests.serving import serving

pytestmark = pytest.mark.slow

RATERS, PROMPTS, PER_ITEM = 50, 20, 3


async def judge_until_done(base: str, link: str, rng: random.Random) -> int:
    """-> how many items this rater judged."""
    async with httpx.AsyncClient(base_url=base, follow_redirects=True, timeout=120) as client:
        start = await client.get(link)
        page = await client.get(f"{start.url.path}/next")
        judged = 0
        while not page.url.path.endswith("/done"):
            page = await client.post(page.url.path, data=_form(page.text, rng))
            assert page.status_code == 200, page.text
            judged += 1
        return judged


def _form(page: str, rng: random.Random) -> dict[str, str]:
    slots = sorted(set(re.findall(r'data-answer="(\d)"', page)))
    fields: dict[str, str] = {}
    for key in ("factuality", "style"):
        if len(slots) == 2:
            fields[f"outcome-{key}"] = rng.choice(["1", "2", "tie_good", "tie_bad"])
        else:
            fields |= {f"rank-{key}-{slot}": str(rng.randint(1, 3)) for slot in slots}
        fields |= {f"score-{key}-{slot}": str(rng.randint(1, 5)) for slot in slots}
    return fields


def furnish(state: AppState, design: Design) -> list[str]:
    """-> a personal link per rater."""
    with state.database.writing() as session:
        study = opened_study(session, design, prompts=PROMPTS, raters=PER_ITEM)
        invited = invite_many(session, study, RATERS)
        return [f"/r/{state.signer.rater_link(one)}" for one in invited]


@pytest.mark.parametrize("design", [Design.SIDE_BY_SIDE, Design.PAIRWISE])
def test_every_item_is_judged_as_often_as_wanted(tmp_path: Path, design: Design) -> None:
    async def crowd(base: str, links: list[str]) -> list[int]:
        raters = [judge_until_done(base, link, random.Random(n)) for n, link in enumerate(links)]
        return await asyncio.gather(*raters)

    with serving(tmp_path) as state:
        judged = asyncio.run(crowd(state.settings.base_url, furnish(state, design)))
        items = PROMPTS * (3 if design is Design.PAIRWISE else 1)
        with state.database.reading() as session:
            counts = select(func.count()).where(Assignment.submitted_at.is_not(None))
            per_item = session.scalars(counts.group_by(Assignment.item_id)).all()
            shown = select(Response.run_variant_id, Slot.number).join(
                Response, Response.id == Slot.response_id
            )
            places = Counter(map(tuple, session.execute(shown)))
    assert per_item == [PER_ITEM] * items
    assert sum(judged) == items * PER_ITEM
    # Each rater's own counts are even up to one; so many few sums stay close, too.
    assert max(places.values()) - min(places.values()) <= RATERS

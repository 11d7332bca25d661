"""axe-core on every page of a real server that its routes lead to, as the admin and as a rater."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.tables import Account
from app.web.deps import COOKIE
from app.web.state import AppState
from tests.frontend.test_accessibility import SIZES, violations
from tests.serving import serving
from tests.web.site import Ids, asked, furnish
from tests.web.test_routes import ADMIN, ANALYST, RATER, TABLE

pytestmark = pytest.mark.browser

# A file, a part of a page, or a name that this test would have to make up.
NO_PAGE = (
    "/exports/",
    "/engines",
    "links.csv",
    "{assignment}",
    "{part}",
    "{public_id}",
    "/progress",
    "/results/live",
)

Served = tuple[AppState, dict[str, Account], Ids]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    furnished = furnish(tmp_path)
    with serving(tmp_path) as state:
        yield state, furnished.accounts, asked(state, furnished)


def pages(ids: Ids, level: str) -> list[str]:
    """Addresses of every page of a level, of the open study and of the draft."""
    routes = [
        route.removeprefix("GET ")
        for route, (needed, status) in TABLE.items()
        if route.startswith("GET ") and needed == level and status in (200, 303)
    ]
    found = [route for route in routes if not any(one in route for one in NO_PAGE)]
    names = {"run_id": ids.run, "prompt_set_id": ids.prompt_set, "study": ids.study_public}
    both = [names | {"study_id": study} for study in (ids.study, ids.draft)]
    return sorted({route.format(**values) for route in found for values in both})


@pytest.mark.parametrize(
    ("size", "theme", "visitor"),
    [
        pytest.param("desk", "light", "admin", marks=pytest.mark.slow),
        ("phone", "dark", "rater"),
        pytest.param("phone", "dark", "admin", marks=pytest.mark.slow),
        pytest.param("desk", "light", "rater", marks=pytest.mark.slow),
    ],
)
def test_axe_finds_nothing(
    browser: Browser, served: Served, size: str, theme: str, visitor: str
) -> None:
    state, accounts, ids = served
    width, height = SIZES[size]
    base = state.settings.base_url
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        base_url=base,
    )
    cookie = state.signer.session(accounts[visitor])
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": base}])
    page = context.new_page()
    levels = (RATER,) if visitor == "rater" else (ADMIN, ANALYST)
    found = {}
    for address in [one for level in levels for one in pages(ids, level)]:
        reply = page.goto(address)
        assert reply is not None
        assert reply.status == 200, address
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        if complaints := violations(page) + ["wider than the window"] * wide:
            found[address] = complaints
    context.close()
    assert found == {}

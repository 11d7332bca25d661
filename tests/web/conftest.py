"""A site for a module whose tests change nothing that others read, and a fresh one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web.refusals import stored
from tests.web.site import Site, site


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("site")) as shared:
        yield shared


@pytest.fixture
def fresh_site(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path) as fresh:
        yield fresh


@pytest.fixture
def admin(shared_site: Site) -> TestClient:
    return shared_site.visitor("admin")


@pytest.fixture
def rater(shared_site: Site) -> TestClient:
    return shared_site.visitor("rater")


@pytest.fixture(scope="module")
def item(shared_site: Site) -> str:
    """Where the rater's first item is."""
    address = f"/rate/{shared_site.ids.study_public}/next"
    return shared_site.visitor("rater").get(address).headers["location"]


@pytest.fixture
def nothing_is_stored(shared_site: Site, item: str) -> Iterator[None]:
    """Whatever the test sends leaves every row as it was."""
    before = stored(shared_site)
    yield
    assert stored(shared_site) == before

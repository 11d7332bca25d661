"""A site for a module whose tests change nothing that others read, and a fresh one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web.refusals import stored
from tests.web.site import Furnished, Site, furnish, site


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return furnish(tmp_path_factory.mktemp("furnished"))


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory, furnished: Furnished) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("site"), furnished) as shared:
        yield shared


@pytest.fixture
def fresh_site(tmp_path: Path, furnished: Furnished) -> Iterator[Site]:
    with site(tmp_path, furnished) as fresh:
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

"""A site for a module whose tests change nothing that others read, and a fresh one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.site import Site, site


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("site")) as shared:
        yield shared


@pytest.fixture
def fresh_site(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path) as fresh:
        yield fresh

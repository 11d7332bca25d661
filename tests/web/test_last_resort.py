"""When the database itself is the trouble there is still a page, and never a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.web.site import Site


@pytest.mark.parametrize(
    ("said", "status", "told"),
    [
        ("disk I/O error", 500, "Something went wrong on this server."),
        ("database is locked", 503, "Another process is writing to it."),
    ],
)
@pytest.mark.parametrize("visitor", [None, "admin", "rater"])
def test_a_database_that_cannot_be_read(
    fresh_site: Site,
    monkeypatch: pytest.MonkeyPatch,
    visitor: str | None,
    said: str,
    status: int,
    told: str,
) -> None:
    @contextmanager
    def reading() -> Iterator[Session]:
        raise OperationalError("SELECT 1", {}, Exception(said))
        yield

    monkeypatch.setattr(fresh_site.state.database, "reading", reading)
    reply = fresh_site.visitor(visitor).get("/healthz")
    assert reply.status_code == status
    assert told in reply.text
    assert "Traceback" not in reply.text

"""Many at once, and slow ones: nobody who waits keeps others from going on."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.db import Database
from app.main import create_app
from app.ratings import Rater, enter, next_assignment
from app.settings import Settings
from app.studies import invite
from app.web.deps import COOKIE
from app.web.state import AppState
from tests.results.judged_study import opened_study

CROWD = 60  # more than there are threads


class Crowd:
    """An application without a server, an open study and raters who are signed in."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(var=folder, models_file=folder / "models.yaml")
        self.app: FastAPI = create_app(settings)
        self.state: AppState = self.app.state.triptych
        with self.state.database.writing() as session:
            study = opened_study(session, prompts=3, raters=CROWD)
            raters = [
                enter(session, study.public_id, invite(session, study, f"rater {n}").account)
                for n in range(CROWD)
            ]
            self.address = f"/rate/{study.public_id}"
            first = next_assignment(session, raters[0])
            assert first is not None
            self.item = f"{self.address}/{first.public_id}"
            self.cookies = [self._cookie(rater) for rater in raters]

    def _cookie(self, rater: Rater) -> str:
        return f"{COOKIE}={self.state.signer.session(rater.account)}"

    async def get(self, address: str) -> Counter[int]:
        """Everyone at the same moment -> how many got which status."""
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            replies = await asyncio.gather(
                *(client.get(address, headers={"cookie": cookie}) for cookie in self.cookies)
            )
        return Counter(reply.status_code for reply in replies)


@pytest.fixture
def crowd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Crowd:
    # Who waits for SQLite's lock in a thread fails soon instead of after half a minute.
    connect_args = {"timeout": 1, "isolation_level": None}
    monkeypatch.setattr("app.db._connect_args", lambda _: connect_args)
    return Crowd(tmp_path)


def test_a_crowd_that_begins_at_once_gets_its_items(crowd: Crowd) -> None:
    assert asyncio.run(crowd.get(f"{crowd.address}/next")) == {303: CROWD}


def test_a_crowd_that_reads_at_once_gets_its_pages(crowd: Crowd) -> None:
    assert asyncio.run(crowd.get(crowd.address)) == {200: CROWD}


def test_a_slow_form_holds_no_lock(crowd: Crowd) -> None:
    async def scenario() -> None:
        asked, body = asyncio.Event(), asyncio.Event()

        async def receive() -> dict[str, Any]:
            asked.set()
            await body.wait()
            return {"type": "http.request", "body": b"comment=x"}

        sent: list[dict[str, Any]] = []

        async def send(message: Any) -> None:
            sent.append(message)

        request = asyncio.create_task(crowd.app(_post(crowd), receive, send))
        await asked.wait()
        await asyncio.to_thread(_write, crowd.state.database)
        assert not sent
        body.set()
        await request
        assert sent[0]["status"] == 422

    asyncio.run(scenario())


def _write(database: Database) -> None:
    with database.writing() as session:
        session.connection()  # raises while somebody else holds the lock


def _post(crowd: Crowd) -> dict[str, Any]:
    form = b"application/x-www-form-urlencoded"
    cookie = crowd.cookies[0].encode()
    return {
        "type": "http",
        "method": "POST",
        "path": crowd.item,
        "query_string": b"",
        "headers": [(b"host", b"test"), (b"content-type", form), (b"cookie", cookie)],
    }

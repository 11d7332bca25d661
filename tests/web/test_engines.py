"""Starting and stopping engines in the browser."""

import asyncio

import pytest

from app.engines import EngineStatus
from tests.web.site import Site


@pytest.mark.parametrize("action", ["up", "down"])
def test_looking_at_the_machine_keeps_nobody_else_waiting(
    fresh_site: Site, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    looked: list[bool] = []

    def status() -> list[EngineStatus]:
        """Asks the interpreter and the GPU, which takes seconds the first time."""
        looked.append(in_the_loop())
        return []

    async def act(name: str) -> None:
        assert name == "base"

    monkeypatch.setattr(fresh_site.state.pool, "status", status)
    monkeypatch.setattr(fresh_site.state.pool, action, act)
    reply = fresh_site.visitor("admin").post(
        f"/engines/base/{action}", headers={"hx-request": "true"}
    )
    assert reply.status_code == 200
    assert looked == [False]


def in_the_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True

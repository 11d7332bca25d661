"""The unblinded stream ends for every column, whatever happens to one of them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.engines import Target
from app.errors import EngineError
from app.registry import VariantSpec
from tests.web.site import Site


def test_variants_of_one_engine_stand_together_in_the_queue(
    fresh_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    @asynccontextmanager
    async def lease(spec: VariantSpec) -> AsyncIterator[Target]:
        asked.append(spec.name)
        raise EngineError("No memory.")
        yield

    monkeypatch.setattr(fresh_site.state.pool, "lease", lease)
    form = {"prompt": "Who?", "variant": ["base", "full", "lora"]}
    fresh_site.visitor("admin").post("/compare/stream", data=form)
    assert asked == ["base", "lora", "full"]


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (EngineError("No memory.", hint="Free some."), "No memory."),
        (RuntimeError("a defect"), "Something went wrong on this server."),
    ],
)
def test_a_column_that_fails_says_so(
    fresh_site: Site, monkeypatch: pytest.MonkeyPatch, trouble: Exception, told: str
) -> None:
    @asynccontextmanager
    async def lease(_: VariantSpec) -> AsyncIterator[Target]:
        raise trouble
        yield

    monkeypatch.setattr(fresh_site.state.pool, "lease", lease)
    reply = fresh_site.visitor("admin").post("/compare/stream", data={"prompt": "Who?"})
    assert reply.text.endswith("event: done\ndata: {}\n\n")
    events = [json.loads(line[6:]) for line in reply.text.splitlines() if "failed" in line]
    assert {event["variant"] for event in events} == {"base", "lora", "full"}
    assert {event["error"] for event in events} == {told}
    assert "a defect" not in reply.text

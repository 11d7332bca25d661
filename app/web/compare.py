"""The admin's unblinded comparison: every variant's answer streams into its own column."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response, StreamingResponse

from app.engines import PromptInput, stream
from app.errors import AppError
from app.registry import VariantSpec
from app.web.deps import Admin, State, admin_only
from app.web.errors import UNEXPECTED
from app.web.render import render
from app.web.state import AppState

router = APIRouter()
log = logging.getLogger("triptych.web")


@router.get("/compare")
def compare_page(request: Request, admin: Admin, state: State) -> Response:
    page = {"variants": state.registry.variants, "stream_url": "/compare/stream"}
    return render(request, "compare/index.html", page, account=admin, section="live")


@router.post("/compare/stream", dependencies=[admin_only])
async def compare_stream(
    state: State,
    prompt: Annotated[str, Form(min_length=1, max_length=8000)],
    system: Annotated[str, Form(max_length=8000)] = "",
    variant: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Server-sent events, each {variant, state | delta | error}; `done` at the end."""
    names = variant or [spec.name for spec in state.registry.variants]
    chosen = [state.registry.variant(name) for name in names]
    # Where engines take turns, variants of one engine must stand together in the queue.
    specs = [spec for group in state.pool.group(chosen) for spec in group]
    question = PromptInput(prompt, system or None)
    return StreamingResponse(_events(state, specs, question), media_type="text/event-stream")


async def _events(
    state: AppState, specs: Sequence[VariantSpec], prompt: PromptInput
) -> AsyncIterator[str]:
    queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    tasks = [asyncio.create_task(_answer(state, spec, prompt, queue)) for spec in specs]
    open_answers = len(tasks)
    try:
        while open_answers:
            event = await queue.get()
            open_answers -= event.get("state") in ("done", "failed")
            yield f"data: {json.dumps(event)}\n\n"
        yield "event: done\ndata: {}\n\n"
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


async def _answer(
    state: AppState, spec: VariantSpec, prompt: PromptInput, queue: asyncio.Queue[dict[str, Any]]
) -> None:
    await queue.put({"variant": spec.name, "state": "starting"})
    try:
        async with state.pool.lease(spec) as target:
            await queue.put({"variant": spec.name, "state": "answering"})
            async for delta in stream(target, spec, prompt):
                await queue.put({"variant": spec.name, "delta": delta})
        await queue.put({"variant": spec.name, "state": "done"})
    except AppError as error:
        await queue.put(_failed(spec, error))
    except Exception:
        # Without its last event the browser would wait for this column for ever.
        log.exception("unexpected error while %s answered", spec.name)
        await queue.put(_failed(spec, UNEXPECTED))


def _failed(spec: VariantSpec, error: AppError) -> dict[str, Any]:
    return {"variant": spec.name, "state": "failed", "error": error.message, "hint": error.hint}

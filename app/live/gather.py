"""Fetching a comparison's answers: all at once, stored together, so that no speed shows."""

import asyncio
import json
import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.db import Database
from app.engines import EnginePool, PromptInput, generate
from app.errors import AppError
from app.runner import Ask
from app.tables import LiveComparison, LiveState, Variant
from app.threads import reading, writing
from app.variants import spec_of

log = logging.getLogger("triptych.live")

_AGAIN = "Ask again; if it happens again, tell whoever runs this server."


async def gather(
    database: Database, pool: EnginePool, comparison_id: int, *, ask: Ask = generate
) -> None:
    """Asks all variants at once and stores their answers together, with what went wrong."""
    comparison = await reading(database, lambda s: _loaded(s, comparison_id))
    prompt = PromptInput(comparison.prompt, comparison.system)
    # Where engines take turns, variants of one engine must stand together in the queue.
    answers = sorted(comparison.answers, key=lambda a: json.dumps(a.variant.spec.get("weights")))
    replies = await asyncio.gather(*(_reply(pool, ask, a.variant, prompt) for a in answers))
    by_slot = {answer.slot: reply for answer, reply in zip(answers, replies, strict=True)}
    await writing(database, lambda s: _store(s, comparison_id, by_slot))


@dataclass(frozen=True)
class _Reply:
    """`text` or `error`, never both."""

    text: str | None
    error: str | None
    details: dict[str, Any]


def _loaded(session: Session, comparison_id: int) -> LiveComparison:
    comparison = session.get_one(LiveComparison, comparison_id)
    for answer in comparison.answers:
        _ = answer.variant  # loads it: the session ends before the answers come
    return comparison


async def _reply(pool: EnginePool, ask: Ask, variant: Variant, prompt: PromptInput) -> _Reply:
    try:
        spec = spec_of(variant)
        async with pool.lease(spec) as target:
            generation = await ask(target, spec, prompt)
    except AppError as error:
        log.warning("live comparison: %s did not answer: %s", variant.name, error)
        return _Reply(None, str(error), {})
    except Exception as error:
        # Whatever it was, the other answers and the person who waits must not suffer from it.
        log.exception("live comparison: %s failed unexpectedly", variant.name)
        return _Reply(None, f"Unexpected: {error!r}", {})
    details = {"finish_reason": generation.finish_reason, "latency_ms": generation.latency_ms}
    return _Reply(generation.text, None, details | {"tokens": len(generation.token_ids)})


def _store(session: Session, comparison_id: int, by_slot: dict[int, _Reply]) -> None:
    comparison = session.get_one(LiveComparison, comparison_id)
    if comparison.state is not LiveState.WAITING:
        return
    for answer in comparison.answers:
        reply = by_slot[answer.slot]
        answer.text, answer.error, answer.details = reply.text, reply.error, reply.details
    good = sum(reply.error is None for reply in by_slot.values())
    if good >= 2:
        comparison.state = LiveState.READY
    else:
        comparison.state = LiveState.FAILED
        comparison.error = f"Only {good} of {len(by_slot)} variants answered. {_AGAIN}"

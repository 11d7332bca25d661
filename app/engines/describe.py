"""An engine as pages and terminals show it, whichever process runs it."""

import shlex
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from app.engines import failures
from app.engines.engine import Engine
from app.engines.launch import Place
from app.engines.records import EngineRecord, Records
from app.engines.status import EngineState, EngineStatus
from app.errors import EngineError
from app.settings import Settings


def describe(
    engine: Engine, records: Records, settings: Settings, place: Callable[[], Place]
) -> EngineStatus:
    record = engine.record
    if record is not None and record.process.alive:
        return _running(engine, record, records)
    return _not_running(engine, records, settings, place)


def _running(engine: Engine, record: EngineRecord, records: Records) -> EngineStatus:
    return replace(
        describe_stray(record, records),
        variants=engine.spec.variants,
        owned=engine.owned,
        error=engine.error.message if engine.error else None,
        hint=engine.error.hint if engine.error else None,
    )


def describe_stray(record: EngineRecord, records: Records) -> EngineStatus:
    """An engine that runs, though no variant needs it: models.yaml has changed since."""
    return EngineStatus(
        name=record.name,
        variants=(),
        state=EngineState.READY if record.state == "ready" else EngineState.STARTING,
        base_url=f"http://127.0.0.1:{record.port}/v1",
        pid=record.pid,
        port=record.port,
        command=shlex.join(record.command),
        memory_bytes=record.memory_bytes,
        cores=record.cores,
        started_at=datetime.fromtimestamp(record.started_at, UTC),
        detached=record.detached,
        log_tail=failures.tail(records.log_text(record.name)),
        log_file=str(records.log_file(record.name)),
    )


def _not_running(
    engine: Engine, records: Records, settings: Settings, place: Callable[[], Place]
) -> EngineStatus:
    error, command, chosen = engine.error, "", None
    try:
        chosen = place()
        command = shlex.join(engine.command(settings.engine_port))
    except EngineError as no_vllm:
        error = error or no_vllm
    died = engine.state is EngineState.READY  # and its watcher has yet to notice
    return EngineStatus(
        name=engine.name,
        variants=engine.spec.variants,
        state=EngineState.DIED if died else engine.state,
        command=(error.command if error else None) or command,
        memory_bytes=chosen.share.memory_bytes if chosen else None,
        cores=chosen.cores if chosen else (),
        error=error.message if error else None,
        hint=error.hint if error else None,
        log_tail=(error.log_tail if error else None) or "",
        log_file=str(records.log_file(engine.name)),
    )

"""What a page or a terminal shows about an engine."""

import enum
from dataclasses import dataclass
from datetime import datetime


class EngineState(enum.StrEnum):
    """stopped -> starting -> ready; died (was ready), restarting, failed (could not start)."""

    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    FAILED = "failed"
    DIED = "died"
    REMOTE = "remote"


RUNNING = (EngineState.STARTING, EngineState.READY, EngineState.RESTARTING)


@dataclass(frozen=True)
class EngineStatus:
    """One engine, or one endpoint (state `remote`; no process, no command).

    `command` can be pasted into a shell; before the start its port is the first to be tried.
    `memory_bytes` is an estimate. `owned`: this process started it.
    """

    name: str
    variants: tuple[str, ...]
    state: EngineState
    base_url: str | None = None
    pid: int | None = None
    port: int | None = None
    command: str = ""
    memory_bytes: int | None = None
    cores: tuple[int, ...] = ()
    started_at: datetime | None = None
    detached: bool = False
    owned: bool = False
    error: str | None = None
    hint: str | None = None
    log_tail: str = ""
    log_file: str | None = None

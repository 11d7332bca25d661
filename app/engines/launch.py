"""Starting one engine: its place, port, key, process and record, and waiting until it serves."""

import asyncio
import logging
import secrets
import shlex
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from app.engines import failures, vllm
from app.engines.health import healthy
from app.engines.machine import Machine
from app.engines.memory import Share
from app.engines.ports import free_port
from app.engines.process import EngineProcess, this_process
from app.engines.records import EngineRecord, Records
from app.errors import EngineError
from app.registry import EngineSpec
from app.settings import Settings

log = logging.getLogger("triptych")

_PORTS = ".ports"  # a lock; no variant's name begins with a dot
_POLL = 0.25  # seconds between questions whether it is ready


@dataclass(frozen=True)
class Place:
    """What the pool gives an engine when it starts: its cores and its part of the memory."""

    machine: Machine
    share: Share
    cores: tuple[int, ...]


@dataclass(frozen=True)
class Launcher:
    """Everything that one start needs."""

    spec: EngineSpec
    spec_hash: str
    place: Place
    records: Records
    settings: Settings

    def command(self, port: int) -> list[str]:
        return vllm.command(
            self.settings.engine_python,
            self.spec,
            port=port,
            share=self.place.share,
            device=self.place.machine.device,
        )

    async def spawn(self) -> tuple[EngineProcess, EngineRecord]:
        """The process and its record, which is on the disk before anyone else takes a port."""
        key = secrets.token_urlsafe(24)
        async with self.records.starting(_PORTS):
            taken = {record.port for record in self.records.all()}
            port = free_port(self.settings.engine_port, taken)
            # Not below var: a socket's path may have no more than about a hundred characters.
            scratch = Path(tempfile.mkdtemp(prefix="triptych-"))
            process = self._start(self.command(port), key, scratch)
            record = self._record(process, port, key, scratch)
            await self._keep(record, process)
        log.info("Engine %s: process %s on port %s.", self.spec.name, record.pid, port)
        return process, record

    def _start(self, command: list[str], key: str, scratch: Path) -> EngineProcess:
        environment = vllm.environment(
            api_key=key,
            cores=self.place.cores,
            share=self.place.share,
            device=self.place.machine.device,
            scratch=scratch,
        )
        try:
            return EngineProcess.start(command, environment, self.records.new_log(self.spec.name))
        except OSError as error:
            scratch.rmdir()
            raise EngineError(
                f"Engine {self.spec.name} cannot be started: {error}.",
                hint="Check TRIPTYCH_ENGINE_PYTHON.",
                fatal=True,
                command=shlex.join(command),
            ) from error

    async def _keep(self, record: EngineRecord, process: EngineProcess) -> None:
        try:
            self.records.write(record)
        except OSError as error:
            await process.end(grace=0)  # without a record nobody would ever end it
            record.remove_scratch()
            raise EngineError(
                f"Engine {self.spec.name} cannot be noted in {self.records.folder}: {error}.",
                hint="Make room on that disk, and check that you may write there.",
                fatal=True,
                command=shlex.join(record.command),
            ) from error

    def _record(self, process: EngineProcess, port: int, key: str, scratch: Path) -> EngineRecord:
        owner = this_process()
        return EngineRecord(
            name=self.spec.name,
            spec_hash=self.spec_hash,
            pid=process.identity.pid,
            created=process.identity.created,
            owner_pid=owner.pid,
            owner_created=owner.created,
            port=port,
            api_key=key,
            command=tuple(self.command(port)),
            cores=self.place.cores,
            memory_bytes=self.place.share.memory_bytes,
            started_at=time.time(),
            scratch=str(scratch),
        )

    async def until_ready(self, process: EngineProcess, record: EngineRecord) -> None:
        """Raises EngineError when it ends or takes longer than the setting allows."""
        deadline = time.monotonic() + self.settings.engine_start_timeout
        while not await healthy(record.port, record.api_key, vllm.served_names(self.spec)):
            if not process.alive:
                raise diagnosis(process, record, self.records, doing="starting")
            if time.monotonic() > deadline:
                raise self._too_slow(record)
            await asyncio.sleep(_POLL)

    def _too_slow(self, record: EngineRecord) -> EngineError:
        seconds = self.settings.engine_start_timeout
        return EngineError(
            f"Engine {record.name} was not ready after {seconds:g} seconds.",
            hint="Large weights take long to load: raise TRIPTYCH_ENGINE_START_TIMEOUT.",
            fatal=True,
            command=shlex.join(record.command),
            log_tail=failures.tail(self.records.log_text(record.name)),
        )


def diagnosis(
    process: EngineProcess, record: EngineRecord, records: Records, *, doing: str
) -> EngineError:
    """Why the engine ended, from its exit code and log."""
    return failures.diagnose(
        record.name,
        records.log_text(record.name),
        exit_code=process.exit_code,
        command=shlex.join(record.command),
        doing=doing,
    )

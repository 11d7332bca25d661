"""What is known about engines beyond one process: var/engines/<name>.json, .log, .lock, .lease."""

import asyncio
import fcntl
import logging
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from app.engines.process import EngineProcess, Identity

log = logging.getLogger("triptych")


class EngineRecord(BaseModel):
    """A running engine. Readable by its user only: it holds the engine's key."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    spec_hash: str
    pid: int
    created: float
    owner_pid: int
    owner_created: float
    port: int
    api_key: str
    command: tuple[str, ...]
    cores: tuple[int, ...]
    memory_bytes: int | None
    started_at: float
    scratch: str = ""
    state: Literal["starting", "ready", "stopping"] = "starting"
    detached: bool = False

    @property
    def process(self) -> EngineProcess:
        return EngineProcess(Identity(self.pid, self.created))

    @property
    def abandoned(self) -> bool:
        """The engine died, or its owner did without stopping it."""
        owner = Identity(self.owner_pid, self.owner_created)
        return not self.process.alive or not (self.detached or owner.alive)

    def remove_scratch(self) -> None:
        """The folder of the engine's temporary files, which it leaves behind."""
        if self.scratch:
            shutil.rmtree(self.scratch, ignore_errors=True)


class Records:
    """The folder of records. Names of engines are names of variants, which are safe in paths."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def read(self, name: str) -> EngineRecord | None:
        path = self._path(name, "json")
        try:
            return EngineRecord.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError):
            log.warning("%s cannot be read; the engine it may describe is not known.", path)
            return None

    def all(self) -> list[EngineRecord]:
        names = sorted(path.stem for path in self.folder.glob("*.json"))
        return [record for name in names if (record := self.read(name))]

    def write(self, record: EngineRecord) -> None:
        """Replaces the file as a whole: readers see the old or the new one."""
        path = self._path(record.name, "json")
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(record.model_dump_json(indent=1))
        draft.replace(path)

    def remove(self, record: EngineRecord) -> None:
        """With its temporary files; the record stays if another engine has taken its place."""
        record.remove_scratch()
        current = self.read(record.name)
        if current is None or current.pid == record.pid:
            self._path(record.name, "json").unlink(missing_ok=True)

    def log_file(self, name: str) -> Path:
        return self._path(name, "log")

    def new_log(self, name: str) -> Path:
        """An empty log; the one before stays beside it as .log.1."""
        path = self.log_file(name)
        if path.exists():
            path.replace(path.with_suffix(".log.1"))
        path.touch(mode=0o600)
        return path

    def log_text(self, name: str, limit: int = 200_000) -> str:
        """The log's last `limit` bytes; empty when there is none."""
        try:
            with self.log_file(name).open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - limit))
                return file.read().decode(errors="replace")
        except OSError:
            return ""

    # --- locks: held by the kernel for as long as the process lives ------------------------------

    @asynccontextmanager
    async def starting(self, name: str) -> AsyncIterator[None]:
        """Only one process at a time starts, attaches to or reaps the engine `name`."""
        with self._open(self._path(name, "lock")) as file:
            while not _try_lock(file, fcntl.LOCK_EX):
                await asyncio.sleep(0.1)
            yield

    @contextmanager
    def in_use(self, name: str) -> Iterator[None]:
        """Tells other processes that requests are running. Any number at the same time."""
        with self._open(self._path(name, "lease")) as file:
            fcntl.flock(file, fcntl.LOCK_SH)  # others hold it exclusively for an instant only
            yield

    def is_in_use(self, name: str) -> bool:
        with self._open(self._path(name, "lease")) as file:
            return not _try_lock(file, fcntl.LOCK_EX)

    @contextmanager
    def _open(self, path: Path) -> Iterator[int]:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _path(self, name: str, ending: str) -> Path:
        # A dot in a variant's name must not be taken for an ending.
        return self.folder / f"{name}.{ending}"


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

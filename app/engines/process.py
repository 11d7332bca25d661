"""One engine's processes: a leader in a session of its own, and whatever it left behind."""

import asyncio
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_SAME_START = 2.0  # seconds; process start times are derived from an adjustable clock


@dataclass(frozen=True)
class Identity:
    """A process for good: process ids are reused, together with the start time they are not."""

    pid: int
    created: float

    @property
    def alive(self) -> bool:
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < _SAME_START
            return same and bool(process.status() != psutil.STATUS_ZOMBIE)
        except psutil.Error:
            return False


def this_process() -> Identity:
    return Identity(os.getpid(), psutil.Process().create_time())


class EngineProcess:
    """The leader, started by us or found; `session` are all processes that belong to it."""

    def __init__(self, identity: Identity, child: subprocess.Popen[bytes] | None = None) -> None:
        self.identity = identity
        self._child = child

    @classmethod
    def start(
        cls, command: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> "EngineProcess":
        """A new session, so that a terminal's Ctrl-C does not reach it. Raises OSError."""
        with log.open("ab") as output:
            child = subprocess.Popen(
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(Identity(child.pid, psutil.Process(child.pid).create_time()), child)

    @property
    def alive(self) -> bool:
        if self._child is not None:
            return self._child.poll() is None
        return self.identity.alive

    @property
    def exit_code(self) -> int | None:
        """Negative: the signal that ended it. None while it lives or when it is not our child."""
        return self._child.poll() if self._child else None

    def session(self) -> list[psutil.Process]:
        """Living members: vLLM's engine core and workers can outlive the leader."""
        try:
            leader = psutil.Process(self.identity.pid)
            taken = leader.status() != psutil.STATUS_ZOMBIE and not self.identity.alive
        except psutil.Error:
            taken = False
        # The kernel gives no one a process id that still names a session, so the members of a
        # session whose leader is someone else, started later, are not ours.
        return [] if taken else [p for p in psutil.process_iter() if self._is_member(p)]

    def _is_member(self, process: psutil.Process) -> bool:
        try:
            return (
                os.getsid(process.pid) == self.identity.pid
                and process.create_time() >= self.identity.created - _SAME_START
                and process.status() != psutil.STATUS_ZOMBIE
            )
        except (OSError, psutil.Error):
            return False

    async def end(self, *, grace: float = 10.0) -> None:
        """Ends the whole session: asks, waits `grace` seconds, then kills until none is left."""
        if grace > 0 and self._signal("terminate"):
            deadline = time.monotonic() + grace
            while self.session() and time.monotonic() < deadline:
                await asyncio.sleep(0.1)
        while self._signal("kill"):
            await asyncio.sleep(0.05)
        if self._child is not None:
            self._child.poll()

    def _signal(self, how: str) -> bool:
        members = self.session()
        for process in members:
            with suppress(psutil.Error):
                getattr(process, how)()
        return bool(members)

"""Who works on a run: one runner at a time, and a dead one's run can be taken over.

An owner signs with host, process id and start time. Another runner may take the run once the
owner's process is gone, or its heartbeat is older than STALE (a process of another machine).
"""

import os
import secrets
import socket
from datetime import datetime, timedelta

import psutil
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.errors import AppError, Conflict, NotFound
from app.tables import Run, RunState, RunVariant

STALE = timedelta(seconds=30)
_UNFINISHED = (RunState.PENDING, RunState.RUNNING)


def new_owner() -> str:
    """A name for one runner of this process."""
    started = psutil.Process().create_time()
    return f"{_host()}/{os.getpid()}/{started:.2f}/{secrets.token_hex(4)}"


def _host() -> str:
    return socket.gethostname().replace("/", "-")[:48]


def claim(session: Session, run_id: int, owner: str, now: datetime) -> Run:
    """The run, now running and ours. Raises NotFound, or Conflict while another works on it."""
    run = session.get(Run, run_id, with_for_update=True)
    if run is None:
        raise NotFound("This run does not exist.")
    if run.imported:
        raise AppError("The answers of this run were recorded elsewhere.", hint="Make a new run.")
    require_idle(run, now)
    run.state, run.owner, run.heartbeat_at = RunState.RUNNING, owner, now
    run.started_at = run.started_at or now
    run.finished_at = None
    for member in run.variants:
        member.state, member.error, member.log_tail = RunState.PENDING, None, None
    session.flush()
    return run


def heartbeat(session: Session, run_id: int, owner: str, now: datetime) -> bool:
    """Says that the owner lives; False when it must stop: asked to, or the run was taken."""
    ours = (Run.id == run_id, Run.owner == owner, Run.state == RunState.RUNNING)
    query = update(Run).where(*ours).values(heartbeat_at=now).returning(Run.id)
    return session.scalar(query) is not None


def request_stop(session: Session, run_id: int) -> None:
    """The runner sees it at its next heartbeat. Raises Conflict unless the run is running."""
    run = session.get(Run, run_id)
    if run is None:
        raise NotFound("This run does not exist.")
    if run.state not in (RunState.RUNNING, RunState.STOPPED):
        raise Conflict(f"This run is {run.state}, so there is nothing to stop.")
    run.state = RunState.STOPPED
    _stop_members(session, run_id)


def release(session: Session, run_id: int, owner: str) -> bool:
    """Gives the run up as it stands; False when it is not ours any more.

    A run that is still in state running is interrupted: the next server resumes it.
    """
    run = session.get(Run, run_id)
    if run is None or run.owner != owner:
        return False
    run.owner = run.heartbeat_at = None
    if run.state is RunState.STOPPED:
        _stop_members(session, run_id)
    return True


def interrupted(session: Session, now: datetime) -> list[int]:
    """Runs that say running while nobody works on them, oldest first."""
    running = session.scalars(select(Run).where(Run.state == RunState.RUNNING).order_by(Run.id))
    return [run.id for run in running if not is_owned(run, now)]


def require_idle(run: Run, now: datetime) -> None:
    """Raises Conflict while a runner is on it."""
    if is_owned(run, now):
        raise being_worked_on()


def being_worked_on() -> Conflict:
    return Conflict("This run is being worked on.", hint="Stop it first, or wait.")


def is_owned(run: Run, now: datetime) -> bool:
    """Whether a runner that may still be alive holds the run."""
    return is_held(run.owner, run.heartbeat_at, now)


def is_held(owner: str | None, heartbeat_at: datetime | None, now: datetime) -> bool:
    """Whether the owner of some work, as it last said so, may still be alive."""
    if owner is None or heartbeat_at is None:
        return False
    return now - heartbeat_at < STALE and not _is_gone(owner)


def _is_gone(owner: str) -> bool:
    # Certain only for processes of this machine; others are judged by their heartbeat.
    host, pid, started, _ = owner.split("/")
    if host != _host():
        return False
    try:
        process = psutil.Process(int(pid))
        reused = abs(process.create_time() - float(started)) > 1
        return bool(reused or process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _stop_members(session: Session, run_id: int) -> None:
    unfinished = (RunVariant.run_id == run_id, RunVariant.state.in_(_UNFINISHED))
    session.execute(update(RunVariant).where(*unfinished).values(state=RunState.STOPPED))

"""What work in the background keeps in the database: that it lives, what came of it, its end."""

from dataclasses import dataclass
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from app.db import now
from app.errors import AppError
from app.runs import (
    Answered,
    Failed,
    fail_variant,
    get_run,
    heartbeat,
    release,
    save_batch,
    settle,
)
from app.tables import Run, RunState

Outcome = Answered | Failed
Written = TypeVar("Written")


class Ledger(Protocol[Written]):
    """Each is called with a write session."""

    def beat(self, session: Session) -> bool:
        """Says that the owner lives; False when it must stop."""

    def save(self, session: Session, batch: list[Written]) -> None:
        """Keeps a batch of outcomes."""

    def tokens(self, batch: list[Written]) -> int:
        """How many were made for the batch."""

    def conclude(self, session: Session, finished: bool, defect: BaseException | None) -> None:
        """Gives the work up: all of it was `finished`, or it was stopped, or a defect ended it."""


@dataclass(frozen=True)
class RunLedger:
    """Of a run that `owner` has claimed."""

    run_id: int
    owner: str

    def beat(self, session: Session) -> bool:
        return heartbeat(session, self.run_id, self.owner, now())

    def save(self, session: Session, batch: list[Outcome]) -> None:
        answered = [outcome for outcome in batch if isinstance(outcome, Answered)]
        failed = [outcome for outcome in batch if isinstance(outcome, Failed)]
        save_batch(session, answered=answered, failed=failed)

    def tokens(self, batch: list[Outcome]) -> int:
        return sum(len(one.generation.token_ids) for one in batch if isinstance(one, Answered))

    def conclude(self, session: Session, finished: bool, defect: BaseException | None) -> None:
        if not release(session, self.run_id, self.owner):
            return
        run = get_run(session, self.run_id)
        if defect is not None:
            _fail_unfinished(session, run, defect)
        if finished or defect is not None:
            settle(session, run)


def _fail_unfinished(session: Session, run: Run, defect: BaseException) -> None:
    error = unexpected("run", defect)
    for member in run.variants:
        if member.state in (RunState.PENDING, RunState.RUNNING):
            fail_variant(session, member.id, error)


def unexpected(what: str, defect: BaseException) -> AppError:
    return AppError(
        f"The {what} ended by an unexpected error: {defect!r}.", hint="The log has the details."
    )

"""How far a run is, and how it ended."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import now
from app.errors import AppError, EngineError
from app.runs.ownership import is_owned
from app.tables import Prompt, Response, Run, RunFailure, RunState, RunVariant, VariantKind


@dataclass(frozen=True)
class VariantProgress:
    """Counts of requests: done + due = total; `failed` are due again when the run is resumed."""

    run_variant_id: int
    name: str
    kind: VariantKind
    state: RunState
    error: str | None
    log_tail: str | None
    total: int
    done: int
    failed: int

    @property
    def due(self) -> int:
        return self.total - self.done


@dataclass(frozen=True)
class RunProgress:
    """`interrupted`: the run says running, but the process that worked on it is gone."""

    run_id: int
    state: RunState
    interrupted: bool
    variants: tuple[VariantProgress, ...]

    @property
    def total(self) -> int:
        return sum(variant.total for variant in self.variants)

    @property
    def done(self) -> int:
        return sum(variant.done for variant in self.variants)

    @property
    def failed(self) -> int:
        return sum(variant.failed for variant in self.variants)

    @property
    def due(self) -> int:
        return self.total - self.done


def progress(session: Session, run: Run) -> RunProgress:
    prompts = select(func.count(Prompt.id)).where(Prompt.prompt_set_id == run.prompt_set_id)
    total = (session.scalar(prompts) or 0) * run.samples
    return RunProgress(
        run_id=run.id,
        state=run.state,
        interrupted=run.state is RunState.RUNNING and not is_owned(run, now()),
        variants=tuple(_variant_progress(session, member, total) for member in run.variants),
    )


def _variant_progress(session: Session, member: RunVariant, total: int) -> VariantProgress:
    return VariantProgress(
        run_variant_id=member.id,
        name=member.variant.name,
        kind=member.variant.kind,
        state=member.state,
        error=member.error,
        log_tail=member.log_tail,
        total=total,
        done=_count(session, Response, member),
        failed=_count(session, RunFailure, member),
    )


def _count(session: Session, table: type[Response | RunFailure], member: RunVariant) -> int:
    query = select(func.count()).select_from(table).where(table.run_variant_id == member.id)
    return session.scalar(query) or 0


def begin_variant(session: Session, run_variant_id: int, provenance: dict[str, Any]) -> None:
    """Notes what will answer, before the first response."""
    member = session.get_one(RunVariant, run_variant_id)
    member.state, member.provenance = RunState.RUNNING, provenance


def fail_variant(session: Session, run_variant_id: int, error: AppError) -> None:
    """Gives the variant up until the run is started again."""
    member = session.get_one(RunVariant, run_variant_id)
    member.state, member.error = RunState.FAILED, str(error)
    member.log_tail = error.log_tail if isinstance(error, EngineError) else None


def settle(session: Session, run: Run) -> RunState:
    """Ends a run that has been worked through, by what came of it.

    A variant is done when it has answers, with its failures noted, and failed when it has none
    or already failed; the run is done when a variant is, else failed. Starting it again asks
    only for what is still missing.
    """
    for member in run.variants:
        if member.state is not RunState.FAILED:
            _settle_member(session, member)
    done = any(member.state is RunState.DONE for member in run.variants)
    run.state = RunState.DONE if done else RunState.FAILED
    run.finished_at = now()
    return run.state


def _settle_member(session: Session, member: RunVariant) -> None:
    failures = _count(session, RunFailure, member)
    member.state = RunState.DONE if _count(session, Response, member) else RunState.FAILED
    member.error = None
    if failures:
        query = select(RunFailure.message).where(RunFailure.run_variant_id == member.id)
        first = session.scalar(query.order_by(RunFailure.id).limit(1))
        member.error = f"{failures} requests failed. The first: {first}"

"""What a run will take: its variants that still have requests to make, once it is claimed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import AppError
from app.runner.answering import Member
from app.runs import claim, due, effective_sampling, fail_variant, progress
from app.tables import Run, RunState, RunVariant
from app.variants import spec_of


@dataclass(frozen=True)
class Plan:
    """The variants of a claimed run that have work, and how many requests that is."""

    members: list[Member]
    due: int


def begin(session: Session, run_id: int, owner: str, at: datetime) -> Plan:
    """Claims the run. Raises what `claim` raises; a variant that cannot be asked has failed."""
    run = claim(session, run_id, owner, at)
    members = [_member(session, run, member) for member in run.variants]
    return Plan([member for member in members if member], progress(session, run).due)


def _member(session: Session, run: Run, member: RunVariant) -> Member | None:
    if not due(session, member.id, limit=1):
        member.state = RunState.DONE
        return None
    try:
        spec = spec_of(member.variant)
    except AppError as error:
        fail_variant(session, member.id, error)
        return None
    return Member(member.id, spec, effective_sampling(run, spec), run.seed)

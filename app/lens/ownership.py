"""Who works on a lens: one process at a time, by the rules of `app.runs.ownership`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.db import now
from app.errors import AppError, Conflict, EngineError
from app.lens.check import Check
from app.lens.create import being_worked_on, get_lens
from app.lens.progress import lens_progress
from app.lens.work import Outcome, Scored, save_outcomes
from app.runner import unexpected
from app.runs import is_held
from app.tables import Borrowing, Lens, LensVariant, RunState


def claim(session: Session, lens_id: int, owner: str, at: datetime) -> Lens:
    """The lens, now running and ours. Raises NotFound, or Conflict while another has it."""
    lens = session.get(Lens, lens_id, with_for_update=True) or get_lens(session, lens_id)
    if is_held(lens.owner, lens.heartbeat_at, at):
        raise being_worked_on()
    lens.state, lens.owner, lens.heartbeat_at = RunState.RUNNING, owner, at
    lens.started_at, lens.finished_at = lens.started_at or at, None
    lens.error = lens.log_tail = None
    session.flush()
    return lens


def request_stop(session: Session, lens_id: int) -> None:
    """Whoever works on it sees it at the next heartbeat. Raises NotFound, Conflict."""
    lens = get_lens(session, lens_id)
    if lens.state not in (RunState.RUNNING, RunState.STOPPED):
        raise Conflict(f"This lens is {lens.state}: there is nothing to stop.")
    lens.state = RunState.STOPPED


def interrupted(session: Session, at: datetime) -> list[int]:
    """Lenses that say running while nobody works on them, oldest first."""
    running = session.scalars(select(Lens).where(Lens.state == RunState.RUNNING).order_by(Lens.id))
    return [one.id for one in running if not is_held(one.owner, one.heartbeat_at, at)]


def keep_check(session: Session, member_id: int, check: Check, refusal: str | None) -> None:
    """What the self-check found; with a refusal the variant goes no further."""
    member = session.get_one(LensVariant, member_id)
    member.check, member.refusal = check.model_dump(mode="json"), refusal
    member.state = RunState.FAILED if refusal else RunState.RUNNING


def refuse_with_base(session: Session, lens_id: int) -> dict[int, str]:
    """Refuses the variants whose base was refused, for scores of theirs are half of every
    comparison. Why, by the variant's id."""
    members = get_lens(session, lens_id).variants
    bases = {one.base_id: one.refusal for one in members if one.is_control and one.refusal}
    refused = [one for one in members if one.base_id in bases and not one.refusal]
    for member in refused:
        member.refusal = f"Its base did not pass the self-check. {bases[member.base_id]}"
        member.state = RunState.FAILED
    return {member.id: str(member.refusal) for member in refused}


def fail_member(session: Session, member_id: int, error: AppError) -> None:
    """Gives the variant up until the lens is started again."""
    member = session.get_one(LensVariant, member_id)
    member.state, member.error = RunState.FAILED, str(error)
    member.log_tail = error.log_tail if isinstance(error, EngineError) else None


def keep_set(session: Session, member_id: int, **facts: Any) -> None:
    """What became known of the instruction set: `fingerprint`, `instances`, `error`.

    What was borrowed from it when it had another content is forgotten.
    """
    member = session.get_one(LensVariant, member_id)
    found = facts.get("fingerprint")
    if found and found != member.trained_on.get("fingerprint"):
        session.execute(delete(Borrowing).where(Borrowing.lens_variant_id == member_id))
    member.trained_on = member.trained_on | facts


@dataclass(frozen=True)
class LensLedger:
    """Of a lens that `owner` has claimed; see `app.runner.Ledger`."""

    lens_id: int
    owner: str

    def beat(self, session: Session) -> bool:
        ours = (Lens.id == self.lens_id, Lens.owner == self.owner)
        query = update(Lens).where(*ours, Lens.state == RunState.RUNNING)
        return session.scalar(query.values(heartbeat_at=now()).returning(Lens.id)) is not None

    def save(self, session: Session, batch: list[Outcome]) -> None:
        save_outcomes(session, batch)

    def tokens(self, batch: list[Outcome]) -> int:
        return sum(len(one.task.token_ids) for one in batch if isinstance(one, Scored))

    def conclude(self, session: Session, finished: bool, defect: BaseException | None) -> None:
        lens = get_lens(session, self.lens_id)
        if lens.owner != self.owner:
            return
        lens.owner = lens.heartbeat_at = None
        if defect is not None:
            lens.state, lens.error = RunState.FAILED, str(unexpected("lens", defect))
        elif finished and lens.state is RunState.RUNNING:
            _settle(session, lens)
        if finished or defect is not None:
            lens.finished_at = now()


def _settle(session: Session, lens: Lens) -> None:
    """A variant is done when any of its answers could be compared; the lens when one is, besides
    the bases themselves."""
    for member in lens_progress(session, lens).variants:
        if member.member.state is not RunState.FAILED:
            member.member.state = RunState.DONE if member.compared else RunState.FAILED
    tuned = [member for member in lens.variants if not member.is_control]
    done = any(member.state is RunState.DONE for member in tuned)
    lens.state = RunState.DONE if done else RunState.FAILED

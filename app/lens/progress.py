"""How far a lens is, and what could not be scored."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from app.db import now
from app.lens.work import LASTING, is_beside
from app.runs import is_held
from app.tables import Borrowing, Lens, LensVariant, Response, RunState, TokenShift


@dataclass(frozen=True)
class MemberProgress:
    """Counts of answers: all, scored under their own variant, compared with the base, failed, and
    searched for what they `borrowed`, of those `searchable` because the base has answered, too.
    `of_set`: whether there is an instruction set to search. `failures`: why, with counts, the most
    frequent first."""

    member: LensVariant
    answers: int
    scored: int
    compared: int
    failed: int
    failures: tuple[tuple[str, int], ...]
    searchable: int
    borrowed: int

    @property
    def of_set(self) -> bool:
        return bool(self.member.trained_on) and not self.member.trained_on.get("error")

    @property
    def lasting(self) -> int:
        """Answers that no further attempt could score."""
        return sum(count for reason, count in self.failures if reason in LASTING)

    @property
    def name(self) -> str:
        return self.member.run_variant.variant.name

    @property
    def total(self) -> int:
        """Requests, two of each answer, one of the base's own, none of a variant refused; and one
        search where there is a set. What can never be scored, or cannot be searched, is not
        waited for."""
        each = 0 if self.member.refusal else 1 if self.member.is_control else 2
        return each * (self.answers - self.lasting) + self.of_set * self.searchable

    @property
    def done(self) -> int:
        scorings = self.compared if self.member.is_control else self.scored + self.compared
        return (0 if self.member.refusal else scorings) + (self.borrowed if self.of_set else 0)


@dataclass(frozen=True)
class LensProgress:
    """`interrupted`: it says running, but the process that worked on it is gone."""

    state: RunState
    interrupted: bool
    variants: tuple[MemberProgress, ...]

    @property
    def total(self) -> int:
        return sum(variant.total for variant in self.variants)

    @property
    def done(self) -> int:
        return sum(variant.done for variant in self.variants)

    @property
    def due(self) -> int:
        return self.total - self.done

    @property
    def failed(self) -> int:
        return sum(variant.failed for variant in self.variants)


def lens_progress(session: Session, lens: Lens) -> LensProgress:
    running = lens.state is RunState.RUNNING
    return LensProgress(
        state=lens.state,
        interrupted=running and not is_held(lens.owner, lens.heartbeat_at, now()),
        variants=tuple(_member(session, member) for member in lens.variants),
    )


def _member(session: Session, member: LensVariant) -> MemberProgress:
    answers = select(func.count()).select_from(Response)
    searchable, borrowed = _searches(session, member)
    failures = _failures(session, member)
    return MemberProgress(
        member=member,
        answers=session.scalar(answers.where(Response.run_variant_id == member.run_variant_id))
        or 0,
        scored=_count(session, member, TokenShift.failure.is_(None)),
        compared=_count(session, member, TokenShift.base_ranks.is_not(None)),
        failed=sum(count for _, count in failures),
        failures=failures,
        searchable=searchable,
        borrowed=borrowed,
    )


def _searches(session: Session, member: LensVariant) -> tuple[int, int]:
    """-> (answers that can be searched, those that were)."""
    of_base = aliased(Response)
    found = (Borrowing.lens_variant_id == member.id) & (Borrowing.response_id == Response.id)
    query = (
        select(func.count(), func.count(Borrowing.id))
        .select_from(Response)
        .join(of_base, is_beside(of_base, member))
        .outerjoin(Borrowing, found)
        .where(Response.run_variant_id == member.run_variant_id)
    )
    searchable, searched = session.execute(query).one()
    return searchable, searched


def _count(session: Session, member: LensVariant, condition: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(TokenShift)
    return session.scalar(query.where(TokenShift.lens_variant_id == member.id, condition)) or 0


def _failures(session: Session, member: LensVariant) -> tuple[tuple[str, int], ...]:
    query = (
        select(TokenShift.failure, func.count())
        .where(TokenShift.lens_variant_id == member.id, TokenShift.failure.is_not(None))
        .group_by(TokenShift.failure)
        .order_by(func.count().desc())
    )
    return tuple((failure or "", count) for failure, count in session.execute(query))

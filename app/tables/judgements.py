"""Who got which item, and what they said about it."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UtcDateTime, now
from app.tables.columns import random_id, text_enum
from app.tables.people import Account
from app.tables.runs import Response
from app.tables.studies import Criterion, Item


class Assignment(Base):
    """One item given to one rater. `public_id` is random: all that a rater's browser gets."""

    __tablename__ = "assignments"
    __table_args__ = (
        UniqueConstraint("item_id", "account_id"),
        Index("ix_assignments_account_position", "account_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True, default=random_id)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    position: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_shown_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    item: Mapped[Item] = relationship()
    account: Mapped[Account] = relationship()
    slots: Mapped[list["Slot"]] = relationship(order_by="Slot.number", cascade="all, delete-orphan")
    judgements: Mapped[list["Judgement"]] = relationship(order_by="Judgement.revision")


class Slot(Base):
    """Answer 1, 2, 3 as this rater sees them; `number` starts at 1."""

    __tablename__ = "slots"
    __table_args__ = (
        UniqueConstraint("assignment_id", "number"),
        UniqueConstraint("assignment_id", "response_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    number: Mapped[int]
    response_id: Mapped[int] = mapped_column(ForeignKey("responses.id"), index=True)

    response: Mapped[Response] = relationship()


class Judgement(Base):
    """One revision of what a rater said about an item; the highest revision counts.

    `passed`, of gold items: what was expected on every criterion was said.
    """

    __tablename__ = "judgements"
    __table_args__ = (UniqueConstraint("assignment_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    revision: Mapped[int] = mapped_column(default=1)
    form_id: Mapped[str | None] = mapped_column(String(64))
    study_version: Mapped[int] = mapped_column(default=1)
    passed: Mapped[bool | None]
    comment: Mapped[str] = mapped_column(Text, default="")
    duration_ms: Mapped[int | None]
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    verdicts: Mapped[list["Verdict"]] = relationship(cascade="all, delete-orphan")
    marks: Mapped[list["Mark"]] = relationship(order_by="Mark.start", cascade="all, delete-orphan")


class Outcome(enum.StrEnum):
    """`ranked`: the slots' ranks tell; a tie of all slots is good or bad or just a tie."""

    RANKED = "ranked"
    TIE_GOOD = "tie_good"
    TIE_BAD = "tie_bad"
    CANNOT_JUDGE = "cannot_judge"


class Verdict(Base):
    """What a judgement says on one criterion. `outcome` is null when only scores are asked.

    `value` and `text` answer a scale that is asked once of the item.
    """

    __tablename__ = "verdicts"
    __table_args__ = (UniqueConstraint("judgement_id", "criterion_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    judgement_id: Mapped[int] = mapped_column(ForeignKey("judgements.id"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criteria.id"))
    outcome: Mapped[Outcome | None] = mapped_column(text_enum(Outcome))
    value: Mapped[int | None]
    text: Mapped[str | None] = mapped_column(Text)

    criterion: Mapped[Criterion] = relationship()
    slots: Mapped[list["SlotVerdict"]] = relationship(cascade="all, delete-orphan")


class SlotVerdict(Base):
    """Rank (1 is best, ties share a rank) and score or text of one slot on one criterion."""

    __tablename__ = "slot_verdicts"
    __table_args__ = (UniqueConstraint("verdict_id", "slot_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    verdict_id: Mapped[int] = mapped_column(ForeignKey("verdicts.id"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slots.id"), index=True)
    rank: Mapped[int | None]
    score: Mapped[int | None]
    text: Mapped[str | None] = mapped_column(Text)

    slot: Mapped[Slot] = relationship()


class MarkKind(enum.StrEnum):
    WRONG = "wrong"
    UNSUPPORTED = "unsupported"
    STYLE = "style"


class Mark(Base):
    """A marked span of an answer: `start` to `end` (exclusive) in code points of its raw text."""

    __tablename__ = "marks"

    id: Mapped[int] = mapped_column(primary_key=True)
    judgement_id: Mapped[int] = mapped_column(ForeignKey("judgements.id"), index=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slots.id"), index=True)
    start: Mapped[int]
    end: Mapped[int]
    kind: Mapped[MarkKind] = mapped_column(text_enum(MarkKind))
    correction: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")

    slot: Mapped[Slot] = relationship()

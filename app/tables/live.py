"""The live comparison."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UtcDateTime, now
from app.tables.columns import random_id, text_enum
from app.tables.judgements import Outcome
from app.tables.runs import Variant


class LiveState(enum.StrEnum):
    WAITING = "waiting"
    READY = "ready"
    VOTED = "voted"
    FAILED = "failed"


class LiveComparison(Base):
    """A prompt typed on the live page. Its votes never enter a study."""

    __tablename__ = "live_comparisons"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True, default=random_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    prompt: Mapped[str] = mapped_column(Text)
    system: Mapped[str | None] = mapped_column(Text)
    state: Mapped[LiveState] = mapped_column(text_enum(LiveState), default=LiveState.WAITING)
    error: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[Outcome | None] = mapped_column(text_enum(Outcome))
    best_slot: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    voted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    answers: Mapped[list["LiveAnswer"]] = relationship(
        order_by="LiveAnswer.slot", cascade="all, delete-orphan"
    )


class LiveAnswer(Base):
    __tablename__ = "live_answers"
    __table_args__ = (UniqueConstraint("comparison_id", "slot"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    comparison_id: Mapped[int] = mapped_column(ForeignKey("live_comparisons.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"))
    slot: Mapped[int]
    text: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    variant: Mapped[Variant] = relationship()

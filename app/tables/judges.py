"""Language models as raters: who judges a study, and every reply that came back."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UtcDateTime, now
from app.tables.columns import text_enum
from app.tables.people import Account
from app.tables.runs import RunState, Variant
from app.tables.studies import Study


class Judge(Base):
    """A frozen variant that judges a study as two raters: one in a drawn order of the answers, one
    in the reverse.

    `wording` is the version of the prompt's fixed words. `most_items` limits the regular items.
    `related` says which of the study's variants it shares weights or a server with. `owner` and
    `heartbeat_at` keep two processes apart, as those of a run do.
    """

    __tablename__ = "judges"
    __table_args__ = (UniqueConstraint("study_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    name: Mapped[str] = mapped_column(String(100))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"))
    wording: Mapped[int]
    asks_reasons: Mapped[bool] = mapped_column(default=False)
    most_items: Mapped[int | None]
    related: Mapped[list[str]] = mapped_column(JSON, default=list)
    drawn_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), unique=True)
    reversed_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), unique=True)
    state: Mapped[RunState] = mapped_column(text_enum(RunState), default=RunState.PENDING)
    owner: Mapped[str | None] = mapped_column(String(100))
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
    log_tail: Mapped[str | None] = mapped_column(Text)
    provenance: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    study: Mapped[Study] = relationship()
    variant: Mapped[Variant] = relationship()
    drawn: Mapped[Account] = relationship(foreign_keys=[drawn_id])
    reversed: Mapped[Account] = relationship(foreign_keys=[reversed_id])

    def account_id(self, *, is_reversed: bool) -> int:
        return self.reversed_id if is_reversed else self.drawn_id


class JudgeReply(Base):
    """What a judge said to one request, word for word; `failure` says why nothing came of it.

    Never changed: a request that failed is made again and leaves another row. `prompt_hash` is the
    SHA-256 of what was asked; token counts are the server's own.
    """

    __tablename__ = "judge_replies"
    __table_args__ = (Index("ix_judge_replies_judge_item", "judge_id", "item_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    judge_id: Mapped[int] = mapped_column(ForeignKey("judges.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    is_reversed: Mapped[bool]
    text: Mapped[str] = mapped_column(Text, default="")
    failure: Mapped[str | None] = mapped_column(Text)
    finish_reason: Mapped[str | None] = mapped_column(String(40))
    prompt_hash: Mapped[str] = mapped_column(String(64))
    prompt_tokens: Mapped[int | None]
    completion_tokens: Mapped[int | None]
    latency_ms: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

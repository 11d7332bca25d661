"""Prompt sets."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UtcDateTime, now


class PromptSet(Base):
    __tablename__ = "prompt_sets"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    source: Mapped[str] = mapped_column(Text, default="")
    content_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    prompts: Mapped[list["Prompt"]] = relationship(
        back_populates="prompt_set", order_by="Prompt.position", cascade="all, delete-orphan"
    )


class Prompt(Base):
    """`key` is the id given in the file (or the row number); `turns` are earlier messages."""

    __tablename__ = "prompts"
    __table_args__ = (
        UniqueConstraint("prompt_set_id", "key"),
        Index("ix_prompts_set_position", "prompt_set_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    prompt_set_id: Mapped[int] = mapped_column(ForeignKey("prompt_sets.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    system: Mapped[str | None] = mapped_column(Text)
    turns: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    category: Mapped[str | None] = mapped_column(String(200))
    reference: Mapped[str | None] = mapped_column(Text)

    prompt_set: Mapped[PromptSet] = relationship(back_populates="prompts")

"""Variants, runs and their responses."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UtcDateTime, now
from app.tables.columns import text_enum
from app.tables.prompts import Prompt, PromptSet


class VariantKind(enum.StrEnum):
    BASE = "base"
    LORA = "lora"
    FULL = "full"
    OTHER = "other"


class Variant(Base):
    """A frozen variant: the whole spec under its content hash. Never changed after insertion."""

    __tablename__ = "variants"
    __table_args__ = (UniqueConstraint("name", "content_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[VariantKind] = mapped_column(text_enum(VariantKind))
    content_hash: Mapped[str] = mapped_column(String(64))
    spec: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class RunState(enum.StrEnum):
    """pending -> running -> done; stopped by a person; failed when no variant could finish."""

    PENDING = "pending"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"


class Run(Base):
    """A prompt set x variants x samples. `owner` and `heartbeat_at` keep two runners apart."""

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    prompt_set_id: Mapped[int] = mapped_column(ForeignKey("prompt_sets.id"))
    samples: Mapped[int] = mapped_column(default=1)
    seed: Mapped[int] = mapped_column(default=0)
    sampling: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    imported: Mapped[bool] = mapped_column(default=False)
    state: Mapped[RunState] = mapped_column(text_enum(RunState), default=RunState.PENDING)
    owner: Mapped[str | None] = mapped_column(String(100))
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    prompt_set: Mapped[PromptSet] = relationship()
    variants: Mapped[list["RunVariant"]] = relationship(
        back_populates="run", order_by="RunVariant.position", cascade="all, delete-orphan"
    )


class RunVariant(Base):
    """One variant of a run. `provenance`: engine command, vLLM version, template hash, revision."""

    __tablename__ = "run_variants"
    __table_args__ = (UniqueConstraint("run_id", "variant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"))
    position: Mapped[int]
    state: Mapped[RunState] = mapped_column(text_enum(RunState), default=RunState.PENDING)
    error: Mapped[str | None] = mapped_column(Text)
    log_tail: Mapped[str | None] = mapped_column(Text)
    provenance: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    run: Mapped[Run] = relationship(back_populates="variants")
    variant: Mapped[Variant] = relationship()


class Response(Base):
    """One answer. `rendered_prompt` and `prompt_token_ids` are what the engine really saw.

    `introduces_itself` is the phrase by which the answer tells who or what made it, if it does.
    `token_ids` is a JSON list of int, `logprobs` a JSON list of float (natural log, one per
    token, the sampled token's own), both empty when the endpoint does not return them.
    """

    __tablename__ = "responses"
    __table_args__ = (UniqueConstraint("run_variant_id", "prompt_id", "sample"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_variant_id: Mapped[int] = mapped_column(ForeignKey("run_variants.id"))
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompts.id"), index=True)
    sample: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(Text)
    finish_reason: Mapped[str | None] = mapped_column(String(40))
    seed: Mapped[int | None]
    sampling: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    rendered_prompt: Mapped[str | None] = mapped_column(Text)
    prompt_token_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    token_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    logprobs: Mapped[list[float]] = mapped_column(JSON, default=list)
    latency_ms: Mapped[int | None]
    introduces_itself: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    run_variant: Mapped[RunVariant] = relationship()
    prompt: Mapped[Prompt] = relationship()


class RunFailure(Base):
    """A request that failed for good in this attempt; removed when a later one succeeds."""

    __tablename__ = "run_failures"
    __table_args__ = (UniqueConstraint("run_variant_id", "prompt_id", "sample"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_variant_id: Mapped[int] = mapped_column(ForeignKey("run_variants.id"))
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompts.id"))
    sample: Mapped[int]
    message: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

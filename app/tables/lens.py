"""The token lens of a run: its state, what was checked, and what was found of every answer."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UtcDateTime, now
from app.tables.columns import text_enum
from app.tables.runs import Response, Run, RunState, RunVariant


class Lens(Base):
    """The token analysis of one run. `owner` and `heartbeat_at` keep two processes apart.

    `wants_exact`: KL over the whole vocabulary where an engine gives it.
    """

    __tablename__ = "lenses"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), unique=True)
    wants_exact: Mapped[bool] = mapped_column(default=True)
    state: Mapped[RunState] = mapped_column(text_enum(RunState), default=RunState.PENDING)
    owner: Mapped[str | None] = mapped_column(String(100))
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
    log_tail: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    run: Mapped[Run] = relationship()
    variants: Mapped[list["LensVariant"]] = relationship(
        back_populates="lens", order_by="LensVariant.run_variant_id", cascade="all, delete-orphan"
    )


class LensVariant(Base):
    """One variant of the run under the lens, and the base that its answers are held against.

    `check` is what the self-check measured, as `app.lens.Check` writes it; `refusal` says why the
    tokens of this variant are not scored. `base_id` is null where no base was found, and the
    variant's own where it is the base, as a control. `trained_on`
    is the instruction set: how it is read, its fingerprint and number of instances, or the error
    that it ended in; empty without one.
    """

    __tablename__ = "lens_variants"
    __table_args__ = (UniqueConstraint("lens_id", "run_variant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lens_id: Mapped[int] = mapped_column(ForeignKey("lenses.id"))
    run_variant_id: Mapped[int] = mapped_column(ForeignKey("run_variants.id"), index=True)
    base_id: Mapped[int | None] = mapped_column(ForeignKey("run_variants.id"))
    state: Mapped[RunState] = mapped_column(text_enum(RunState), default=RunState.PENDING)
    check: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    refusal: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    log_tail: Mapped[str | None] = mapped_column(Text)
    trained_on: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    lens: Mapped[Lens] = relationship(back_populates="variants")
    run_variant: Mapped[RunVariant] = relationship(foreign_keys=[run_variant_id])
    base: Mapped[RunVariant | None] = relationship(foreign_keys=[base_id])

    @property
    def is_control(self) -> bool:
        """Whether it is the base itself."""
        return self.base_id == self.run_variant_id


class TokenShift(Base):
    """An answer under its own variant and under the base. Lists have one entry per token id of the
    response; logarithms are natural, ranks begin at 1. `failure`: why it could not be scored.

    `tokens`: each token as text. `logprobs`, `ranks`: under its own variant. `packed`: the
    variant's distributions until the base's have come, see `app.lens.packing`. Of the base, null
    until they have come: `base_logprobs`, `base_ranks`, `alternatives` (the base's most likely
    tokens, lists of [text, log-probability]), `kl` in nats, and `unknown`, the probability of the
    variant's tokens that could not be compared, 0 where `exact`. `control_ranks` and
    `control_logprobs`: under the base after its own prompt format, null where that is the same.
    """

    __tablename__ = "token_shifts"
    __table_args__ = (UniqueConstraint("lens_variant_id", "response_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lens_variant_id: Mapped[int] = mapped_column(ForeignKey("lens_variants.id"))
    response_id: Mapped[int] = mapped_column(ForeignKey("responses.id"), index=True)
    failure: Mapped[str | None] = mapped_column(Text)
    tokens: Mapped[list[str]] = mapped_column(JSON, default=list)
    logprobs: Mapped[list[float]] = mapped_column(JSON, default=list)
    ranks: Mapped[list[int]] = mapped_column(JSON, default=list)
    packed: Mapped[bytes | None] = mapped_column(LargeBinary)
    base_logprobs: Mapped[list[float] | None] = mapped_column(JSON(none_as_null=True))
    base_ranks: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    alternatives: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    kl: Mapped[list[float] | None] = mapped_column(JSON(none_as_null=True))
    unknown: Mapped[list[float] | None] = mapped_column(JSON(none_as_null=True))
    exact: Mapped[bool] = mapped_column(default=False)
    control_ranks: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    control_logprobs: Mapped[list[float] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    lens_variant: Mapped[LensVariant] = relationship()
    response: Mapped[Response] = relationship()


class Borrowing(Base):
    """What an answer has from the variant's instruction set.

    `nearest`: lists of [instance, score], the instances nearest to the prompt, best first; an
    instance is its number in the set, from 0. `phrases`: lists of [start, end, [instances]], where
    start and end are code points of the response's text. `content_words`: how many content words
    stand in the nearest instances, `by_chance`: in those nearest to another prompt.
    """

    __tablename__ = "borrowings"
    __table_args__ = (UniqueConstraint("lens_variant_id", "response_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lens_variant_id: Mapped[int] = mapped_column(ForeignKey("lens_variants.id"))
    response_id: Mapped[int] = mapped_column(ForeignKey("responses.id"), index=True)
    nearest: Mapped[list[Any]] = mapped_column(JSON, default=list)
    phrases: Mapped[list[Any]] = mapped_column(JSON, default=list)
    content_words: Mapped[int] = mapped_column(default=0)
    by_chance: Mapped[int] = mapped_column(default=0)

    lens_variant: Mapped[LensVariant] = relationship()
    response: Mapped[Response] = relationship()

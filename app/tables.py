"""Every table. Rows only: no queries and no rules beyond what the database itself enforces."""

import enum
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Enum, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UtcDateTime, now


def random_id() -> str:
    """An id for addresses: tells nothing about order, owner or content (96 bits)."""
    return secrets.token_urlsafe(12)


def text_enum(kind: type[enum.StrEnum]) -> Enum:
    """A string column checked against the enum's values, without a database type of its own."""
    return Enum(
        kind,
        native_enum=False,
        length=32,
        create_constraint=True,
        name=kind.__name__.lower(),
        values_callable=lambda members: [m.value for m in members],
    )


# --- people -------------------------------------------------------------------------------------


class Role(enum.StrEnum):
    ADMIN = "admin"
    RATER = "rater"


class Account(Base):
    """A person. Raters have a pseudonym and no password; raising `session_epoch` ends sessions."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True, default=random_id)
    role: Mapped[Role] = mapped_column(text_enum(Role))
    name: Mapped[str] = mapped_column(String(200), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Invitation(Base):
    """A personal link of a rater to one study. The link is the nonce plus a signature."""

    __tablename__ = "invitations"
    __table_args__ = (UniqueConstraint("study_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    nonce: Mapped[str] = mapped_column(String(40), unique=True, default=random_id)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    study: Mapped["Study"] = relationship()
    account: Mapped[Account] = relationship()


# --- prompts ------------------------------------------------------------------------------------


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


# --- variants and runs --------------------------------------------------------------------------


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

    `token_ids` is a JSON list of int, `logprobs` a JSON list of float (natural log, one per
    token, the sampled token's own), both empty when the endpoint does not return them.
    """

    __tablename__ = "responses"
    __table_args__ = (UniqueConstraint("run_variant_id", "prompt_id", "sample"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_variant_id: Mapped[int] = mapped_column(ForeignKey("run_variants.id"))
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompts.id"))
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


# --- studies ------------------------------------------------------------------------------------


class StudyState(enum.StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Design(enum.StrEnum):
    PAIRWISE = "pairwise"
    SIDE_BY_SIDE = "side_by_side"


class Study(Base):
    """Compares responses of one run. `seed` fixes every order of slots."""

    __tablename__ = "studies"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True, default=random_id)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    state: Mapped[StudyState] = mapped_column(text_enum(StudyState), default=StudyState.DRAFT)
    design: Mapped[Design] = mapped_column(text_enum(Design))
    category: Mapped[str | None] = mapped_column(String(200))
    max_prompts: Mapped[int | None]
    ratings_per_item: Mapped[int] = mapped_column(default=1)
    instructions: Mapped[str] = mapped_column(Text, default="")
    show_reference: Mapped[bool] = mapped_column(default=True)
    markdown: Mapped[bool] = mapped_column(default=True)
    seed: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    run: Mapped[Run] = relationship()
    criteria: Mapped[list["Criterion"]] = relationship(
        order_by="Criterion.position", cascade="all, delete-orphan"
    )
    variants: Mapped[list["StudyVariant"]] = relationship(
        order_by="StudyVariant.position", cascade="all, delete-orphan"
    )


class Criterion(Base):
    """What raters judge. `key` is stable in exports; label and guidance are what raters read."""

    __tablename__ = "criteria"
    __table_args__ = (UniqueConstraint("study_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(100))
    guidance: Mapped[str] = mapped_column(Text, default="")
    asks_preference: Mapped[bool] = mapped_column(default=True)
    asks_scores: Mapped[bool] = mapped_column(default=True)


class StudyVariant(Base):
    __tablename__ = "study_variants"
    __table_args__ = (UniqueConstraint("study_id", "run_variant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    run_variant_id: Mapped[int] = mapped_column(ForeignKey("run_variants.id"))
    position: Mapped[int]

    run_variant: Mapped[RunVariant] = relationship()


class Item(Base):
    """One prompt's responses to be compared. Pairwise studies have one item per pair."""

    __tablename__ = "items"
    __table_args__ = (UniqueConstraint("study_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompts.id"))
    position: Mapped[int]

    study: Mapped[Study] = relationship()
    prompt: Mapped[Prompt] = relationship()
    responses: Mapped[list["ItemResponse"]] = relationship(
        order_by="ItemResponse.position", cascade="all, delete-orphan"
    )


class ItemResponse(Base):
    __tablename__ = "item_responses"
    __table_args__ = (UniqueConstraint("item_id", "response_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    response_id: Mapped[int] = mapped_column(ForeignKey("responses.id"))
    position: Mapped[int]

    response: Mapped[Response] = relationship()


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
    response_id: Mapped[int] = mapped_column(ForeignKey("responses.id"))

    response: Mapped[Response] = relationship()


class Judgement(Base):
    """One revision of what a rater said about an item; the highest revision counts."""

    __tablename__ = "judgements"
    __table_args__ = (UniqueConstraint("assignment_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    revision: Mapped[int] = mapped_column(default=1)
    form_id: Mapped[str | None] = mapped_column(String(64))
    comment: Mapped[str] = mapped_column(Text, default="")
    duration_ms: Mapped[int | None]
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    verdicts: Mapped[list["Verdict"]] = relationship(cascade="all, delete-orphan")


class Outcome(enum.StrEnum):
    """`ranked`: the slots' ranks tell; a tie of all slots is good or bad or just a tie."""

    RANKED = "ranked"
    TIE_GOOD = "tie_good"
    TIE_BAD = "tie_bad"
    CANNOT_JUDGE = "cannot_judge"


class Verdict(Base):
    """What a judgement says on one criterion. `outcome` is null when only scores are asked."""

    __tablename__ = "verdicts"
    __table_args__ = (UniqueConstraint("judgement_id", "criterion_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    judgement_id: Mapped[int] = mapped_column(ForeignKey("judgements.id"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criteria.id"))
    outcome: Mapped[Outcome | None] = mapped_column(text_enum(Outcome))

    criterion: Mapped[Criterion] = relationship()
    slots: Mapped[list["SlotVerdict"]] = relationship(cascade="all, delete-orphan")


class SlotVerdict(Base):
    """Rank (1 is best, ties share a rank) and score (1 to 5) of one slot on one criterion."""

    __tablename__ = "slot_verdicts"
    __table_args__ = (UniqueConstraint("verdict_id", "slot_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    verdict_id: Mapped[int] = mapped_column(ForeignKey("verdicts.id"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slots.id"))
    rank: Mapped[int | None]
    score: Mapped[int | None]

    slot: Mapped[Slot] = relationship()


# --- live comparison ----------------------------------------------------------------------------


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

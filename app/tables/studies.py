"""Studies: what is compared, on which criteria, in which items."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UtcDateTime, now
from app.tables.columns import random_id, text_enum
from app.tables.prompts import Prompt
from app.tables.runs import Response, Run, RunVariant


class StudyState(enum.StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Design(enum.StrEnum):
    """Answers of an item: two, some (`block_size`) or all of the study's variants."""

    PAIRWISE = "pairwise"
    BLOCKS = "blocks"
    SIDE_BY_SIDE = "side_by_side"


class Coverage(enum.StrEnum):
    """Who judges what: so many raters per item, everyone everything, or by a list."""

    BALANCED = "balanced"
    EVERYONE = "everyone"
    LISTED = "listed"


class Study(Base):
    """Compares responses of one run. `seed` fixes every draw: orders of slots, blocks, prompts.

    `pairs` lists the chosen pairs of run variants (none: all), `blocks_per_prompt` how many pairs
    or blocks each prompt gets (none: all). `session` is an `app.sessions.SessionSpec`. `version`
    is 0 for a draft; opening makes 1, every later change one more (`StudyVersion`).
    `stripping_rule`: the `app.stripping.RULE` when it was opened; none, where an import does not
    say it.
    """

    __tablename__ = "studies"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True, default=random_id)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    state: Mapped[StudyState] = mapped_column(text_enum(StudyState), default=StudyState.DRAFT)
    design: Mapped[Design] = mapped_column(text_enum(Design))
    category: Mapped[str | None] = mapped_column(String(200))
    max_prompts: Mapped[int | None]
    stratified: Mapped[bool] = mapped_column(default=False)
    samples: Mapped[int] = mapped_column(default=1)
    pairs: Mapped[list[list[int]] | None] = mapped_column(JSON(none_as_null=True))
    block_size: Mapped[int | None]
    blocks_per_prompt: Mapped[int | None]
    coverage: Mapped[Coverage] = mapped_column(text_enum(Coverage), default=Coverage.BALANCED)
    adaptive: Mapped[bool] = mapped_column(default=False)
    reserve_minutes: Mapped[int] = mapped_column(default=30)
    ratings_per_item: Mapped[int] = mapped_column(default=1)
    instructions: Mapped[str] = mapped_column(Text, default="")
    show_reference: Mapped[bool] = mapped_column(default=True)
    markdown: Mapped[bool] = mapped_column(default=True)
    marks: Mapped[bool] = mapped_column(default=False)
    mask_introductions: Mapped[bool] = mapped_column(default=False)
    strip_half: Mapped[bool] = mapped_column(default=False)
    stripping_rule: Mapped[int | None]
    session: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    join_nonce: Mapped[str | None] = mapped_column(String(40), unique=True)
    imported: Mapped[bool] = mapped_column(default=False)
    seed: Mapped[int]
    version: Mapped[int] = mapped_column(default=0)
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


class StudyVersion(Base):
    """The study as it stood from `created_at` on, and why it was changed. Never changed itself."""

    __tablename__ = "study_versions"
    __table_args__ = (UniqueConstraint("study_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    number: Mapped[int]
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Scale(enum.StrEnum):
    """What is asked beside a preference; all but text are stored as whole numbers.

    likert: 1 to `points`. slider: 0 to 100. yes_no: 1 or 0. choice: the option's place, from 1.
    """

    LIKERT = "likert"
    SLIDER = "slider"
    YES_NO = "yes_no"
    CHOICE = "choice"
    TEXT = "text"


class Criterion(Base):
    """What raters judge. `key` is stable in exports; label and guidance are what raters read.

    `options` are the scale's: {"points", "low", "high"} or {"choices"}. `per_answer`: the scale is
    asked of every answer, else once of the item. `shown_if`: {"criterion": key, "values": [...]},
    asked only where the other criterion's value is among these (per answer, where both are).
    """

    __tablename__ = "criteria"
    __table_args__ = (UniqueConstraint("study_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(100))
    guidance: Mapped[str] = mapped_column(Text, default="")
    asks_preference: Mapped[bool] = mapped_column(default=True)
    scale: Mapped[Scale | None] = mapped_column(text_enum(Scale))
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    per_answer: Mapped[bool] = mapped_column(default=True)
    required: Mapped[bool] = mapped_column(default=True)
    shown_if: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    @property
    def points(self) -> int:
        """The highest score of a Likert scale; 1 is the lowest."""
        return int(self.options.get("points", 5))


class StudyVariant(Base):
    __tablename__ = "study_variants"
    __table_args__ = (UniqueConstraint("study_id", "run_variant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    run_variant_id: Mapped[int] = mapped_column(ForeignKey("run_variants.id"))
    position: Mapped[int]

    run_variant: Mapped[RunVariant] = relationship()


class ItemKind(enum.StrEnum):
    """Training items show what was expected; gold items look like any other and are checked."""

    REGULAR = "regular"
    TRAINING = "training"
    GOLD = "gold"


class Item(Base):
    """One prompt's responses to be compared; pairwise studies have one item per pair.

    `expected`, of training and gold items: criterion key -> ranks of the responses, in the order
    of `responses`. Results and exports count regular items only. `is_stripped`: raters see the
    answers without openers and formatting (`app.stripping`); all items of a prompt are alike.
    """

    __tablename__ = "items"
    __table_args__ = (UniqueConstraint("study_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompts.id"), index=True)
    position: Mapped[int]
    sample: Mapped[int] = mapped_column(default=0)
    kind: Mapped[ItemKind] = mapped_column(text_enum(ItemKind), default=ItemKind.REGULAR)
    expected: Mapped[dict[str, list[int]] | None] = mapped_column(JSON(none_as_null=True))
    feedback: Mapped[str] = mapped_column(Text, default="")
    is_stripped: Mapped[bool] = mapped_column(default=False)

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
    response_id: Mapped[int] = mapped_column(ForeignKey("responses.id"), index=True)
    position: Mapped[int]

    response: Mapped[Response] = relationship()


class ListedItem(Base):
    """`Coverage.LISTED`: this rater judges this item, in the order of `position`."""

    __tablename__ = "listed_items"
    __table_args__ = (UniqueConstraint("item_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    position: Mapped[int]

"""Accounts, and the links that let people into a study."""

import enum
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UtcDateTime, now
from app.tables.columns import random_id, text_enum

if TYPE_CHECKING:
    from app.tables.guesses import Guess
    from app.tables.studies import Study


class Role(enum.StrEnum):
    """An analyst reads results and exports, and no identities of raters."""

    ADMIN = "admin"
    ANALYST = "analyst"
    RATER = "rater"


class RaterKind(enum.StrEnum):
    """Who judges. Kinds are never counted together: a page, a figure, an export is of one kind."""

    HUMAN = "human"
    JUDGE = "judge"
    SIMULATED = "simulated"


class Account(Base):
    """A person, or what judges in place of one (`rater_kind`), which nobody can sign in as.

    Raters have a pseudonym and no password; raising `session_epoch` ends sessions.
    """

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True, default=random_id)
    role: Mapped[Role] = mapped_column(text_enum(Role))
    rater_kind: Mapped[RaterKind] = mapped_column(text_enum(RaterKind), default=RaterKind.HUMAN)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Entry(enum.StrEnum):
    """How a rater came: by a link of their own, by the study's shared one, or from a panel."""

    PERSONAL = "personal"
    SHARED = "shared"
    PANEL = "panel"


class Invitation(Base):
    """A rater in one study, and their personal link: the nonce plus a signature.

    `external_id` is what a panel calls the person, `external` its other parameters. `quota` limits
    the items that they may judge. A rater is in (may judge) unless revoked, paused or screened out;
    whom an admin `let_in_at` again is not screened out any more. `told_kinds_at`: when they
    were sent to the page that names the kinds of variants.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("study_id", "account_id"),
        UniqueConstraint("study_id", "external_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    nonce: Mapped[str] = mapped_column(String(40), unique=True, default=random_id)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    entry: Mapped[Entry] = mapped_column(text_enum(Entry), default=Entry.PERSONAL)
    external_id: Mapped[str | None] = mapped_column(String(200))
    external: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    quota: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    screened_out_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    let_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_kinds_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    study: Mapped["Study"] = relationship()
    account: Mapped[Account] = relationship()


class Part(enum.StrEnum):
    BEFORE = "before"
    AFTER = "after"


class QuestionnaireReply(Base):
    """A rater's answers to the study's own questions, by their keys; the newest row counts."""

    __tablename__ = "questionnaire_replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitations.id"), index=True)
    part: Mapped[Part] = mapped_column(text_enum(Part))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    invitation: Mapped[Invitation] = relationship()
    guesses: Mapped[list["Guess"]] = relationship(cascade="all, delete-orphan")

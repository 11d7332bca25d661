"""What raters took the answers for, asked at the end of their sessions."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.tables.columns import text_enum
from app.tables.runs import VariantKind


class Guess(Base):
    """The kind of the variant whose answer stood in a slot; null is "I cannot say".

    A slot is an answer to an item as one rater saw it. Guesses count with the reply that they were
    sent with: the rater's newest.
    """

    __tablename__ = "guesses"
    __table_args__ = (UniqueConstraint("reply_id", "slot_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reply_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_replies.id"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slots.id"), index=True)
    kind: Mapped[VariantKind | None] = mapped_column(text_enum(VariantKind))

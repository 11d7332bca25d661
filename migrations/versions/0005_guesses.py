"""What raters took the answers for"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "guesses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reply_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "base",
                "lora",
                "full",
                "other",
                name="variantkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["reply_id"],
            ["questionnaire_replies.id"],
            name=op.f("fk_guesses_reply_id_questionnaire_replies"),
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_guesses_slot_id_slots")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guesses")),
        sa.UniqueConstraint("reply_id", "slot_id", name=op.f("uq_guesses_reply_id_slot_id")),
    )
    op.create_index(op.f("ix_guesses_slot_id"), "guesses", ["slot_id"])


def downgrade() -> None:
    op.drop_table("guesses")

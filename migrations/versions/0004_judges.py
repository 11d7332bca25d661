"""Language models as judges: who they are, and their replies"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "judges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("wording", sa.Integer(), nullable=False),
        sa.Column("asks_reasons", sa.Boolean(), nullable=False),
        sa.Column("most_items", sa.Integer(), nullable=True),
        sa.Column("related", sa.JSON(), nullable=False),
        sa.Column("drawn_id", sa.Integer(), nullable=False),
        sa.Column("reversed_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "running",
                "stopped",
                "done",
                "failed",
                name="runstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("owner", sa.String(length=100), nullable=True),
        sa.Column("heartbeat_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("log_tail", sa.Text(), nullable=True),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("started_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("finished_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["study_id"], ["studies.id"], name=op.f("fk_judges_study_id_studies")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_judges_variant_id_variants")
        ),
        sa.ForeignKeyConstraint(
            ["drawn_id"], ["accounts.id"], name=op.f("fk_judges_drawn_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["reversed_id"], ["accounts.id"], name=op.f("fk_judges_reversed_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judges")),
        sa.UniqueConstraint("drawn_id", name=op.f("uq_judges_drawn_id")),
        sa.UniqueConstraint("reversed_id", name=op.f("uq_judges_reversed_id")),
        sa.UniqueConstraint("study_id", "name", name=op.f("uq_judges_study_id_name")),
    )
    op.create_table(
        "judge_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("is_reversed", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("finish_reason", sa.String(length=40), nullable=True),
        sa.Column("prompt_hash", sa.String(length=64), nullable=False),
        sa.Column("prompt_tokens", sa.Integer(), nullable=True),
        sa.Column("completion_tokens", sa.Integer(), nullable=True),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_judge_replies_item_id_items")
        ),
        sa.ForeignKeyConstraint(
            ["judge_id"], ["judges.id"], name=op.f("fk_judge_replies_judge_id_judges")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judge_replies")),
    )
    op.create_index("ix_judge_replies_judge_item", "judge_replies", ["judge_id", "item_id"])
    op.create_index(op.f("ix_judge_replies_item_id"), "judge_replies", ["item_id"])


def downgrade() -> None:
    op.drop_table("judge_replies")
    op.drop_table("judges")

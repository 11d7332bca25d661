"""The token lens: what fine-tuning changed, token by token"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "lenses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("wants_exact", sa.Boolean(), nullable=False),
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
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("started_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("finished_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_lenses_run_id_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lenses")),
        sa.UniqueConstraint("run_id", name=op.f("uq_lenses_run_id")),
    )
    op.create_table(
        "lens_variants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lens_id", sa.Integer(), nullable=False),
        sa.Column("run_variant_id", sa.Integer(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
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
        sa.Column("check", sa.JSON(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("log_tail", sa.Text(), nullable=True),
        sa.Column("trained_on", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["base_id"], ["run_variants.id"], name=op.f("fk_lens_variants_base_id_run_variants")
        ),
        sa.ForeignKeyConstraint(
            ["lens_id"], ["lenses.id"], name=op.f("fk_lens_variants_lens_id_lenses")
        ),
        sa.ForeignKeyConstraint(
            ["run_variant_id"],
            ["run_variants.id"],
            name=op.f("fk_lens_variants_run_variant_id_run_variants"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lens_variants")),
        sa.UniqueConstraint(
            "lens_id", "run_variant_id", name=op.f("uq_lens_variants_lens_id_run_variant_id")
        ),
    )
    op.create_index("ix_lens_variants_run_variant_id", "lens_variants", ["run_variant_id"])

    op.create_table(
        "borrowings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lens_variant_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("nearest", sa.JSON(), nullable=False),
        sa.Column("phrases", sa.JSON(), nullable=False),
        sa.Column("content_words", sa.Integer(), nullable=False),
        sa.Column("by_chance", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lens_variant_id"],
            ["lens_variants.id"],
            name=op.f("fk_borrowings_lens_variant_id_lens_variants"),
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["responses.id"], name=op.f("fk_borrowings_response_id_responses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_borrowings")),
        sa.UniqueConstraint(
            "lens_variant_id", "response_id", name=op.f("uq_borrowings_lens_variant_id_response_id")
        ),
    )
    op.create_index("ix_borrowings_response_id", "borrowings", ["response_id"])

    op.create_table(
        "token_shifts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lens_variant_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("tokens", sa.JSON(), nullable=False),
        sa.Column("logprobs", sa.JSON(), nullable=False),
        sa.Column("ranks", sa.JSON(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=True),
        sa.Column("base_logprobs", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("base_ranks", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("alternatives", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("kl", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("unknown", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("exact", sa.Boolean(), nullable=False),
        sa.Column("control_ranks", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("control_logprobs", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lens_variant_id"],
            ["lens_variants.id"],
            name=op.f("fk_token_shifts_lens_variant_id_lens_variants"),
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["responses.id"], name=op.f("fk_token_shifts_response_id_responses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token_shifts")),
        sa.UniqueConstraint(
            "lens_variant_id",
            "response_id",
            name=op.f("uq_token_shifts_lens_variant_id_response_id"),
        ),
    )
    op.create_index("ix_token_shifts_response_id", "token_shifts", ["response_id"])


def downgrade() -> None:
    op.drop_index("ix_token_shifts_response_id", table_name="token_shifts")

    op.drop_table("token_shifts")
    op.drop_index("ix_borrowings_response_id", table_name="borrowings")

    op.drop_table("borrowings")
    op.drop_index("ix_lens_variants_run_variant_id", table_name="lens_variants")

    op.drop_table("lens_variants")
    op.drop_table("lenses")

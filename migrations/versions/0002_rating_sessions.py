"""Rating sessions"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


ROLES = ("admin", "rater")
DESIGNS = ("pairwise", "side_by_side")
STATES = ("draft", "open", "closed")

# What deleting looks up, for each row that others may refer to.
LOOKED_UP = (
    ("invitations", "account_id"),
    ("item_responses", "response_id"),
    ("items", "prompt_id"),
    ("marks", "slot_id"),
    ("responses", "prompt_id"),
    ("slot_verdicts", "slot_id"),
    ("slots", "response_id"),
)


def upgrade() -> None:
    op.create_table(
        "study_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["studies.id"], name=op.f("fk_study_versions_study_id_studies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_versions")),
        sa.UniqueConstraint("study_id", "number", name=op.f("uq_study_versions_study_id_number")),
    )
    op.create_table(
        "listed_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_listed_items_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_listed_items_item_id_items")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed_items")),
        sa.UniqueConstraint(
            "item_id", "account_id", name=op.f("uq_listed_items_item_id_account_id")
        ),
    )
    with op.batch_alter_table("listed_items", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_listed_items_account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "questionnaire_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "before", "after", name="part", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitations.id"],
            name=op.f("fk_questionnaire_replies_invitation_id_invitations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_replies")),
    )
    with op.batch_alter_table("questionnaire_replies", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_questionnaire_replies_invitation_id"), ["invitation_id"], unique=False
        )

    op.create_table(
        "marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("judgement_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "wrong",
                "unsupported",
                "style",
                name="markkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("correction", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["judgement_id"], ["judgements.id"], name=op.f("fk_marks_judgement_id_judgements")
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_marks_slot_id_slots")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks")),
    )
    with op.batch_alter_table("marks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_marks_judgement_id"), ["judgement_id"], unique=False)

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("disabled_at", app.db.UtcDateTime(timezone=True), nullable=True)
        )

    _choose_from("accounts", role=(*ROLES, "analyst"))

    with op.batch_alter_table("criteria", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "scale",
                sa.Enum(
                    "likert",
                    "slider",
                    "yes_no",
                    "choice",
                    "text",
                    name="scale",
                    native_enum=False,
                    create_constraint=True,
                    length=32,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("options", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(
            sa.Column("per_answer", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(
            sa.Column("required", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(sa.Column("shown_if", sa.JSON(none_as_null=True), nullable=True))

    op.execute("UPDATE criteria SET scale = 'likert' WHERE asks_scores")
    with op.batch_alter_table("criteria", schema=None) as batch_op:
        batch_op.drop_column("asks_scores")

    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "entry",
                sa.Enum(
                    "personal",
                    "shared",
                    "panel",
                    name="entry",
                    native_enum=False,
                    create_constraint=True,
                    length=32,
                ),
                nullable=False,
                server_default="personal",
            )
        )
        batch_op.add_column(sa.Column("external_id", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("external", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("quota", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("consented_at", app.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("paused_at", app.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("screened_out_at", app.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("let_in_at", app.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("completed_at", app.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_invitations_study_id_external_id"), ["study_id", "external_id"]
        )

    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sample", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(
            sa.Column(
                "kind",
                sa.Enum(
                    "regular",
                    "training",
                    "gold",
                    name="itemkind",
                    native_enum=False,
                    create_constraint=True,
                    length=32,
                ),
                nullable=False,
                server_default="regular",
            )
        )
        batch_op.add_column(sa.Column("expected", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("feedback", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("judgements", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("study_version", sa.Integer(), nullable=False, server_default="1")
        )
        batch_op.add_column(sa.Column("passed", sa.Boolean(), nullable=True))

    with op.batch_alter_table("responses", schema=None) as batch_op:
        batch_op.add_column(sa.Column("introduces_itself", sa.String(length=200), nullable=True))

    with op.batch_alter_table("slot_verdicts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("text", sa.Text(), nullable=True))

    with op.batch_alter_table("studies", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("stratified", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("samples", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("pairs", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("block_size", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("blocks_per_prompt", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "coverage",
                sa.Enum(
                    "balanced",
                    "everyone",
                    "listed",
                    name="coverage",
                    native_enum=False,
                    create_constraint=True,
                    length=32,
                ),
                nullable=False,
                server_default="balanced",
            )
        )
        batch_op.add_column(
            sa.Column("adaptive", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("reserve_minutes", sa.Integer(), nullable=False, server_default="30")
        )
        batch_op.add_column(
            sa.Column("marks", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("mask_introductions", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("session", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("join_nonce", sa.String(length=40), nullable=True))
        batch_op.add_column(
            sa.Column("imported", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.create_unique_constraint(batch_op.f("uq_studies_join_nonce"), ["join_nonce"])

    _choose_from("studies", studystate=STATES, design=(*DESIGNS, "blocks"))
    op.execute("UPDATE studies SET version = 0 WHERE state = 'draft'")

    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("value", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("text", sa.Text(), nullable=True))

    for table, column in LOOKED_UP:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table, column in reversed(LOOKED_UP):
        op.drop_index(op.f(f"ix_{table}_{column}"), table)

    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.drop_column("text")
        batch_op.drop_column("value")

    with op.batch_alter_table("studies", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_studies_join_nonce"), type_="unique")
        batch_op.drop_column("version")
        batch_op.drop_column("imported")
        batch_op.drop_column("join_nonce")
        batch_op.drop_column("session")
        batch_op.drop_column("mask_introductions")
        batch_op.drop_column("marks")
        batch_op.drop_column("reserve_minutes")
        batch_op.drop_column("adaptive")
        batch_op.drop_constraint(batch_op.f("ck_studies_coverage"), type_="check")
        batch_op.drop_column("coverage")
        batch_op.drop_column("blocks_per_prompt")
        batch_op.drop_column("block_size")
        batch_op.drop_column("pairs")
        batch_op.drop_column("samples")
        batch_op.drop_column("stratified")
    _choose_from("studies", studystate=STATES, design=DESIGNS)

    with op.batch_alter_table("slot_verdicts", schema=None) as batch_op:
        batch_op.drop_column("text")

    with op.batch_alter_table("responses", schema=None) as batch_op:
        batch_op.drop_column("introduces_itself")

    with op.batch_alter_table("judgements", schema=None) as batch_op:
        batch_op.drop_column("passed")
        batch_op.drop_column("study_version")

    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.drop_column("feedback")
        batch_op.drop_column("expected")
        batch_op.drop_constraint(batch_op.f("ck_items_itemkind"), type_="check")
        batch_op.drop_column("kind")
        batch_op.drop_column("sample")

    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_invitations_study_id_external_id"), type_="unique")
        batch_op.drop_column("completed_at")
        batch_op.drop_column("let_in_at")
        batch_op.drop_column("screened_out_at")
        batch_op.drop_column("paused_at")
        batch_op.drop_column("consented_at")
        batch_op.drop_column("quota")
        batch_op.drop_column("external")
        batch_op.drop_column("external_id")
        batch_op.drop_constraint(batch_op.f("ck_invitations_entry"), type_="check")
        batch_op.drop_column("entry")

    with op.batch_alter_table("criteria", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("asks_scores", sa.BOOLEAN(), nullable=False, server_default=sa.true())
        )
        batch_op.drop_column("shown_if")
        batch_op.drop_column("required")
        batch_op.drop_column("per_answer")
        batch_op.drop_column("options")
        batch_op.drop_constraint(batch_op.f("ck_criteria_scale"), type_="check")
        batch_op.drop_column("scale")

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_column("disabled_at")
    _choose_from("accounts", role=ROLES)

    with op.batch_alter_table("marks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_marks_judgement_id"))

    op.drop_table("marks")
    with op.batch_alter_table("questionnaire_replies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_questionnaire_replies_invitation_id"))

    op.drop_table("questionnaire_replies")
    with op.batch_alter_table("listed_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_listed_items_account_id"))

    op.drop_table("listed_items")
    op.drop_table("study_versions")


def _choose_from(table: str, **values: Sequence[str]) -> None:
    """Sets the checks of columns with a choice, by the names of their enums.

    SQLite copies the table and forgets its checks, so all of the table's are named.
    """
    columns = {"studystate": "state"}
    with op.batch_alter_table(table, recreate="auto") as batch_op:
        for name, allowed in values.items():
            constraint = op.f(f"ck_{table}_{name}")
            if op.get_bind().dialect.name != "sqlite":
                batch_op.drop_constraint(constraint, type_="check")
            options = ", ".join(f"'{value}'" for value in allowed)
            batch_op.create_check_constraint(
                constraint, sa.text(f"{columns.get(name, name)} IN ({options})")
            )

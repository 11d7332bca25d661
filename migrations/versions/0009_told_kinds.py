"""Raters who were told the kinds of variants"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    told_at = sa.Column("told_kinds_at", app.db.UtcDateTime(timezone=True), nullable=True)
    op.add_column("invitations", told_at)
    op.execute(
        "UPDATE invitations SET told_kinds_at = (SELECT MIN(r.created_at)"
        " FROM questionnaire_replies r JOIN guesses g ON g.reply_id = r.id"
        " WHERE r.invitation_id = invitations.id)"
    )


def downgrade() -> None:
    op.drop_column("invitations", "told_kinds_at")

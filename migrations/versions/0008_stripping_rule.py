"""The rule by which a study's stripped items are shown"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("studies", sa.Column("stripping_rule", sa.Integer()))
    op.execute("UPDATE studies SET stripping_rule = 1 WHERE state <> 'draft'")  # there was no other


def downgrade() -> None:
    op.drop_column("studies", "stripping_rule")

"""Say from which level on a warning telegram tells everything."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "warning_telegram",
        sa.Column("complete_from", sa.SmallInteger(), server_default="1", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_warning_telegram_complete_from"), "warning_telegram", "complete_from BETWEEN 1 AND 5"
    )
    op.create_index("ix_warning_telegram_publisher", "warning_telegram", ["incident_id", "publisher"])


def downgrade() -> None:
    op.drop_index("ix_warning_telegram_publisher", "warning_telegram")
    op.drop_constraint(op.f("ck_warning_telegram_complete_from"), "warning_telegram")
    op.drop_column("warning_telegram", "complete_from")

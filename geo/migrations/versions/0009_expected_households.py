"""Households that move: where they are expected, also while none of their members has a card."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("household", sa.Column("destination_id", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("household", "destination_id")

"""Lenses of cameras that tell no angle of view."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "camera_lens",
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("hfov_deg", sa.Double(), nullable=False),
        sa.Column("vfov_deg", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "hfov_deg > 0 AND hfov_deg < 179 AND vfov_deg > 0 AND vfov_deg < 179",
            name=op.f("ck_camera_lens_view"),
        ),
        sa.PrimaryKeyConstraint("camera_id", name=op.f("pk_camera_lens")),
    )


def downgrade() -> None:
    op.drop_table("camera_lens")

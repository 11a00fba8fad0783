"""Video streams, how they stand, and the wall that the screens of an incident share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _videos()
    op.create_table(
        "wall",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("selected", sa.Text(), nullable=True),
        sa.Column("ranking", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_wall_author_id_account")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_wall_incident_id_incident")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_wall")),
    )


def _videos() -> None:
    op.create_table(
        "video",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("whep", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("vehicle_id", sa.Text(), nullable=True),
        sa.Column("camera_id", sa.Text(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column(
            "registered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("reason", sa.Text(), server_default="not-looked-at", nullable=True),
        sa.Column("state_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("newest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_source", sa.Text(), nullable=True),
        sa.Column("segment_s", sa.Double(), nullable=True),
        sa.Column("codecs", sa.Text(), nullable=True),
        sa.CheckConstraint("way IN ('folder', 'gateway')", name=op.f("ck_video_way")),
        sa.CheckConstraint(
            "state IN ('waiting', 'playing', 'stalled', 'unplayable', 'away')", name=op.f("ck_video_state")
        ),
        sa.CheckConstraint("vehicle_id IS NULL OR camera_id IS NULL", name=op.f("ck_video_one_owner")),
        sa.CheckConstraint("(state = 'playing') = (reason IS NULL)", name=op.f("ck_video_reason")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_video_author_id_account")),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name=op.f("fk_video_camera_id_camera")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video")),
    )


def downgrade() -> None:
    op.drop_table("wall")
    op.drop_table("video")

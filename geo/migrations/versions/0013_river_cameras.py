"""River cameras, their calibrations, frames and pictures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "frame_picture",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("thumbnail", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_frame_picture")),
    )
    # JPEG does not shrink further: do not try
    op.execute("ALTER TABLE frame_picture ALTER COLUMN data SET STORAGE EXTERNAL")
    op.create_geospatial_table(
        "camera",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("river", sa.Text(), nullable=True),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("gauge_id", sa.Text(), nullable=True),
        sa.Column("compare_gauge_id", sa.Text(), nullable=True),
        sa.Column("interval_s", sa.Integer(), server_default="300", nullable=False),
        sa.Column("still_url", sa.Text(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("interval_s > 0", name=op.f("ck_camera_interval")),
        sa.ForeignKeyConstraint(
            ["compare_gauge_id"], ["gauge.id"], name=op.f("fk_camera_compare_gauge_id_gauge")
        ),
        sa.ForeignKeyConstraint(["gauge_id"], ["gauge.id"], name=op.f("fk_camera_gauge_id_gauge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera")),
        sa.UniqueConstraint("gauge_id", name=op.f("uq_camera_gauge_id")),
    )
    op.create_geospatial_index(
        "idx_camera_geom", "camera", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "camera_calibration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("calibration", sa.JSON(), nullable=False),
        sa.Column("residual_m", sa.Double(), nullable=False),
        sa.Column("spare", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["account.id"], name=op.f("fk_camera_calibration_author_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_camera_calibration_camera_id_camera")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera_calibration")),
        sa.UniqueConstraint("camera_id", "version", name=op.f("uq_camera_calibration_camera_id_version")),
    )
    op.create_table(
        "camera_frame",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_source", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("calibration", sa.Integer(), nullable=True),
        sa.Column("level_m", sa.Double(), nullable=True),
        sa.Column("quality", sa.Double(), nullable=False),
        sa.Column("flag", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("health", sa.Text(), nullable=False),
        sa.Column("waterline", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.CheckConstraint("flag IN (1, 2, 3, 4, 9)", name=op.f("ck_camera_frame_flag")),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name=op.f("fk_camera_frame_camera_id_camera")),
        sa.ForeignKeyConstraint(
            ["digest"], ["frame_picture.digest"], name=op.f("fk_camera_frame_digest_frame_picture")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_camera_frame_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera_frame")),
        sa.UniqueConstraint(
            "camera_id",
            "observed_at",
            "digest",
            "incident_id",
            name=op.f("uq_camera_frame_camera_id_observed_at_digest_incident_id"),
        ),
    )
    op.create_index("ix_camera_frame_received", "camera_frame", ["camera_id", "received_at"], unique=False)
    op.create_table(
        "camera_standing",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("frame_id", sa.BigInteger(), nullable=True),
        sa.Column("memory", sa.JSON(), nullable=False),
        sa.Column("comparison", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_camera_standing_camera_id_camera")
        ),
        sa.ForeignKeyConstraint(
            ["frame_id"], ["camera_frame.id"], name=op.f("fk_camera_standing_frame_id_camera_frame")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_camera_standing_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("incident_id", "camera_id", name=op.f("pk_camera_standing")),
    )


def downgrade() -> None:
    op.drop_table("camera_standing")
    op.drop_index("ix_camera_frame_received", table_name="camera_frame")
    op.drop_table("camera_frame")
    op.drop_table("camera_calibration")
    op.drop_geospatial_index(
        "idx_camera_geom", table_name="camera", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("camera")
    op.drop_table("frame_picture")

"""Footprints of cameras by place and time, how fixed cameras look, the newest footprint of each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

CAMERA_KINDS = "camera_kind IN ('vehicle', 'fixed', 'photo')"


def upgrade() -> None:
    _poses()
    _footprints()
    _states()


def _poses() -> None:
    op.create_table(
        "camera_pose",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("height_tp_m", sa.Double(), nullable=False),
        sa.Column("height_sd_m", sa.Double(), nullable=False),
        sa.Column("yaw_deg", sa.Double(), nullable=False),
        sa.Column("pitch_deg", sa.Double(), nullable=False),
        sa.Column("roll_deg", sa.Double(), nullable=False),
        sa.Column("hfov_deg", sa.Double(), nullable=False),
        sa.Column("vfov_deg", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "hfov_deg > 0 AND hfov_deg < 179 AND vfov_deg > 0 AND vfov_deg < 179",
            name=op.f("ck_camera_pose_view"),
        ),
        sa.CheckConstraint("pitch_deg >= -90 AND pitch_deg <= 90", name=op.f("ck_camera_pose_pitch")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_camera_pose_author_id_account")),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name=op.f("fk_camera_pose_camera_id_camera")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera_pose")),
        sa.UniqueConstraint("camera_id", "from_at", name=op.f("uq_camera_pose_camera_id_from_at")),
    )


def _footprints() -> None:
    op.create_geospatial_table(
        "footprint",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("camera_kind", sa.Text(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("frame_id", sa.Text(), nullable=True),
        sa.Column("stream_s", sa.Double(), nullable=True),
        sa.Column(
            "position",
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
        sa.Column("height_tp_m", sa.Double(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("way", sa.Text(), nullable=True),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("bounds", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column(
            "centre",
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
        sa.Column("uncertainty_m", sa.Double(), nullable=True),
        sa.Column("sample_m", sa.Double(), nullable=True),
        sa.Column("area_m2", sa.Double(), nullable=True),
        sa.CheckConstraint(CAMERA_KINDS, name=op.f("ck_footprint_camera_kind")),
        sa.CheckConstraint(
            "(geom IS NULL) = (reason IS NOT NULL)", name=op.f("ck_footprint_ground_or_reason")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_footprint_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_footprint")),
        sa.UniqueConstraint(
            "incident_id",
            "camera_kind",
            "camera_id",
            "observed_at",
            "key",
            name=op.f("uq_footprint_incident_id_camera_kind_camera_id_observed_at_key"),
        ),
    )
    op.create_geospatial_index(
        "idx_footprint_geom", "footprint", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_footprint_time", "footprint", ["incident_id", "observed_at"], unique=False)


def _states() -> None:
    op.create_table(
        "footprint_state",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("camera_kind", sa.Text(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("footprint_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(CAMERA_KINDS, name=op.f("ck_footprint_state_camera_kind")),
        sa.ForeignKeyConstraint(
            ["footprint_id"], ["footprint.id"], name=op.f("fk_footprint_state_footprint_id_footprint")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_footprint_state_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("incident_id", "camera_kind", "camera_id", name=op.f("pk_footprint_state")),
    )
    op.create_table(
        "footprint_progress",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("pose_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_footprint_progress_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_footprint_progress")),
    )


def downgrade() -> None:
    op.drop_table("footprint_progress")
    op.drop_table("footprint_state")
    op.drop_index("ix_footprint_time", table_name="footprint")
    op.drop_geospatial_index(
        "idx_footprint_geom", table_name="footprint", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("footprint")
    op.drop_table("camera_pose")

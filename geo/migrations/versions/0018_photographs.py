"""Photographs from the field, their pairs, and what officers said of the differences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _photos()
    _pairs()
    _verdicts()


def _photos() -> None:
    op.create_geospatial_table(
        "field_photo",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("orientation", sa.SmallInteger(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_source", sa.Text(), nullable=False),
        sa.Column("time_doubt", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("device_id", sa.Text(), nullable=True),
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
        sa.Column("place_source", sa.Text(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("altitudes", sa.JSON(), nullable=False),
        sa.Column("height_tp_m", sa.Double(), nullable=True),
        sa.Column("height_sd_m", sa.Double(), nullable=True),
        sa.Column("height_way", sa.Text(), nullable=True),
        sa.Column("yaw_deg", sa.Double(), nullable=True),
        sa.Column("pitch_deg", sa.Double(), nullable=True),
        sa.Column("roll_deg", sa.Double(), nullable=True),
        sa.Column("hfov_deg", sa.Double(), nullable=True),
        sa.Column("vfov_deg", sa.Double(), nullable=True),
        sa.Column("camera", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("due", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint("(geom IS NULL) = (place_source IS NULL)", name=op.f("ck_field_photo_place")),
        sa.CheckConstraint("orientation BETWEEN 1 AND 8", name=op.f("ck_field_photo_orientation")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_field_photo_author_id_account")),
        sa.ForeignKeyConstraint(
            ["digest"], ["frame_picture.digest"], name=op.f("fk_field_photo_digest_frame_picture")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_field_photo_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_photo")),
        sa.UniqueConstraint("incident_id", "digest", name=op.f("uq_field_photo_incident_id_digest")),
    )
    op.create_geospatial_index(
        "idx_field_photo_geom",
        "field_photo",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index("ix_field_photo_time", "field_photo", ["incident_id", "taken_at"], unique=False)


def _pairs() -> None:
    op.create_table(
        "photo_pair",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("before_id", sa.BigInteger(), nullable=False),
        sa.Column("after_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("inliers", sa.Integer(), nullable=True),
        sa.Column("correlation", sa.Double(), nullable=True),
        sa.Column("overlap", sa.Double(), nullable=True),
        sa.Column("compared", sa.Integer(), nullable=True),
        sa.Column("differing", sa.Integer(), nullable=True),
        sa.Column("tiles", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("aligned", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "made_at IS NULL OR (reason IS NULL) = (aligned IS NOT NULL)", name=op.f("ck_photo_pair_result")
        ),
        sa.ForeignKeyConstraint(
            ["after_id"], ["field_photo.id"], name=op.f("fk_photo_pair_after_id_field_photo")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_photo_pair_asked_by_account")),
        sa.ForeignKeyConstraint(
            ["before_id"], ["field_photo.id"], name=op.f("fk_photo_pair_before_id_field_photo")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_photo_pair_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_pair")),
        sa.UniqueConstraint("before_id", "after_id", name=op.f("uq_photo_pair_before_id_after_id")),
    )
    # JPEG does not shrink further: do not try
    op.execute("ALTER TABLE photo_pair ALTER COLUMN aligned SET STORAGE EXTERNAL")
    op.create_index("ix_photo_pair_after", "photo_pair", ["after_id"], unique=False)


def _verdicts() -> None:
    op.create_table(
        "photo_verdict",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pair_id", sa.BigInteger(), nullable=False),
        sa.Column("tile", sa.SmallInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('confirmed', 'dismissed')", name=op.f("ck_photo_verdict_verdict")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["account.id"], name=op.f("fk_photo_verdict_author_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["photo_pair.id"], name=op.f("fk_photo_verdict_pair_id_photo_pair")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_verdict")),
    )
    op.create_index("ix_photo_verdict_pair", "photo_verdict", ["pair_id"], unique=False)


def downgrade() -> None:
    op.drop_table("photo_verdict")
    op.drop_table("photo_pair")
    op.drop_index("ix_field_photo_time", table_name="field_photo")
    op.drop_geospatial_index(
        "idx_field_photo_geom", table_name="field_photo", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("field_photo")

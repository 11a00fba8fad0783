"""Missions of vehicles with their history, landing sites and what is said of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_STATUS = "status IN ('requested','tasked','accepted','en-route','on-station','done','cancelled')"


def upgrade() -> None:
    _landing_sites()
    _missions()


def _landing_sites() -> None:
    op.create_geospatial_table(
        "landing_site",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kana", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        _geometry("POINT"),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("surface", sa.Text(), nullable=True),
        sa.Column("length_m", sa.Double(), nullable=True),
        sa.Column("width_m", sa.Double(), nullable=True),
        sa.Column("capacity", sa.SmallInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_landing_site_capacity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_landing_site")),
    )
    op.create_geospatial_index(
        "idx_landing_site_geom", "landing_site", ["geom"], unique=False, postgresql_using="gist"
    )
    op.create_table(
        "landing_site_word",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('usable', 'unusable', 'unknown')", name=op.f("ck_landing_site_word_state")
        ),
        _key("landing_site_word", "author_id", "account"),
        _key("landing_site_word", "incident_id", "incident"),
        _key("landing_site_word", "site_id", "landing_site"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_landing_site_word")),
        sa.UniqueConstraint(
            "incident_id", "site_id", "key", name=op.f("uq_landing_site_word_incident_id_site_id_key")
        ),
    )
    op.create_index("ix_landing_site_word_newest", "landing_site_word", ["incident_id", "site_id", "id"])


def _missions() -> None:
    op.create_geospatial_table(
        "mission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("urgency", sa.SmallInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        _geometry("GEOMETRY"),
        sa.Column("radius_m", sa.Double(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("safety_id", sa.BigInteger(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("landing_site_id", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("vehicle_id", sa.Text(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("endurance_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("endurance_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("station_s", sa.Double(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('rescue', 'medical', 'survey', 'transport', 'fire', 'other')",
            name=op.f("ck_mission_kind"),
        ),
        sa.CheckConstraint("urgency BETWEEN 1 AND 3", name=op.f("ck_mission_urgency")),
        sa.CheckConstraint(_STATUS, name=op.f("ck_mission_status")),
        sa.CheckConstraint("radius_m >= 0", name=op.f("ck_mission_radius")),
        _key("mission", "incident_id", "incident"),
        _key("mission", "safety_id", "safety_report"),
        _key("mission", "landing_site_id", "landing_site"),
        _key("mission", "vehicle_id", "vehicle"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mission")),
        sa.UniqueConstraint("incident_id", "number", name=op.f("uq_mission_incident_id_number")),
        sa.UniqueConstraint("incident_id", "key", name=op.f("uq_mission_incident_id_key")),
    )
    op.create_table(
        "mission_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("mission_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("vehicle_id", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.CheckConstraint("act IN ('status', 'changed')", name=op.f("ck_mission_step_act")),
        sa.CheckConstraint(_STATUS, name=op.f("ck_mission_step_status")),
        _key("mission_step", "mission_id", "mission"),
        _key("mission_step", "author_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mission_step")),
        sa.UniqueConstraint("mission_id", "key", name=op.f("uq_mission_step_mission_id_key")),
    )


def _geometry(kind: str) -> sa.Column[object]:
    return sa.Column(
        "geom",
        Geometry(
            geometry_type=kind,
            srid=4326,
            dimension=2,
            spatial_index=False,
            from_text="ST_GeomFromEWKT",
            name="geometry",
            nullable=False,
        ),
        nullable=False,
    )


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def downgrade() -> None:
    op.drop_table("mission_step")
    op.drop_geospatial_table("mission")
    op.drop_table("landing_site_word")
    op.drop_geospatial_index("idx_landing_site_geom", table_name="landing_site", postgresql_using="gist")
    op.drop_geospatial_table("landing_site")

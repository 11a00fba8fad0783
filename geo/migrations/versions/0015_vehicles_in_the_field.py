"""Vehicles in the field: their points, poses, events, what is known now; airspaces; who comes near whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _points()
    _vehicles()
    _states()
    _airspaces()


def _points() -> None:
    op.create_geospatial_table(
        "pose_point",
        sa.Column("vehicle_id", sa.Text(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("yaw_deg", sa.Double(), nullable=True),
        sa.Column("pitch_deg", sa.Double(), nullable=True),
        sa.Column("roll_deg", sa.Double(), nullable=True),
        sa.Column("hfov_deg", sa.Double(), nullable=True),
        sa.Column("vfov_deg", sa.Double(), nullable=True),
        sa.Column("zoom", sa.Double(), nullable=True),
        sa.Column("image_width", sa.Integer(), nullable=True),
        sa.Column("image_height", sa.Integer(), nullable=True),
        sa.Column("corners", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("centre", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("flag", sa.SmallInteger(), nullable=False),
        sa.Column("reasons", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("extra", sa.JSON(), nullable=True),
        sa.Column("altitudes", sa.JSON(), nullable=False),
        sa.Column("height_tp_m", sa.Double(), nullable=True),
        sa.Column("height_way", sa.Text(), nullable=True),
        sa.Column("height_sd_m", sa.Double(), nullable=True),
        sa.CheckConstraint("flag IN (1, 2, 3, 4, 9)", name=op.f("ck_pose_point_flag")),
        sa.PrimaryKeyConstraint("vehicle_id", "observed_at", "key", name=op.f("pk_pose_point")),
        postgresql_partition_by="RANGE (observed_at)",
    )
    op.execute("CREATE TABLE pose_point_p_default PARTITION OF pose_point DEFAULT")
    op.create_index("ix_pose_point_id", "pose_point", ["id"], unique=False)
    op.create_geospatial_table(
        "track_point",
        sa.Column("vehicle_id", sa.Text(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("horizontal_accuracy_m", sa.Double(), nullable=True),
        sa.Column("ground_speed_m_s", sa.Double(), nullable=True),
        sa.Column("course_deg", sa.Double(), nullable=True),
        sa.Column("heading_deg", sa.Double(), nullable=True),
        sa.Column("climb_m_s", sa.Double(), nullable=True),
        sa.Column("on_ground", sa.Boolean(), nullable=True),
        sa.Column("flag", sa.SmallInteger(), nullable=False),
        sa.Column("reasons", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("extra", sa.JSON(), nullable=True),
        sa.Column("altitudes", sa.JSON(), nullable=False),
        sa.Column("height_tp_m", sa.Double(), nullable=True),
        sa.Column("height_way", sa.Text(), nullable=True),
        sa.Column("height_sd_m", sa.Double(), nullable=True),
        sa.CheckConstraint("flag IN (1, 2, 3, 4, 9)", name=op.f("ck_track_point_flag")),
        sa.PrimaryKeyConstraint("vehicle_id", "observed_at", "key", name=op.f("pk_track_point")),
        postgresql_partition_by="RANGE (observed_at)",
    )
    op.execute("CREATE TABLE track_point_p_default PARTITION OF track_point DEFAULT")


def _vehicles() -> None:
    op.create_table(
        "vehicle",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("callsign", sa.Text(), nullable=True),
        sa.Column("registration", sa.Text(), nullable=True),
        sa.Column("icao24", sa.Text(), nullable=True),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("registered", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("formation", sa.Text(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("first_heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('helicopter', 'aeroplane', 'drone', 'ground', 'unknown')", name=op.f("ck_vehicle_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle")),
        sa.UniqueConstraint("source", "source_id", name=op.f("uq_vehicle_source_source_id")),
    )
    op.create_geospatial_table(
        "field_event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("vehicle_id", sa.Text(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
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
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_field_event_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name=op.f("fk_field_event_vehicle_id_vehicle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_event")),
        sa.UniqueConstraint(
            "incident_id", "vehicle_id", "key", name=op.f("uq_field_event_incident_id_vehicle_id_key")
        ),
    )


def _states() -> None:
    op.create_table(
        "proximity_state",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Text(), nullable=False),
        sa.Column("second_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closest_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("horizontal_m", sa.Double(), nullable=False),
        sa.Column("vertical_m", sa.Double(), nullable=True),
        sa.Column("horizontal_only", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_proximity_state_pair")),
        sa.ForeignKeyConstraint(
            ["first_id"], ["vehicle.id"], name=op.f("fk_proximity_state_first_id_vehicle")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_proximity_state_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["vehicle.id"], name=op.f("fk_proximity_state_second_id_vehicle")
        ),
        sa.PrimaryKeyConstraint("incident_id", "first_id", "second_id", name=op.f("pk_proximity_state")),
    )
    op.create_geospatial_table(
        "vehicle_state",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("vehicle_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
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
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("horizontal_accuracy_m", sa.Double(), nullable=True),
        sa.Column("ground_speed_m_s", sa.Double(), nullable=True),
        sa.Column("course_deg", sa.Double(), nullable=True),
        sa.Column("heading_deg", sa.Double(), nullable=True),
        sa.Column("climb_m_s", sa.Double(), nullable=True),
        sa.Column("turn_deg_per_s", sa.Double(), nullable=True),
        sa.Column("on_ground", sa.Boolean(), nullable=True),
        sa.Column("battery_percent", sa.Double(), nullable=True),
        sa.Column("endurance_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link", sa.Double(), nullable=True),
        sa.Column("emergency", sa.Text(), nullable=True),
        sa.Column("trust", sa.Text(), nullable=False),
        sa.Column("stale_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("flag", sa.SmallInteger(), nullable=False),
        sa.Column("reasons", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("contact", sa.Text(), server_default="live", nullable=False),
        sa.Column("contact_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("goodbye", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("interval_s", sa.Double(), nullable=True),
        sa.Column("trail", sa.JSON(), nullable=False),
        sa.Column("mission_id", sa.Integer(), nullable=True),
        sa.Column("memory", sa.JSON(), nullable=False),
        sa.Column("altitudes", sa.JSON(), nullable=False),
        sa.Column("height_tp_m", sa.Double(), nullable=True),
        sa.Column("height_way", sa.Text(), nullable=True),
        sa.Column("height_sd_m", sa.Double(), nullable=True),
        sa.CheckConstraint("contact IN ('live', 'stale', 'lost')", name=op.f("ck_vehicle_state_contact")),
        sa.CheckConstraint("flag IN (1, 2, 3, 4, 9)", name=op.f("ck_vehicle_state_flag")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_vehicle_state_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name=op.f("fk_vehicle_state_vehicle_id_vehicle")
        ),
        sa.PrimaryKeyConstraint("incident_id", "vehicle_id", name=op.f("pk_vehicle_state")),
    )


def _airspaces() -> None:
    op.create_geospatial_table(
        "airspace",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("floor_tp_m", sa.Double(), nullable=True),
        sa.Column("ceiling_tp_m", sa.Double(), nullable=True),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exempt", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('keep-in', 'keep-out', 'emergency', 'operation')", name=op.f("ck_airspace_kind")
        ),
        sa.CheckConstraint("ceiling_tp_m > floor_tp_m", name=op.f("ck_airspace_heights")),
        sa.CheckConstraint("to_at > from_at", name=op.f("ck_airspace_times")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_airspace_author_id_account")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_airspace_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_airspace")),
    )
    op.create_geospatial_index(
        "idx_airspace_geom", "airspace", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(op.f("ix_airspace_incident_id"), "airspace", ["incident_id"], unique=False)
    op.create_table(
        "airspace_presence",
        sa.Column("airspace_id", sa.Integer(), nullable=False),
        sa.Column("vehicle_id", sa.Text(), nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("horizontal_only", sa.Boolean(), nullable=False),
        sa.Column("exempt", sa.Boolean(), nullable=False),
        sa.Column("memory", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["airspace_id"], ["airspace.id"], name=op.f("fk_airspace_presence_airspace_id_airspace")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name=op.f("fk_airspace_presence_vehicle_id_vehicle")
        ),
        sa.PrimaryKeyConstraint("airspace_id", "vehicle_id", name=op.f("pk_airspace_presence")),
    )


def downgrade() -> None:
    op.drop_table("airspace_presence")
    op.drop_index(op.f("ix_airspace_incident_id"), table_name="airspace")
    op.drop_geospatial_index(
        "idx_airspace_geom", table_name="airspace", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("airspace")
    op.drop_geospatial_table("vehicle_state")
    op.drop_table("proximity_state")
    op.drop_geospatial_table("field_event")
    op.drop_table("vehicle")
    op.drop_geospatial_table("track_point")
    op.drop_index("ix_pose_point_id", table_name="pose_point")
    op.drop_geospatial_table("pose_point")

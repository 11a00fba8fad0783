"""The ground."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.create_geospatial_table(
        "area",
        sa.Column("code", sa.Text(), nullable=False),
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
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("code ~ '^[0-9]{5}$'", name=op.f("ck_area_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area")),
    )
    op.create_geospatial_index(
        "idx_area_geom", "area", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "change",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "transaction",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text::bigint)"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_index("ix_change_at", "change", ["at"], unique=False)
    op.create_index("ix_change_transaction_id", "change", ["transaction", "id"], unique=False)
    op.create_table(
        "change_horizon",
        sa.Column("singleton", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("transaction", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("singleton", name=op.f("ck_change_horizon_one_row")),
        sa.PrimaryKeyConstraint("singleton", name=op.f("pk_change_horizon")),
    )
    op.create_geospatial_table(
        "evacuation_site",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kana", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
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
        sa.Column("hazards", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("also_shelter", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("elevation_m", sa.Double(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "hazards <@ ARRAY['flood','landslide','storm_surge','earthquake',"
            "'tsunami','large_fire','inland_flood','volcano']::text[]",
            name=op.f("ck_evacuation_site_hazards"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evacuation_site")),
    )
    op.create_geospatial_index(
        "idx_evacuation_site_geom",
        "evacuation_site",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index("ix_evacuation_site_area_code", "evacuation_site", ["area_code"], unique=False)
    op.create_index(
        "ix_evacuation_site_hazards", "evacuation_site", ["hazards"], unique=False, postgresql_using="gin"
    )
    op.create_geospatial_table(
        "gauge",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("river", sa.Text(), nullable=True),
        sa.Column("kana", sa.Text(), nullable=True),
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
        sa.Column("datum", sa.Text(), server_default="T.P.", nullable=False),
        sa.Column("zero_tp_m", sa.Double(), nullable=True),
        sa.Column("scheme", sa.Text(), server_default="standard", nullable=False),
        sa.Column("start_m", sa.Double(), nullable=True),
        sa.Column("standby_m", sa.Double(), nullable=True),
        sa.Column("caution_m", sa.Double(), nullable=True),
        sa.Column("evacuation_m", sa.Double(), nullable=True),
        sa.Column("danger_m", sa.Double(), nullable=True),
        sa.Column("overflow_m", sa.Double(), nullable=True),
        sa.Column("active_interval_s", sa.Integer(), server_default="600", nullable=False),
        sa.Column("idle_interval_s", sa.Integer(), server_default="86400", nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("datum IN ('T.P.', 'gauge zero')", name=op.f("ck_gauge_datum")),
        sa.CheckConstraint("active_interval_s > 0 AND idle_interval_s > 0", name=op.f("ck_gauge_intervals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gauge")),
    )
    op.create_geospatial_index(
        "idx_gauge_geom", "gauge", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_base", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_wall", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_speed", sa.Double(), nullable=True),
        sa.Column("clock_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "kind = 'drill' OR clock_base IS NULL", name=op.f("ck_incident_actual_by_wall_clock")
        ),
        sa.CheckConstraint("kind IN ('actual', 'drill')", name=op.f("ck_incident_kind")),
        sa.CheckConstraint("clock_speed > 0", name=op.f("ck_incident_clock_forward")),
        sa.CheckConstraint(
            "num_nulls(clock_base, clock_wall, clock_speed, clock_end) IN (0, 4)",
            name=op.f("ck_incident_clock_whole"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("slug", name=op.f("uq_incident_slug")),
    )
    op.create_table(
        "installation",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("singleton", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint("kind IN ('operational', 'demo')", name=op.f("ck_installation_kind")),
        sa.CheckConstraint("singleton", name=op.f("ck_installation_one_row")),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_installation")),
        sa.UniqueConstraint("singleton", name=op.f("uq_installation_singleton")),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("adapter", sa.Text(), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("first_received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint("digest", name=op.f("uq_quarantine_digest")),
    )
    op.create_table(
        "reading",
        sa.Column("gauge_id", sa.Text(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_corrected", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("level_m", sa.Double(), nullable=True),
        sa.Column("flag", sa.SmallInteger(), nullable=False),
        sa.Column("reasons", sa.Integer(), server_default="0", nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=True),
        sa.CheckConstraint("flag IN (1, 2, 3, 4, 9)", name=op.f("ck_reading_flag")),
        sa.PrimaryKeyConstraint("gauge_id", "observed_at", "key", name=op.f("pk_reading")),
        postgresql_partition_by="RANGE (observed_at)",
    )
    op.execute("CREATE TABLE reading_p_default PARTITION OF reading DEFAULT")
    op.create_index(
        "ix_reading_corrected",
        "reading",
        ["gauge_id", "key"],
        unique=False,
        postgresql_where=sa.text("time_corrected"),
    )
    op.create_table(
        "reading_verdict",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("gauge_id", sa.Text(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("flag", sa.SmallInteger(), nullable=False),
        sa.Column("reasons", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("flag IN (1, 2, 3, 4, 9)", name=op.f("ck_reading_verdict_flag")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_verdict")),
    )
    op.create_index(
        "ix_reading_verdict_reading", "reading_verdict", ["gauge_id", "observed_at"], unique=False
    )
    op.create_table(
        "service",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
    )
    op.create_geospatial_table(
        "shelter",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kana", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
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
        sa.Column("also_site", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("accepts", sa.Text(), nullable=True),
        sa.Column("welfare", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("elevation_m", sa.Double(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelter")),
    )
    op.create_geospatial_index(
        "idx_shelter_geom", "shelter", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_shelter_area_code", "shelter", ["area_code"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("installation", sa.Text(), nullable=False),
        sa.Column("demo", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("disabled", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("NOT demo OR installation = 'demo'", name=op.f("ck_account_demo_only_in_demo")),
        sa.ForeignKeyConstraint(
            ["installation"], ["installation.kind"], name=op.f("fk_account_installation_installation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
    )
    op.create_table(
        "device",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("gauge_id", sa.Text(), nullable=True),
        sa.Column("enabled", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["gauge_id"], ["gauge.id"], name=op.f("fk_device_gauge_id_gauge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )
    op.create_table(
        "river_state",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("gauge_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("level_m", sa.Double(), nullable=True),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("flag", sa.SmallInteger(), nullable=False),
        sa.Column("reasons", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("river_class", sa.Text(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("alarm", sa.Boolean(), nullable=False),
        sa.Column("threshold_doubt", sa.Boolean(), nullable=False),
        sa.Column("above_danger_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trend_m_per_h", sa.Double(), nullable=True),
        sa.Column("trend_sd_m_per_h", sa.Double(), nullable=True),
        sa.Column("trend", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("silent", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("flag IN (1, 2, 3, 4, 9)", name=op.f("ck_river_state_flag")),
        sa.ForeignKeyConstraint(["gauge_id"], ["gauge.id"], name=op.f("fk_river_state_gauge_id_gauge")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_river_state_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("incident_id", "gauge_id", name=op.f("pk_river_state")),
    )
    op.create_table(
        "warning_state",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("hazard", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("river", sa.Text(), nullable=True),
        sa.Column("areas", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_warning_state_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_warning_state")),
    )
    op.create_table(
        "warning_telegram",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_warning_telegram_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warning_telegram")),
        sa.UniqueConstraint(
            "incident_id", "source_id", name=op.f("uq_warning_telegram_incident_id_source_id")
        ),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=True),
        sa.Column("object_id", sa.Text(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_audit_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_table(
        "chronology",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("event_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=True),
        sa.Column("object_id", sa.Text(), nullable=True),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_chronology_author_id_account")),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["chronology.id"], name=op.f("fk_chronology_corrects_id_chronology")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_chronology_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chronology")),
    )
    op.create_index("ix_chronology_incident_id_id", "chronology", ["incident_id", "id"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("shelter_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "role <> 'shelter_staff' OR shelter_id IS NOT NULL", name=op.f("ck_role_grant_staff_of_a_shelter")
        ),
        sa.CheckConstraint(
            "role IN ('duty_officer','approver','shelter_staff','field','health','administrator')",
            name=op.f("ck_role_grant_role"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_role_grant_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["shelter_id"], ["shelter.id"], name=op.f("fk_role_grant_shelter_id_shelter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint(
            "account_id",
            "role",
            "shelter_id",
            name=op.f("uq_role_grant_account_id_role_shelter_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "sign_in_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("csrf_token", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_sign_in_session_account_id_account")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_session")),
    )


def downgrade() -> None:
    op.drop_table("sign_in_session")
    op.drop_table("role_grant")
    op.drop_index("ix_chronology_incident_id_id", table_name="chronology")
    op.drop_table("chronology")
    op.drop_index("ix_audit_at", table_name="audit")
    op.drop_table("audit")
    op.drop_table("warning_telegram")
    op.drop_table("warning_state")
    op.drop_table("river_state")
    op.drop_table("device")
    op.drop_table("account")
    op.drop_index("ix_shelter_area_code", table_name="shelter")
    op.drop_geospatial_index(
        "idx_shelter_geom", table_name="shelter", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("shelter")
    op.drop_table("service")
    op.drop_index("ix_reading_verdict_reading", table_name="reading_verdict")
    op.drop_table("reading_verdict")
    op.drop_index("ix_reading_corrected", table_name="reading", postgresql_where=sa.text("time_corrected"))
    op.drop_table("reading")
    op.drop_table("quarantine")
    op.drop_table("installation")
    op.drop_table("incident")
    op.drop_geospatial_index(
        "idx_gauge_geom", table_name="gauge", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("gauge")
    op.drop_index("ix_evacuation_site_hazards", table_name="evacuation_site", postgresql_using="gin")
    op.drop_index("ix_evacuation_site_area_code", table_name="evacuation_site")
    op.drop_geospatial_index(
        "idx_evacuation_site_geom", table_name="evacuation_site", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("evacuation_site")
    op.drop_table("change_horizon")
    op.drop_index("ix_change_transaction_id", table_name="change")
    op.drop_index("ix_change_at", table_name="change")
    op.drop_table("change")
    op.drop_geospatial_index("idx_area_geom", table_name="area", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("area")

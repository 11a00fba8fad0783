"""Floods on terrain: rasters, breach sites, runs and their fields."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_geospatial_table(
        "terrain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "bounds",
            Geometry(
                geometry_type="POLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("crs", sa.Text(), nullable=False),
        sa.Column("cell_x_m", sa.Double(), nullable=False),
        sa.Column("cell_y_m", sa.Double(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("columns", sa.Integer(), nullable=False),
        sa.Column("datum", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "registered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("cell_x_m > 0 AND cell_y_m > 0", name=op.f("ck_terrain_cell")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terrain")),
        sa.UniqueConstraint("name", name=op.f("uq_terrain_name")),
        sa.UniqueConstraint("sha256", name=op.f("uq_terrain_sha256")),
    )
    op.create_geospatial_index(
        "idx_terrain_bounds", "terrain", ["bounds"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_geospatial_table(
        "breach_site",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("gauge_id", sa.Text(), nullable=False),
        sa.Column(
            "line",
            Geometry(
                geometry_type="LINESTRING",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("sill_m", sa.Double(), nullable=True),
        sa.Column("width_m", sa.Double(), nullable=True),
        sa.Column("bed_slope", sa.Double(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.CheckConstraint("bed_slope IS NULL OR bed_slope > 0", name=op.f("ck_breach_site_bed_slope")),
        sa.CheckConstraint("width_m IS NULL OR width_m > 0", name=op.f("ck_breach_site_width")),
        sa.ForeignKeyConstraint(["gauge_id"], ["gauge.id"], name=op.f("fk_breach_site_gauge_id_gauge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach_site")),
    )
    op.create_geospatial_index(
        "idx_breach_site_line",
        "breach_site",
        ["line"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index("ix_breach_site_gauge_id", "breach_site", ["gauge_id"], unique=False)
    op.create_table(
        "inundation_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("inflow", sa.JSON(), nullable=False),
        sa.Column("discharge", sa.JSON(), nullable=False),
        sa.Column("terrain_id", sa.Integer(), nullable=False),
        sa.Column("gauge_id", sa.Text(), nullable=True),
        sa.Column("site_id", sa.Text(), nullable=True),
        sa.Column("breach", sa.JSON(), nullable=False),
        sa.Column("part", sa.JSON(), nullable=False),
        sa.Column("grid", sa.JSON(), nullable=False),
        sa.Column("bounds", sa.JSON(), nullable=False),
        sa.Column("manning", sa.Double(), nullable=False),
        sa.Column("hours", sa.Double(), nullable=False),
        sa.Column("frame_s", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("progress", sa.Double(), server_default="0", nullable=False),
        sa.Column("member", sa.Text(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("frames", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("summary", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=True),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stop_asked", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("cause IN ('drawn','threshold','scenario')", name=op.f("ck_inundation_run_cause")),
        sa.CheckConstraint(
            "state IN ('waiting','running','done','stopped','failed')", name=op.f("ck_inundation_run_state")
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 1", name=op.f("ck_inundation_run_progress")),
        sa.ForeignKeyConstraint(["gauge_id"], ["gauge.id"], name=op.f("fk_inundation_run_gauge_id_gauge")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_inundation_run_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["account.id"], name=op.f("fk_inundation_run_requested_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["breach_site.id"], name=op.f("fk_inundation_run_site_id_breach_site")
        ),
        sa.ForeignKeyConstraint(
            ["terrain_id"], ["terrain.id"], name=op.f("fk_inundation_run_terrain_id_terrain")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inundation_run")),
    )
    op.create_index("ix_inundation_run_incident_id_id", "inundation_run", ["incident_id", "id"], unique=False)
    op.create_index("ix_inundation_run_state", "inundation_run", ["state"], unique=False)
    op.create_table(
        "inundation_document",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('lines','impact')", name=op.f("ck_inundation_document_kind")),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["inundation_run.id"],
            name=op.f("fk_inundation_document_run_id_inundation_run"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "member", "kind", name=op.f("pk_inundation_document")),
    )
    op.create_table(
        "inundation_tile",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.Column("t_s", sa.Integer(), nullable=False),
        sa.Column("tile_row", sa.Integer(), nullable=False),
        sa.Column("tile_column", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "quantity IN ('depth','peak','arrival','duration')", name=op.f("ck_inundation_tile_quantity")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["inundation_run.id"],
            name=op.f("fk_inundation_tile_run_id_inundation_run"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "run_id", "member", "quantity", "t_s", "tile_row", "tile_column", name=op.f("pk_inundation_tile")
        ),
    )


def downgrade() -> None:
    op.drop_table("inundation_tile")
    op.drop_table("inundation_document")
    op.drop_index("ix_inundation_run_state", table_name="inundation_run")
    op.drop_index("ix_inundation_run_incident_id_id", table_name="inundation_run")
    op.drop_table("inundation_run")
    op.drop_index("ix_breach_site_gauge_id", table_name="breach_site")
    op.drop_geospatial_index(
        "idx_breach_site_line", table_name="breach_site", postgresql_using="gist", column_name="line"
    )
    op.drop_geospatial_table("breach_site")
    op.drop_geospatial_index(
        "idx_terrain_bounds", table_name="terrain", postgresql_using="gist", column_name="bounds"
    )
    op.drop_geospatial_table("terrain")

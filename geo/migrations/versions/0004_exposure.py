"""People, facilities and roads that stand in the way of water."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KINDS = (
    "'care_home','day_care','disabled_care','hospital','clinic','school','nursery','children',"
    "'underpass','fire_station','police','depot','heliport','other'"
)


def geometry(kind: str) -> Geometry:
    return Geometry(
        geometry_type=kind,
        srid=4326,
        dimension=2,
        spatial_index=False,
        from_text="ST_GeomFromEWKT",
        name="geometry",
        nullable=False,
    )


def index_geometry(table: str) -> None:
    op.create_geospatial_index(
        f"idx_{table}_geom", table, ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )


def upgrade() -> None:
    op.create_geospatial_table(
        "people_point",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("geom", geometry("POINT"), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column("district", sa.Text(), nullable=True),
        sa.Column("persons", sa.Float(), nullable=False),
        sa.Column("households", sa.Float(), nullable=True),
        sa.Column("ages", sa.JSON(), nullable=True),
        sa.Column("coarse", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("persons >= 0 AND persons < 'Infinity'", name=op.f("ck_people_point_persons")),
        sa.CheckConstraint("households IS NULL OR households >= 0", name=op.f("ck_people_point_households")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_point")),
    )
    index_geometry("people_point")
    op.create_index("ix_people_point_area_code", "people_point", ["area_code"])
    op.create_index("ix_people_point_source", "people_point", ["source"])
    op.create_geospatial_table(
        "facility",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column("geom", geometry("POINT"), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.CheckConstraint(f"kind = ANY (ARRAY[{KINDS}]::text[])", name=op.f("ck_facility_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility")),
    )
    index_geometry("facility")
    op.create_index("ix_facility_area_code", "facility", ["area_code"])
    op.create_geospatial_table(
        "road",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("class", sa.Text(), nullable=True),
        sa.Column("geom", geometry("MULTILINESTRING"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road")),
    )
    index_geometry("road")


def downgrade() -> None:
    for table in ("road", "facility", "people_point"):
        op.drop_geospatial_table(table)

"""Terrain that floods can be computed on, breach sites, and the runs with their fields."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import SRID, Base

CAUSES = ("drawn", "threshold", "scenario")
STATES = ("waiting", "running", "done", "stopped", "failed")
QUANTITIES = ("depth", "peak", "arrival", "duration")


def _one_of(column: str, names: tuple[str, ...]) -> str:
    return f"{column} IN ('" + "','".join(names) + "')"


class Terrain(Base):
    """A raster of the ground that stands in the state folder; heights are metres above `datum`."""

    __tablename__ = "terrain"
    __table_args__ = (CheckConstraint("cell_x_m > 0 AND cell_y_m > 0", name="cell"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    bounds: Mapped[WKBElement] = mapped_column(Geometry("POLYGON", srid=SRID))
    crs: Mapped[str]
    #: size of a cell on the ground in the middle of the raster [m]
    cell_x_m: Mapped[float]
    cell_y_m: Mapped[float]
    rows: Mapped[int]
    columns: Mapped[int]
    datum: Mapped[str]
    credit: Mapped[str]
    licence: Mapped[str | None]
    #: below `terrain/` in the state folder
    file: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    #: where two overlap the higher one is taken
    priority: Mapped[int] = mapped_column(server_default="0")
    registered_at: Mapped[datetime] = mapped_column(server_default=func.now())


class BreachSite(Base):
    """A place where a levee is expected to fail (重要水防箇所, 想定破堤点), as planners register it."""

    __tablename__ = "breach_site"
    __table_args__ = (
        CheckConstraint("width_m IS NULL OR width_m > 0", name="width"),
        CheckConstraint("bed_slope IS NULL OR bed_slope > 0", name="bed_slope"),
        Index("ix_breach_site_gauge_id", "gauge_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    gauge_id: Mapped[str] = mapped_column(ForeignKey("gauge.id"))
    line: Mapped[WKBElement] = mapped_column(Geometry("LINESTRING", srid=SRID))
    #: metres above T.P.; null = the ground behind
    sill_m: Mapped[float | None]
    #: null = the length of the line
    width_m: Mapped[float | None]
    #: of the river [m/m]; null = unknown, the whole frontal discharge is taken
    bed_slope: Mapped[float | None]
    source: Mapped[str]
    #: the feature as it came
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)


class InundationRun(Base):
    """A question (what if the levee goes here?) and what became of it. Times are the incident's."""

    __tablename__ = "inundation_run"
    __table_args__ = (
        CheckConstraint(_one_of("cause", CAUSES), name="cause"),
        CheckConstraint(_one_of("state", STATES), name="state"),
        CheckConstraint("progress BETWEEN 0 AND 1", name="progress"),
        Index("ix_inundation_run_incident_id_id", "incident_id", "id"),
        Index("ix_inundation_run_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    version: Mapped[int] = mapped_column(BigInteger, server_default="1")
    cause: Mapped[str]
    title: Mapped[str]
    title_en: Mapped[str]
    #: what was asked, as it was asked
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: discharge by member, `{"median": {"time_s": [], "m3_s": []}}`
    inflow: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: `{"source", "words", "words_en", "peak_m3_s"}`
    discharge: Mapped[dict[str, Any]] = mapped_column(JSON)
    terrain_id: Mapped[int] = mapped_column(ForeignKey("terrain.id"))
    gauge_id: Mapped[str | None] = mapped_column(ForeignKey("gauge.id"))
    site_id: Mapped[str | None] = mapped_column(ForeignKey("breach_site.id"))
    #: GeoJSON LineString, longitude and latitude
    breach: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: the part of the terrain: `[first row, end, first column, end]`
    part: Mapped[list[int]] = mapped_column(JSON)
    #: the screen's grid in EPSG:3857
    grid: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: `[west, south, east, north]` in degrees
    bounds: Mapped[list[float]] = mapped_column(JSON)
    manning: Mapped[float]
    hours: Mapped[float]
    frame_s: Mapped[int]
    starts_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="waiting")
    progress: Mapped[float] = mapped_column(server_default="0")
    member: Mapped[str | None]
    fault: Mapped[str | None]
    #: what a reader of the result must know: `[{"code", "ja", "en"}]`
    notes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    #: depth frames that can be seen, `{"median": [0, 600]}`
    frames: Mapped[dict[str, Any]] = mapped_column(JSON, server_default="{}")
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, server_default="{}")
    requested_by: Mapped[str | None]
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    requested_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    stop_asked: Mapped[bool] = mapped_column(server_default="false")
    #: counts the processes that took it up; only the newest may write
    attempt: Mapped[int] = mapped_column(server_default="0")
    #: last sign of life of the process that works on it, by the database's clock
    heartbeat_at: Mapped[datetime | None]


class InundationTile(Base):
    """A square of one field of a run: 256 × 256 uint16, little-endian, zlib (docs/live.md)."""

    __tablename__ = "inundation_tile"
    __table_args__ = (CheckConstraint(_one_of("quantity", QUANTITIES), name="quantity"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("inundation_run.id", ondelete="CASCADE"), primary_key=True)
    member: Mapped[str] = mapped_column(primary_key=True)
    quantity: Mapped[str] = mapped_column(primary_key=True)
    t_s: Mapped[int] = mapped_column(primary_key=True)
    tile_row: Mapped[int] = mapped_column(primary_key=True)
    tile_column: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class InundationDocument(Base):
    """What was made of a member's fields: `lines` (GeoJSON) or `impact`."""

    __tablename__ = "inundation_document"
    __table_args__ = (CheckConstraint(_one_of("kind", ("lines", "impact")), name="kind"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("inundation_run.id", ondelete="CASCADE"), primary_key=True)
    member: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)

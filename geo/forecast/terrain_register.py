"""The register of terrain: rasters that were copied into the state folder, and which one lies under a line.

The database tells where each lies, how fine it is, what its heights are above and whom to credit; the
values stay files, named by their digest, so that a raster is never changed behind a run's back.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
import shapely
from psycopg.rows import dict_row
from pyproj import CRS
from shapely.geometry import LineString, Polygon, box

from geo.queries import load
from geo.terrain import Sheet, TerrainError, ground_size, open_sheet, project

_SQL = load("geo", "terrain.sql")
#: where the rasters stand in the state folder
FOLDER: Final = "terrain"
#: points along each edge of a raster's outline, since straight edges bend in degrees
_EDGE_POINTS: Final = 20


class TerrainRegisterError(ValueError):
    """Raised when a raster cannot be registered or found; names it."""


@dataclass(frozen=True, kw_only=True)
class RegisteredTerrain:
    """One row of the register; `path` is the file."""

    id: int
    name: str
    datum: str
    credit: str
    licence: str | None
    cell_x_m: float
    cell_y_m: float
    path: Path

    def open(self) -> Sheet:
        """Open its file. Raises `TerrainRegisterError` when it is not where it was put."""
        try:
            return open_sheet(self.path, datum=self.datum)
        except TerrainError as fault:
            raise TerrainRegisterError(f"terrain {self.name!r}: {fault}") from fault


@dataclass(frozen=True, kw_only=True)
class NewTerrain:
    """A raster to register. `datum` is needed where the file does not name one."""

    source: Path
    name: str
    credit: str
    datum: str | None = None
    licence: str | None = None
    priority: int = 0


def register_terrain(
    connection: psycopg.Connection[Any], new: NewTerrain, state_dir: Path
) -> RegisteredTerrain:
    """Copy a raster into the state folder and register it; the same file again renews what is said of it.

    Raises `TerrainRegisterError` for an empty name or credit, a name that another raster has, heights
    without a datum, and whatever cannot be read.
    """
    if not new.name.strip() or not new.credit.strip():
        raise TerrainRegisterError(f"{new.source}: a terrain needs a name and whom to credit")
    try:
        sheet = open_sheet(new.source, datum=new.datum)
        cell_x_m, cell_y_m, _ = ground_size(sheet.transform, (sheet.rows, sheet.columns), sheet.crs)
    except TerrainError as fault:
        raise TerrainRegisterError(str(fault)) from fault
    if sheet.datum is None:
        raise TerrainRegisterError(
            f"{new.source} does not say what its heights are above; say so (--datum T.P.)"
        )
    digest = _digest(new.source)
    row = connection.execute(_SQL["named"], {"name": new.name}).fetchone()
    if row is not None and row[1] != digest:
        raise TerrainRegisterError(
            f"there is another terrain called {new.name!r}; give this one its own name"
        )
    file = f"{digest[:20]}.tif"
    _copy(new.source, state_dir / FOLDER / file)
    facts: dict[str, Any] = {
        "name": new.name, "datum": sheet.datum, "credit": new.credit, "licence": new.licence,
        "cell_x_m": cell_x_m, "cell_y_m": cell_y_m,
    }  # fmt: skip
    with connection.transaction():
        found = connection.execute(
            _SQL["put"],
            facts
            | {
                "bounds": shapely.to_wkb(outline(sheet)),
                "crs": sheet.crs.to_string(),
                "rows": sheet.rows,
                "columns": sheet.columns,
                "file": file,
                "sha256": digest,
                "priority": new.priority,
            },
        ).fetchone()
    assert found is not None  # noqa: S101 - an upsert returns its row
    return RegisteredTerrain(id=found[0], path=state_dir / FOLDER / file, **facts)


def list_terrain(connection: psycopg.Connection[Any], state_dir: Path) -> list[RegisteredTerrain]:
    """Return all terrain, best first."""
    return _rows(connection, "all", {}, state_dir)


def terrain_under(
    connection: psycopg.Connection[Any], line: LineString, state_dir: Path, *, terrain_id: int | None = None
) -> list[RegisteredTerrain]:
    """Return the terrain that reaches under a line (longitude, latitude), best first.

    By priority, then the finer one, then the newer one; only `terrain_id` when it is given.
    """
    return _rows(connection, "under", {"line": shapely.to_wkb(line), "terrain": terrain_id}, state_dir)


def _rows(
    connection: psycopg.Connection[Any], statement: str, parameters: dict[str, Any], state_dir: Path
) -> list[RegisteredTerrain]:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_SQL[statement], parameters).fetchall()
    names = ("id", "name", "datum", "credit", "licence", "cell_x_m", "cell_y_m")
    return [
        RegisteredTerrain(path=state_dir / FOLDER / row["file"], **{name: row[name] for name in names})
        for row in rows
    ]


def outline(sheet: Sheet) -> Polygon:
    """Return the outline of a raster in longitude and latitude."""
    west, north = sheet.transform.c, sheet.transform.f
    east, south = west + sheet.transform.a * sheet.columns, north + sheet.transform.e * sheet.rows
    frame = box(west, south, east, north)
    dense = shapely.segmentize(frame, max(east - west, north - south) / _EDGE_POINTS)
    ground = project(dense, sheet.crs, CRS.from_epsg(4326))
    assert isinstance(ground, Polygon)  # noqa: S101 - a projection keeps the kind
    return ground


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(source: Path, target: Path) -> None:
    """Copy a file so that it is there whole or not at all."""
    if target.exists() and target.stat().st_size == source.stat().st_size:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=target.parent, prefix=".part-")
    os.close(handle)
    try:
        shutil.copyfile(source, part)
        Path(part).chmod(0o644)
        Path(part).replace(target)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise

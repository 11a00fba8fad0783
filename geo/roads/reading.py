"""Reads from the database the roads around places, and the newest simulated flood they are held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import psycopg
import shapely
from psycopg.rows import DictRow

from geo.flood.exposure import Footing
from geo.forecast.simulation_screen import NEVER, TILE, untile
from geo.queries import load
from geo.roads.graph import DEGREE_M
from geo.roads.network import Closure, KnownFlood, RoadLine, RoadNet, road_net
from geo.roads.road_rules import road_rules
from geo.roads.water import Codes, FloodField

_SQL: Final = load("geo", "road.sql")
#: the member a flood is drawn with first on the map
_MEMBER: Final = "median"


def read_road_net(
    cursor: psycopg.Cursor[DictRow],
    incident_id: int,
    places: Sequence[tuple[float, float]],
    closures: Sequence[Closure],
) -> RoadNet | None:
    """Return the network around `places` (lon, lat [degrees]) as it stands in an incident.

    None when no road is registered there, or there is no place.
    """
    if not places:
        return None
    rules = road_rules()
    rows = cursor.execute(_SQL["lines_in"], _box(places, rules.margin_m)).fetchall()
    roads = [
        RoadLine(
            name=row["name"],
            road_class=row["class"],
            line=shapely.from_wkb(row["line"]),
            source=row["source"],
        )
        for row in rows
    ]
    return road_net(roads, closures, read_flood(cursor, incident_id) if roads else None, rules)


def read_flood(cursor: psycopg.Cursor[DictRow], incident_id: int) -> KnownFlood | None:
    """Return the newest run of an incident that was computed to its end, its median if it has one."""
    row = cursor.execute(_SQL["newest_flood"], {"incident": incident_id}).fetchone()
    if row is None:
        return None
    member = _MEMBER if _MEMBER in row["frames"] else next(iter(row["frames"]), _MEMBER)
    grid = row["grid"]
    shape = grid["rows"], grid["columns"]
    fields = {
        quantity: _field(cursor, {"run": row["id"], "member": member, "quantity": quantity}, shape, nothing)
        for quantity, nothing in (("peak", 0), ("arrival", NEVER))
    }
    # the size on the ground is not asked of a footing that only finds cells
    footing = Footing(grid["west"], grid["north"], grid["cell_x"], grid["cell_y"], *shape, 1.0)
    names = ("title", "title_en", "starts_at", "hours", "finished_at")
    return KnownFlood(
        run=row["id"], member=member, field=FloodField(footing=footing, **fields),
        **{name: row[name] for name in names},
    )  # fmt: skip


def _field(
    cursor: psycopg.Cursor[Any], keys: Mapping[str, Any], shape: tuple[int, int], nothing: int
) -> Codes:
    """Return a field (rows, columns); a tile that is not stored holds `nothing`."""
    tiled = tuple(-(-length // TILE) * TILE for length in shape)
    codes = np.full(tiled, nothing, np.uint16)
    for tile in cursor.execute(_SQL["field"], keys).fetchall():
        row, column = tile["tile_row"] * TILE, tile["tile_column"] * TILE
        codes[row : row + TILE, column : column + TILE] = untile(bytes(tile["data"]))
    return codes[: shape[0], : shape[1]]


def _box(places: Sequence[tuple[float, float]], margin_m: float) -> dict[str, float]:
    lon, lat = np.array(places, np.float64).T
    up = margin_m / DEGREE_M
    aside = up / np.cos(np.radians(np.abs(lat).max()))
    return {
        "west": float(lon.min() - aside), "east": float(lon.max() + aside),
        "south": float(lat.min() - up), "north": float(lat.max() + up),
    }  # fmt: skip

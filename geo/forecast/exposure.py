"""Reads from the database what stands on a raster: people, places, roads, municipalities, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec
import numpy as np
import psycopg
import shapely
from psycopg.rows import dict_row
from pyproj import CRS, Transformer
from rasterio.features import rasterize  # type: ignore[import-untyped]

from geo.exposure.ages import group_sum
from geo.flood.exposure import (
    AGE_GROUPS,
    OUTSIDE,
    AreaMap,
    AreaName,
    Exposure,
    Footing,
    Indices,
    Numbers,
    People,
    Places,
    Roads,
    reached,
)
from geo.flood.road_samples import sample_roads
from geo.queries import load
from geo.terrain import Raster, project

_SQL = load("geo", "exposure.sql")
_WGS84: Final = CRS.from_epsg(4326)

Row = dict[str, Any]


def read_exposure(connection: psycopg.Connection[Any], raster: Raster) -> Exposure:
    """Return what stands on `raster`, each thing at its cell. What lies outside its rectangle is not in it.

    People are None when the database holds none there: that nobody lives there is not known from it.
    """
    footing = footing_of(raster)
    box = _degrees(raster)
    with connection.cursor(row_factory=dict_row) as cursor:
        people, places, roads, areas = (
            cursor.execute(_SQL[f"{name}_in"], box).fetchall()
            for name in ("people", "places", "roads", "areas")
        )
    names = {row["code"]: row["name"] for row in areas}
    return Exposure(
        shape=raster.shape,
        cell_m2=footing.cell_m2,
        people=people_on(people, names, raster),
        places=places_on(places, raster),
        roads=_roads(roads, raster),
        areas=_area_map(areas, raster),
    )


def footing_of(raster: Raster) -> Footing:
    """Return where a raster lies in the plane of its coordinate reference system."""
    west, _south, _east, north = raster.bounds
    cell_x, cell_y = float(raster.transform.a), -float(raster.transform.e)
    rows, columns = raster.shape
    return Footing(west, north, cell_x, cell_y, rows, columns, raster.dx_m * raster.dy_m)


def _degrees(raster: Raster) -> dict[str, float]:
    to_degrees = Transformer.from_crs(raster.crs, _WGS84, always_xy=True)
    bounds = to_degrees.transform_bounds(*raster.bounds, densify_pts=21)
    return dict(zip(("west", "south", "east", "north"), bounds, strict=True))


def _points(rows: Sequence[Mapping[str, Any]]) -> tuple[Numbers, Numbers]:
    lon, lat = (np.array([row[name] for row in rows], np.float64) for name in ("lon", "lat"))
    return lon, lat


def _plane(lon: Numbers, lat: Numbers, raster: Raster) -> tuple[Numbers, Numbers]:
    x, y = Transformer.from_crs(_WGS84, raster.crs, always_xy=True).transform(lon, lat)
    return np.asarray(x), np.asarray(y)


def people_on(rows: Sequence[Row], names: Mapping[str, str], raster: Raster) -> People | None:
    """Return the people of `rows` (columns of the statement `people_in`) on a raster, None when it has none.

    `names` are those of the municipalities by code.
    """
    if not rows:
        return None
    cells = footing_of(raster).cells(*_plane(*_points(rows), raster))
    rows = [row for row, cell in zip(rows, cells, strict=True) if cell != OUTSIDE]
    if not rows:
        return None
    groups = np.array([_age_groups(row["ages"]) for row in rows]).T
    municipality, municipalities = _numbered(
        [None if row["area_code"] is None else AreaName(row["area_code"], names.get(row["area_code"]))
         for row in rows]
    )  # fmt: skip
    district, districts = _numbered(
        [None if row["district"] is None else AreaName(row["area_code"], row["district"]) for row in rows]
    )
    dates = [row["as_of"] for row in rows if row["as_of"] is not None]
    return People(
        cells=cells[cells != OUTSIDE],
        persons=_column(rows, "persons"),
        households=_column(rows, "households"),
        groups=dict(zip(AGE_GROUPS, groups, strict=True)),
        municipality=municipality,
        district=district,
        municipalities=municipalities,
        districts=districts,
        source="; ".join(sorted({row["source"] for row in rows})),
        as_of=min(dates).isoformat() if dates else None,
        synthetic=any(row["synthetic"] for row in rows),
        coarse_persons=float(sum(row["persons"] for row in rows if row["coarse"])),
    )


@lru_cache(maxsize=100_000)
def _age_groups(ages: str | None) -> tuple[float, ...]:
    """Return the persons of each of `AGE_GROUPS`. Few different texts stand at many points."""
    bands = None if ages is None else msgspec.json.decode(ages)
    return tuple(group_sum(bands, *group) for group in AGE_GROUPS.values())


def _column(rows: Sequence[Row], name: str) -> Numbers:
    return np.array([np.nan if row[name] is None else row[name] for row in rows], np.float64)


def _numbered(names: Sequence[AreaName | None]) -> tuple[Indices, list[AreaName]]:
    """Return the index of each name among the different ones, `OUTSIDE` for None, and these."""
    different = {name: at for at, name in enumerate(dict.fromkeys(name for name in names if name))}
    index = np.array([OUTSIDE if name is None else different[name] for name in names], np.int64)
    return index, list(different)


def places_on(rows: Sequence[Row], raster: Raster) -> Places:
    """Return the places of `rows` (columns of the statement `places_in`) that lie on a raster."""
    lon, lat = _points(rows)
    cells = reached(footing_of(raster), *_plane(lon, lat, raster), (raster.dx_m, raster.dy_m))
    there = cells[:, 0] != OUTSIDE
    kept = [row for row, inside in zip(rows, there, strict=True) if inside]
    return Places(
        cells=cells[there],
        kinds=[row["kind"] for row in kept],
        ids=[row["id"] for row in kept],
        names=[row["name"] for row in kept],
        areas=[row["area_code"] for row in kept],
        lon=lon[there],
        lat=lat[there],
    )


def _roads(rows: Sequence[Row], raster: Raster) -> Roads:
    lines = [project(shapely.from_wkb(row["line"]), _WGS84, raster.crs) for row in rows]
    columns = {name: [row[name] for row in rows] for name in ("id", "name", "class")}
    size = raster.dx_m, raster.dy_m
    return sample_roads(lines, footing_of(raster), size, columns["id"], columns["name"], columns["class"])


def _area_map(rows: Sequence[Row], raster: Raster) -> AreaMap | None:
    if not rows:
        return None
    grounds = [project(shapely.from_wkb(row["ground"]), _WGS84, raster.crs) for row in rows]
    labels = rasterize(
        zip(grounds, range(len(rows)), strict=True),
        out_shape=raster.shape,
        fill=OUTSIDE,
        transform=raster.transform,
        dtype="int16",
    )
    return AreaMap(labels=labels, names=[AreaName(row["code"], row["name"]) for row in rows])

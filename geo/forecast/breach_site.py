"""Sites where a levee is expected to fail (重要水防箇所, 想定破堤点): read from GeoJSON, and registered.

A feature is a LineString (longitude, latitude) with the properties `id`, `name` and `gauge`, and where they
are known `sill_m` [m above T.P.], `width_m` [m], `bed_slope` [m/m] and `land_side` (left or right of the
line). A feature that cannot be used is reported and the rest is taken.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import psycopg
from psycopg.rows import dict_row
from pyproj import CRS
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from geo.forecast.simulation_request import BED_SLOPE, SILL_M, WIDTH_M
from geo.open_table import RowFault
from geo.queries import load
from geo.terrain import TerrainError, geometries

_SQL = load("geo", "inundation.sql")
_LIMITS: Final = {"sill_m": SILL_M, "width_m": WIDTH_M, "bed_slope": BED_SLOPE}


class BreachSiteFileError(ValueError):
    """Raised when a file holds no breach sites at all; names it."""


@dataclass(frozen=True, kw_only=True)
class BreachSite:
    """One site; numbers are None where nobody knows them."""

    #: number of its feature in the file, from 1
    number: int
    id: str
    name: str
    gauge_id: str
    line: LineString
    sill_m: float | None
    width_m: float | None
    bed_slope: float | None
    raw: Mapping[str, Any]


@dataclass(frozen=True)
class BreachSiteFile:
    """What a file held."""

    sites: list[BreachSite]
    faults: list[RowFault]


class _FeatureFaultError(ValueError):
    """Raised for a feature that cannot be used."""

    def __init__(self, column: str, value: object, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, str(value), reason


def read_breach_sites(document: Any, name: str) -> BreachSiteFile:  # noqa: ANN401 - any JSON
    """Read the sites of a GeoJSON document; `name` is the file's. Raises `BreachSiteFileError`."""
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise BreachSiteFileError(f"{name} is no GeoJSON FeatureCollection")
    try:
        found, crs = geometries(document, name)
    except TerrainError as fault:
        raise BreachSiteFileError(str(fault)) from fault
    if crs != CRS.from_epsg(4326) and not crs.is_geographic:
        raise BreachSiteFileError(f"{name} is in {crs.name}; longitude and latitude are expected")
    sites: dict[str, BreachSite] = {}
    faults = []
    for number, (feature, geometry) in enumerate(zip(document["features"], found, strict=True), 1):
        try:
            site = _site(number, feature.get("properties") or {}, geometry, sites)
        except _FeatureFaultError as fault:
            faults.append(RowFault(number, fault.column, fault.value, fault.reason, rejected=True))
        else:
            sites[site.id] = site
    return BreachSiteFile(list(sites.values()), faults)


def _site(
    number: int, properties: Mapping[str, Any], geometry: BaseGeometry, others: Container[str]
) -> BreachSite:
    if not isinstance(geometry, LineString) or geometry.length == 0:
        raise _FeatureFaultError("geometry", geometry.geom_type, "a breach site is a LineString")
    words = {name: str(properties.get(name) or "").strip() for name in ("id", "name", "gauge")}
    for name, text in words.items():
        if not text:
            raise _FeatureFaultError(name, "", "is missing")
    if properties.get("land_side") not in (None, "left", "right"):
        raise _FeatureFaultError("land_side", properties["land_side"], "must be left or right")
    if words["id"] in others:
        raise _FeatureFaultError("id", words["id"], "another feature has this id")
    line = LineString([point[:2] for point in geometry.coords])
    numbers = {name: _number(properties, name) for name in _LIMITS}
    return BreachSite(
        number=number, id=words["id"], name=words["name"], gauge_id=words["gauge"], line=line,
        raw=properties, **numbers,
    )  # fmt: skip


def _number(properties: Mapping[str, Any], name: str) -> float | None:
    value = properties.get(name)
    if value is None or value == "":
        return None
    low, high = _LIMITS[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise _FeatureFaultError(name, value, f"must be a number from {low:g} to {high:g}")
    return float(value)


def unknown_gauges(connection: psycopg.Connection[Any], sites: Iterable[BreachSite]) -> set[str]:
    """Return the gauges of sites that are not registered."""
    asked = {site.gauge_id for site in sites}
    rows = connection.execute(_SQL["gauge_ids"], {"ids": sorted(asked)}).fetchall()
    return asked - {row[0] for row in rows}


@dataclass(frozen=True)
class Registered:
    """How many sites were new, different from before, and as before."""

    inserted: int
    updated: int
    unchanged: int


def register_breach_sites(
    connection: psycopg.Connection[Any], sites: Sequence[BreachSite], *, source: str
) -> Registered:
    """Write sites, all or none; their gauges must be registered. `source` says whom to credit."""
    names = ("id", "name", "gauge_id", "sill_m", "width_m", "bed_slope")
    columns: dict[str, list[Any]] = {name: [getattr(site, name) for site in sites] for name in names}
    columns["line"] = [site.line.wkt for site in sites]
    columns["raw"] = [msgspec.json.encode(site.raw).decode() for site in sites]
    with connection.transaction():
        written = connection.execute(_SQL["put_sites"], {**columns, "source": source}).fetchall()
    new = sum(row[0] for row in written)
    return Registered(new, len(written) - new, len(sites) - len(written))


def sites_due(connection: psycopg.Connection[Any], parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the sites whose gauge's forecast alarms and which are to be computed now (`sites_due`)."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_SQL["sites_due"], parameters).fetchall()

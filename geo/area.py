"""Municipalities from 国土数値情報 N03 (administrative areas): read, mend, store.

A file is whatever geopandas reads (GeoJSON, shapefile, GeoPackage), in EPSG:6668, 4326 or CRS84. One
municipality may come as many rows (islands, wards); they are merged by code. Nothing is mended
without a word: every repair and every row left out is in `AreaFile.faults`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg
import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from geo.municipality import MunicipalityCodeError, prefecture_of, read_code
from geo.schema.base import SRID

if TYPE_CHECKING:
    import geopandas

#: N03's columns that make a full name (N03_002 holds 北海道's sub-prefectures, part of no name)
_N03_NAMES: Final = ("N03_001", "N03_003", "N03_004", "N03_005")
_N03_CODE: Final = "N03_007"
#: WGS 84, JGD2011/2024, JGD2000: equal within a metre, which is finer than the boundaries are drawn
_GEOGRAPHIC: Final = frozenset({4326, 6668, 4612})


class AreaFileError(ValueError):
    """Raised when a file holds no municipalities at all; names the file and what is missing."""


@dataclass(frozen=True)
class AreaFault:
    """Something that was not as it should be. `kept` tells whether the area went in all the same."""

    where: str
    reason: str
    kept: bool


@dataclass(frozen=True)
class Municipality:
    """One municipality: five-digit code, full name with prefecture, its ground in EPSG:4326."""

    code: str
    name: str
    ground: MultiPolygon


@dataclass(frozen=True)
class AreaFile:
    """What a file held."""

    areas: list[Municipality]
    faults: list[AreaFault]


@dataclass(frozen=True)
class Stored:
    """How many rows were new, different from before, and as before."""

    inserted: int
    updated: int
    unchanged: int


def read_areas(path: Path) -> AreaFile:
    """Read the municipalities of `path` (columns N03_001 … N03_007, or `code` and `name`).

    Raises `AreaFileError` when the file cannot be opened, or its columns or coordinate system do not fit.
    """
    import geopandas  # half a second, paid only by who reads a file

    try:
        frame = geopandas.read_file(path)
    except RuntimeError as fault:  # pyogrio.errors.DataSourceError, which carries no types
        raise AreaFileError(f"{path.name} cannot be read: {fault}") from fault
    _check_crs(frame, path)
    rows = [dict(row) for row in frame.drop(columns="geometry").to_dict("records")]
    return collect_areas(zip(rows, frame.geometry, strict=True), source=path.name)


def _check_crs(frame: geopandas.GeoDataFrame, path: Path) -> None:
    if frame.crs is None:
        raise AreaFileError(f"{path.name} does not say its coordinate system; N03 is EPSG:6668")
    authority = frame.crs.to_authority()
    if frame.crs.to_epsg() not in _GEOGRAPHIC and authority != ("OGC", "CRS84"):
        raise AreaFileError(
            f"{path.name} is in {frame.crs.name}; expected longitude and latitude (EPSG:6668 or 4326)"
        )


def collect_areas(rows: Iterable[tuple[Mapping[str, Any], BaseGeometry | None]], *, source: str) -> AreaFile:
    """Merge rows (attributes, ground) by municipality; `source` names the file in errors."""
    parts: dict[str, tuple[str, list[BaseGeometry]]] = {}
    faults: list[AreaFault] = []
    seen = 0
    for seen, (attributes, ground) in enumerate(rows, 1):
        where = f"row {seen}"
        try:
            code, name = _code_and_name(attributes)
        except MunicipalityCodeError as fault:
            faults.append(AreaFault(where, str(fault), kept=False))
            continue
        polygons, reasons = _polygons(ground)
        faults += [AreaFault(f"{where} ({name})", reason, kept=bool(polygons)) for reason in reasons]
        if polygons:
            parts.setdefault(code, (name, []))[1].extend(polygons)
    if not parts:
        raise AreaFileError(
            f"{source}: none of its {seen} rows is a municipality "
            "(columns N03_007 and N03_001 … N03_005, or code and name)"
        )
    return AreaFile([_merged(code, name, ground) for code, (name, ground) in sorted(parts.items())], faults)


def _code_and_name(attributes: Mapping[str, Any]) -> tuple[str, str]:
    if _N03_CODE in attributes:
        code, names = attributes[_N03_CODE], [attributes.get(column) for column in _N03_NAMES]
    else:
        code, names = attributes.get("code"), [attributes.get("name")]
    words = [name for name in names if isinstance(name, str) and name]
    name = "".join(dict.fromkeys(words))
    if not isinstance(code, str) or not code:
        raise MunicipalityCodeError(f"{name or 'a row without a name'} has no code (所属未定地?)")
    return read_code(code, prefecture=prefecture_of(name)), name


def _polygons(ground: BaseGeometry | None) -> tuple[list[BaseGeometry], list[str]]:
    """Return the valid polygons of a geometry, and what had to be mended or is missing."""
    if ground is None or ground.is_empty:
        return [], ["has no geometry"]
    reasons = []
    if not ground.is_valid:
        reasons.append(f"mended: {shapely.is_valid_reason(ground)}")
        ground = shapely.make_valid(ground)
    ground = shapely.force_2d(ground)
    polygons = [part for part in _flat(ground) if part.geom_type == "Polygon" and not part.is_empty]
    if not polygons:
        reasons.append(f"is a {ground.geom_type}, not a polygon")
    return polygons, reasons


def _flat(ground: BaseGeometry) -> list[BaseGeometry]:
    parts = getattr(ground, "geoms", None)
    return [ground] if parts is None else [inner for part in parts for inner in _flat(part)]


def _merged(code: str, name: str, polygons: Sequence[BaseGeometry]) -> Municipality:
    # Joining valid polygons that do not touch is cheap and keeps the file's vertices as they are.
    ground = MultiPolygon(polygons)
    if not ground.is_valid:
        ground = shapely.union_all(polygons)
    return Municipality(code, name, ground if ground.geom_type == "MultiPolygon" else MultiPolygon([ground]))


def store_areas(connection: psycopg.Connection[Any], areas: Sequence[Municipality], *, source: str) -> Stored:
    """Write `areas` by code, in one transaction; writing the same again changes nothing."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(
            """
            WITH given AS (
                SELECT n.code, n.name, ST_GeomFromWKB(n.ground, %(srid)s) AS geom, %(source)s::text AS source
                FROM unnest(%(codes)s::text[], %(names)s::text[], %(grounds)s::bytea[])
                     AS n(code, name, ground)
            )
            INSERT INTO area AS old (code, name, geom, source)
            SELECT code, name, geom, source FROM given
            ON CONFLICT (code) DO UPDATE
            SET name = excluded.name, geom = excluded.geom, source = excluded.source
            WHERE (old.name, old.source) IS DISTINCT FROM (excluded.name, excluded.source)
               OR ST_AsBinary(old.geom) IS DISTINCT FROM ST_AsBinary(excluded.geom)
            RETURNING xmax = 0 AS inserted
            """,
            {
                "srid": SRID,
                "source": source,
                "codes": [area.code for area in areas],
                "names": [area.name for area in areas],
                "grounds": [shapely.to_wkb(area.ground) for area in areas],
            },
        )
        inserted = [row[0] for row in cursor.fetchall()]
    return Stored(sum(inserted), len(inserted) - sum(inserted), len(areas) - len(inserted))

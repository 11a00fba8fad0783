"""Roads as GeoJSON lines: bytes in, records and faults out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import LineString, MultiLineString, shape
from shapely.geometry.base import BaseGeometry

from geo.open_fields import LATITUDES, LONGITUDES
from geo.open_table import RowFault

NAME: Final = ("name", "路線名", "名称", "道路名", "road_name", "路線名称")
CLASS: Final = ("class", "種別", "道路種別", "区分", "緊急輸送道路区分", "item2")
ID: Final = ("id", "ID", "路線番号", "OBJECTID")
#: longitude and latitude, or near enough: WGS 84, JGD2011/2024, JGD2000
_CRS: Final = ("CRS84", "EPSG::4326", "EPSG:4326", "EPSG::6668", "EPSG:6668", "EPSG::4612", "EPSG:4612")


class RoadFileError(ValueError):
    """Raised when a file is no list of roads; names it."""


@dataclass(frozen=True, kw_only=True)
class RoadRow:
    """One road; `id` is unique within the file. Its line is in EPSG:4326."""

    id: str
    name: str
    road_class: str | None
    line: MultiLineString
    raw: Mapping[str, Any]


@dataclass(frozen=True)
class RoadFile:
    """What a file held. `faults` are in the order of the file."""

    rows: int
    roads: list[RoadRow]
    faults: list[RowFault]

    @property
    def rejected(self) -> int:
        """How many features were not taken."""
        return len({fault.line for fault in self.faults if fault.rejected})


class _LineError(Exception):
    """Raised within a feature that cannot be taken."""


def read_roads(data: bytes, *, name: str, name_column: str | None = None) -> RoadFile:
    """Read roads from the bytes of the GeoJSON file called `name`.

    `name_column` is a property of the roads' names that this program does not know. Raises `RoadFileError`.
    """
    columns = (name_column, *NAME) if name_column else NAME
    try:
        collection = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except msgspec.DecodeError as fault:
        raise RoadFileError(f"{name} is no JSON: {fault}") from fault
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list):
        raise RoadFileError(f"{name} is no GeoJSON FeatureCollection")
    _check_crs(collection, name)
    roads: dict[str, RoadRow] = {}
    faults: list[RowFault] = []
    for number, feature in enumerate(features, 1):
        try:
            road = _road(feature, number, name, columns)
        except _LineError as fault:
            faults.append(RowFault(number, "geometry", "", str(fault), rejected=True))
            continue
        if road.id in roads:
            faults.append(RowFault(number, "id", road.id, "stood before: numbered", rejected=False))
            road = replace(road, id=f"{road.id}/{number}")
        roads[road.id] = road
    return RoadFile(len(features), list(roads.values()), faults)


def _check_crs(collection: Mapping[str, Any], name: str) -> None:
    crs = collection.get("crs")
    said = crs.get("properties", {}).get("name", "") if isinstance(crs, dict) else "CRS84"
    if not str(said).endswith(_CRS):
        raise RoadFileError(f"{name} is in {said}; roads come in longitude and latitude (EPSG:4326 or 6668)")


def _road(feature: Any, number: int, file: str, names: Sequence[str]) -> RoadRow:  # noqa: ANN401 - any JSON may stand there
    """Return the road of a feature. Raises `_LineError` saying what is wrong with it."""
    if not isinstance(feature, dict):
        raise _LineError("is no GeoJSON feature")
    facts = feature.get("properties")
    facts = facts if isinstance(facts, dict) else {}
    road_class = _first(facts, CLASS)
    return RoadRow(
        id=_first(facts, ID) or str(number),
        name=_first(facts, names) or road_class or file,
        road_class=road_class,
        line=_line(feature.get("geometry")),
        raw=facts,
    )


def _first(facts: Mapping[str, Any], columns: Sequence[str]) -> str | None:
    found = next((facts[column] for column in columns if facts.get(column) not in (None, "")), None)
    return None if found is None else str(found).replace("\x00", "")


def _line(geometry: Any) -> MultiLineString:  # noqa: ANN401 - any JSON may stand there
    if not isinstance(geometry, dict):
        raise _LineError("has no geometry")
    try:
        found: BaseGeometry = shapely.force_2d(shape(geometry))
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError) as fault:
        raise _LineError(f"cannot be read as a geometry: {fault}") from fault
    if isinstance(found, LineString):
        found = MultiLineString([found])
    if not isinstance(found, MultiLineString) or found.is_empty:
        raise _LineError(f"is a {found.geom_type}, not a line")
    west, south, east, north = found.bounds
    inside = (
        LONGITUDES[0] <= west and east <= LONGITUDES[1] and LATITUDES[0] <= south and north <= LATITUDES[1]
    )
    if not inside or not found.length > 0:
        raise _LineError("lies outside Japan, or has no length")
    return found

"""What "where am I" is answered from on the device: boundaries, drawn coarsely, and names of places. Pure.

A position or an address that somebody types never leaves the device; so the whole list goes there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

Row = Mapping[str, Any]

#: the boundaries may take this much [bytes of JSON]
MOST_BYTES: Final = 60_000
#: tolerances that are tried, the finest that fits is taken [degrees]: about 30 m to 3 km
TOLERANCES: Final = (0.0003, 0.0006, 0.0012, 0.0025, 0.005, 0.01, 0.03)
#: islets below this share of a municipality's ground are left out of the coarse drawing
ISLET: Final = 0.002
#: digits behind the point: 4 = 10 m, finer than the drawing
_DIGITS: Final = 4


def catalogue(areas: Sequence[Row], districts: Sequence[Row], places: Sequence[Row]) -> dict[str, Any]:
    """Return `areas.json`: municipalities with bounds, centre and coarse ground, and places by name.

    `areas` have `code`, `name`, `ground` (WKB, EPSG:4326); the others `area`, `name`, `lon`, `lat` [degrees].
    """
    grounds = [shapely.from_wkb(bytes(row["ground"])) for row in areas]
    drawn = coarse(grounds)
    return {
        "areas": [
            _area(row, ground, shape) for row, ground, shape in zip(areas, grounds, drawn, strict=True)
        ],
        "places": _places(districts, places),
    }


def coarse(grounds: Sequence[BaseGeometry]) -> list[dict[str, Any]]:
    """Return the grounds as GeoJSON, shared borders staying shared, as fine as `MOST_BYTES` allow."""
    main = [_without_islets(ground) for ground in grounds]
    found: list[dict[str, Any]] = []
    for tolerance in TOLERANCES:
        # Visvalingam and Whyatt (1993) by areas, on all municipalities at once
        simple = shapely.coverage_simplify(main, tolerance) if main else []
        found = [_geojson(shape) for shape in simple]
        if len(msgspec.json.encode(found)) <= MOST_BYTES:
            break
    return found


def _without_islets(ground: BaseGeometry) -> BaseGeometry:
    parts = [part for part in getattr(ground, "geoms", [ground]) if part.area >= ISLET * ground.area]
    return shapely.MultiPolygon([shapely.Polygon(part.exterior, part.interiors) for part in parts])


def _geojson(shape: BaseGeometry) -> dict[str, Any]:
    rounded = shapely.set_precision(shape, 10.0**-_DIGITS, mode="pointwise")
    parts = mapping(rounded)
    polygons = parts["coordinates"] if parts["type"] == "MultiPolygon" else [parts["coordinates"]]
    return {
        "type": "MultiPolygon",
        "coordinates": [[[_point(at) for at in ring] for ring in rings] for rings in polygons],
    }


def _point(at: Sequence[float]) -> list[float]:
    return [round(at[0], _DIGITS), round(at[1], _DIGITS)]


def _area(row: Row, ground: BaseGeometry, shape: dict[str, Any]) -> dict[str, Any]:
    centre = ground.representative_point()
    return {
        "code": row["code"],
        "name": row["name"],
        "bounds": [round(value, _DIGITS) for value in ground.bounds],
        "centre": _point((centre.x, centre.y)),
        "geom": shape,
    }


def _places(districts: Sequence[Row], places: Sequence[Row]) -> list[dict[str, Any]]:
    named = [
        {"kind": "district", "area": row["area"], "name": row["name"], **_where(row)} for row in districts
    ]
    seen = set()
    for row in places:
        key = (row["area"], row["name"])
        if row["area"] is None or key in seen:
            continue
        seen.add(key)
        kana = {"kana": row["kana"]} if row["kana"] else {}
        named.append({"kind": row["kind"], "area": row["area"], "name": row["name"], **kana, **_where(row)})
    return named


def _where(row: Row) -> dict[str, float]:
    if row["lon"] is None or row["lat"] is None:
        return {}
    return {"lon": round(row["lon"], _DIGITS), "lat": round(row["lat"], _DIGITS)}

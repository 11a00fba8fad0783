"""Outlines of a simulated flood for the map: bands of peak depth and lines of equal arrival; pure.

They are for labels and edges; the fields themselves are the tiles. Patches and holes of fewer than
`SMALLEST_CELLS` cells get no outline.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.features import shapes  # type: ignore[import-untyped]
from shapely.geometry import MultiPolygon, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry

from geo.terrain import Raster, project

#: hours that get a line of arrival
ARRIVAL_H: Final = (0.5, 1, 2, 3, 6, 9, 12, 18, 24, 36, 48, 72)
#: from which size on a patch or hole gets an outline, and how far an outline may be moved [cells]
SMALLEST_CELLS: Final = 6
_TOLERANCE_CELLS: Final = 0.8
#: digits kept of a coordinate [degrees]: about a metre
_DIGITS: Final = 1e-5


def flood_lines(
    peak_m: NDArray[np.floating], arrival_s: NDArray[np.floating], ground: Raster, limits_m: Sequence[float]
) -> dict[str, Any]:
    """Return a GeoJSON collection (longitude, latitude) of a member's bands and lines.

    `peak_m`, `arrival_s` (ny, nx) lie as `ground`; `limits_m` are the lower limits of the depth classes. A
    line of arrival is the edge of what the water had reached by that hour.
    """
    features = [*_bands(peak_m, ground, limits_m), *_arrivals(arrival_s, ground)]
    return {"type": "FeatureCollection", "features": features}


def _bands(
    peak_m: NDArray[np.floating], ground: Raster, limits_m: Sequence[float]
) -> Iterator[dict[str, Any]]:
    classes = np.searchsorted(limits_m, np.nan_to_num(peak_m), side="right").astype(np.uint8)
    for number, lower in enumerate(limits_m, 1):
        outline = _outline(classes == number)
        if not outline.is_empty:
            upper = limits_m[number] if number < len(limits_m) else None
            yield _feature(outline, ground, {"kind": "peak", "from_m": lower, "to_m": upper})


def _arrivals(arrival_s: NDArray[np.floating], ground: Raster) -> Iterator[dict[str, Any]]:
    came = np.isfinite(arrival_s)
    last_h = float(arrival_s[came].max()) / 3600 if came.any() else 0.0
    for hours in ARRIVAL_H:
        if hours > last_h:
            return
        outline = _outline(came & (np.nan_to_num(arrival_s) <= hours * 3600))
        if not outline.is_empty:
            yield _feature(outline.boundary, ground, {"kind": "arrival", "hours": hours})


def _outline(cells: NDArray[np.bool_]) -> MultiPolygon:
    """Return the outline of cells in columns and rows, small patches and holes left out."""
    found = []
    for part, _ in shapes(cells.astype(np.uint8), mask=cells):
        whole = shape(part)
        if Polygon(whole.exterior).area < SMALLEST_CELLS:
            continue
        holes = [ring for ring in whole.interiors if Polygon(ring).area >= SMALLEST_CELLS]
        found.append(shapely.simplify(Polygon(whole.exterior, holes), _TOLERANCE_CELLS))
    return MultiPolygon(found)


def _feature(outline: BaseGeometry, ground: Raster, properties: dict[str, Any]) -> dict[str, Any]:
    """Return an outline in columns and rows as a feature in longitude and latitude."""
    transform = ground.transform

    def place(at: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.stack([transform.c + transform.a * at[:, 0], transform.f + transform.e * at[:, 1]], 1)

    degrees = project(shapely.transform(outline, place), ground.crs, CRS.from_epsg(4326))
    rounded = shapely.set_precision(degrees, _DIGITS, mode="pointwise")
    return {"type": "Feature", "properties": properties, "geometry": mapping(rounded)}

"""Outlines of a simulated flood for the map: bands of peak depth and lines of equal arrival; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.features import shapes  # type: ignore[import-untyped]
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from geo.terrain import Raster, banded, project

#: hours that get a line of arrival
ARRIVAL_H: Final = (0.5, 1, 2, 3, 6, 9, 12, 18, 24, 36, 48, 72)
#: how far an outline may be moved [cells], digits kept of a coordinate [degrees]: about a metre
_TOLERANCE_CELLS: Final = 0.6
_DIGITS: Final = 1e-5


def flood_lines(
    peak_m: NDArray[np.floating], arrival_s: NDArray[np.floating], ground: Raster, limits_m: Sequence[float]
) -> dict[str, Any]:
    """Return a GeoJSON collection (longitude, latitude) of a member's bands and lines.

    `peak_m`, `arrival_s` (ny, nx) lie as `ground`; `limits_m` are the lower limits of the depth classes. A
    line of arrival is the edge of what the water had reached by that hour.
    """
    features = list(_bands(peak_m, ground, limits_m))
    features += _arrivals(arrival_s, ground)
    return {"type": "FeatureCollection", "features": features}


def _bands(
    peak_m: NDArray[np.floating], ground: Raster, limits_m: Sequence[float]
) -> Iterator[dict[str, Any]]:
    tolerance = _TOLERANCE_CELLS * ground.dx_m / 111_000
    for feature in banded(np.asarray(peak_m), ground, limits_m):
        limits = feature["properties"]
        outline = shapely.simplify(shape(feature["geometry"]), tolerance)
        yield _feature(outline, {"kind": "peak", "from_m": limits["from"], "to_m": limits["to"]})


def _arrivals(arrival_s: NDArray[np.floating], ground: Raster) -> Iterator[dict[str, Any]]:
    came = np.isfinite(arrival_s)
    if not came.any():
        return
    last_h = float(arrival_s[came].max()) / 3600
    tolerance = _TOLERANCE_CELLS * abs(float(ground.transform.a))
    for hours in ARRIVAL_H:
        if hours > last_h:
            return
        reached = (came & (np.nan_to_num(arrival_s) <= hours * 3600)).astype(np.uint8)
        parts = [shape(part) for part, _ in shapes(reached, mask=reached > 0, transform=ground.transform)]
        edge = shapely.simplify(unary_union(parts).boundary, tolerance)
        outline = project(edge, ground.crs, CRS.from_epsg(4326))
        yield _feature(outline, {"kind": "arrival", "hours": hours})


def _feature(geometry: BaseGeometry, properties: dict[str, Any]) -> dict[str, Any]:
    rounded = shapely.set_precision(geometry, _DIGITS, mode="pointwise")
    return {"type": "Feature", "properties": properties, "geometry": mapping(rounded)}

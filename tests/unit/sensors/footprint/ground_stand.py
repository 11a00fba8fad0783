"""Ground of a known form, and cameras above it, for the tests of footprints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio.transform import Affine
from shapely.geometry import MultiPolygon

from geo.terrain import Raster, ground_size
from sensors.footprint.footprint import Footprint, View
from sensors.footprint.ground import Ground

Floats = NDArray[np.float64]
#: Japanese plane rectangular zone VIII, metres; the cameras stand at its x = 0, y = 60 km
ZONE = 6676
NORTH_M = 60_000.0
_to_degrees = Transformer.from_crs(ZONE, 4326, always_xy=True)
_to_metres = Transformer.from_crs(4326, ZONE, always_xy=True)


def ground_of(
    form: Callable[[Floats, Floats], Any], *, half_m: float = 7000.0, cell_m: float = 10.0, crs: int = ZONE
) -> Ground:
    """Return ground whose height is `form(east, north)`, both in metres from the camera's place."""
    cells = int(2 * half_m / cell_m)
    if crs == ZONE:
        west, north, paper_m = -half_m, NORTH_M + half_m, cell_m
    else:
        turn = Transformer.from_crs(ZONE, crs, always_xy=True)
        corners = [turn.transform(x, NORTH_M + y) for x in (-half_m, half_m) for y in (-half_m, half_m)]
        west, north = min(x for x, _ in corners), max(y for _, y in corners)
        paper_m = (max(x for x, _ in corners) - west) / cells
    transform = Affine(paper_m, 0, west, 0, -paper_m, north)
    column, row = np.meshgrid(np.arange(cells) + 0.5, np.arange(cells) + 0.5)
    x, y = west + column * paper_m, north - row * paper_m
    if crs != ZONE:
        x, y = Transformer.from_crs(crs, ZONE, always_xy=True).transform(x, y)
    values = np.asarray(form(x, y - NORTH_M), np.float64) + 0 * x
    dx_m, dy_m, spread = ground_size(transform, values.shape, CRS.from_epsg(crs))
    return Ground.of(Raster(values, transform, CRS.from_epsg(crs), dx_m, dy_m, "T.P.", spread))


def camera(east_m: float = 0.0, north_m: float = 0.0, **pose: Any) -> View:
    """Return a camera that far from the middle."""
    lon, lat = _to_degrees.transform(east_m, NORTH_M + north_m)
    given = {"yaw_deg": 90.0, "pitch_deg": -30.0, "hfov_deg": 60.0, "vfov_deg": 40.0, "height_sd_m": 0.0}
    return View(lon=lon, lat=lat, **{**given, **pose})


def metres(footprint: Footprint) -> MultiPolygon:
    """Return the outline in metres east and north of the middle."""
    moved: MultiPolygon = shapely.transform(
        footprint.geometry, lambda x, y: _shifted(*_to_metres.transform(x, y)), interleaved=False
    )
    return moved


def centre(footprint: Footprint) -> tuple[float, float]:
    """Return the centre in metres east and north of the middle."""
    assert footprint.centre is not None
    x, y = _shifted(*_to_metres.transform(*footprint.centre))
    return float(x), float(y)


def _shifted(x: Any, y: Any) -> tuple[Any, Any]:
    return x, y - NORTH_M

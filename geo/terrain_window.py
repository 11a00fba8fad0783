"""A part of a registered terrain: what lies within reach of somebody who looks around from a place."""

from __future__ import annotations

import math

import numpy as np
from pyproj import Transformer

from geo.terrain import Raster, Sheet, TerrainError, read_part

#: points along each edge of a box in degrees, since straight edges bend in metres
_EDGE_POINTS = 5


def read_window(sheet: Sheet, west: float, south: float, east: float, north: float) -> Raster:
    """Read what a terrain has within a box [degrees, EPSG:4326].

    Raises `TerrainError` when it has nothing there, or cannot be read.
    """
    along = np.linspace(0, 1, _EDGE_POINTS)
    lon = np.concatenate(
        [west + (east - west) * along] * 2 + [np.full(_EDGE_POINTS, at) for at in (west, east)]
    )
    lat = np.concatenate(
        [np.full(_EDGE_POINTS, at) for at in (south, north)] + [south + (north - south) * along] * 2
    )
    x, y = Transformer.from_crs(4326, sheet.crs, always_xy=True).transform(lon, lat)
    at = sheet.transform
    columns, rows = (np.asarray(x) - at.c) / at.a, (np.asarray(y) - at.f) / at.e
    if not (np.isfinite(columns).all() and np.isfinite(rows).all()):
        raise TerrainError(
            f"{sheet.path}: its coordinate system is not defined around ({west:.4f}, {south:.4f})"
        )
    left, right = max(0, math.floor(columns.min())), min(sheet.columns, math.ceil(columns.max()))
    top, bottom = max(0, math.floor(rows.min())), min(sheet.rows, math.ceil(rows.max()))
    if left >= right or top >= bottom:
        raise TerrainError(f"{sheet.path} has nothing around ({west:.4f}, {south:.4f})")
    return read_part(sheet, slice(top, bottom), slice(left, right))

"""Fields of a run as a screen shows them: resampled once to EPSG:3857, as integers, in tiles; pure.

Nearest neighbour: a screen's cell shows the cell of the solver that its centre lies in, so no depth is made
up, and unknown ground stays unknown. A terrain in EPSG:3857 is taken as it is.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from shapely.geometry import box

from geo.terrain import Raster

Quantity = Literal["depth", "peak", "arrival", "duration"]

#: cells along the side of a tile
TILE: Final = 256
UNKNOWN: Final = 65535
#: of `arrival`: the water did not come
NEVER: Final = 65534
_MOST: Final = 65533
_MERCATOR: Final = CRS.from_epsg(3857)
#: points along each edge of the outline that is brought to EPSG:3857
_EDGE_POINTS: Final = 50


@dataclass(frozen=True, eq=False)
class ScreenGrid:
    """A grid in EPSG:3857 [m of the map, not of the ground]; row 0 in the north.

    `source` (rows, columns) int32 is the flat index of the solver's cell, −1 outside; None = the same grid.
    """

    west: float
    north: float
    cell_x: float
    cell_y: float
    rows: int
    columns: int
    source: NDArray[np.int32] | None = None

    def document(self) -> dict[str, Any]:
        """Return it as the API tells it (docs/live.md)."""
        return {
            "crs": "EPSG:3857", "west": self.west, "north": self.north, "cell_x": self.cell_x,
            "cell_y": self.cell_y, "rows": self.rows, "columns": self.columns, "tile": TILE,
        }  # fmt: skip

    def bounds(self) -> list[float]:
        """Return west, south, east, north in degrees."""
        to_degrees = Transformer.from_crs(_MERCATOR, 4326, always_xy=True)
        south, east = self.north - self.cell_y * self.rows, self.west + self.cell_x * self.columns
        lon, lat = to_degrees.transform([self.west, east], [south, self.north])
        return [round(float(value), 7) for value in (lon[0], lat[0], lon[1], lat[1])]

    def shown(self, codes: NDArray[np.uint16]) -> NDArray[np.uint16]:
        """Return codes of the solver's grid (ny, nx) on this one (rows, columns)."""
        if self.source is None:
            return codes
        found = codes.reshape(-1)[np.maximum(self.source, 0)]
        return np.where(self.source < 0, np.uint16(UNKNOWN), found)


def screen_grid(ground: Raster, *, with_source: bool = True) -> ScreenGrid:
    """Return the screen's grid for a raster: cells of about its own size on the ground.

    Without `with_source` it only tells where it lies, at no cost.
    """
    transform = ground.transform
    if ground.crs.to_epsg() == 3857:
        return ScreenGrid(
            float(transform.c), float(transform.f), float(transform.a), float(-transform.e), *ground.shape
        )
    west, south, east, north = _outline(ground)
    cell = _cell(ground)
    rows, columns = int(np.ceil((north - south) / cell)), int(np.ceil((east - west) / cell))
    source = _source(ground, west, north, cell, (rows, columns)) if with_source else None
    return ScreenGrid(west, north, cell, cell, rows, columns, source)


def _outline(ground: Raster) -> tuple[float, float, float, float]:
    west, south, east, north = ground.bounds
    to_mercator = Transformer.from_crs(ground.crs, _MERCATOR, always_xy=True)
    dense = shapely.segmentize(box(west, south, east, north), max(east - west, north - south) / _EDGE_POINTS)
    moved = shapely.transform(dense, to_mercator.transform, interleaved=False)
    left, bottom, right, top = moved.bounds
    return float(left), float(bottom), float(right), float(top)


def _cell(ground: Raster) -> float:
    """Return the side of a cell in EPSG:3857 [m of the map], on the ground as long as the finer side."""
    west, south, east, north = ground.bounds
    to_degrees = Transformer.from_crs(ground.crs, 4326, always_xy=True)
    _, lat = to_degrees.transform((west + east) / 2, (south + north) / 2)
    return float(min(ground.dx_m, ground.dy_m) / np.cos(np.radians(lat)))


def _source(
    ground: Raster, west: float, north: float, cell: float, shape: tuple[int, int]
) -> NDArray[np.int32]:
    from_mercator = Transformer.from_crs(_MERCATOR, ground.crs, always_xy=True)
    source = np.full(shape, -1, np.int32)
    x = west + cell * (np.arange(shape[1]) + 0.5)
    ny, nx = ground.shape
    for row in range(shape[0]):
        px, py = from_mercator.transform(x, np.full_like(x, north - cell * (row + 0.5)))
        column = np.floor((np.asarray(px) - ground.transform.c) / ground.transform.a)
        line = np.floor((np.asarray(py) - ground.transform.f) / ground.transform.e)
        inside = (column >= 0) & (column < nx) & (line >= 0) & (line < ny)
        source[row, inside] = (line[inside] * nx + column[inside]).astype(np.int32)
    return source


def depth_codes(depth_m: NDArray[np.floating], known: NDArray[np.bool_]) -> NDArray[np.uint16]:
    """Return depths [cm], 65535 where the ground is not `known`."""
    return _codes(np.rint(np.where(known, depth_m, 0) * 100), known)


def arrival_codes(arrival_s: NDArray[np.floating], known: NDArray[np.bool_]) -> NDArray[np.uint16]:
    """Return arrivals [min], begun minutes not counted; 65534 where it did not come, 65535 unknown."""
    came = np.isfinite(arrival_s)
    codes = _codes(np.floor(np.where(came, arrival_s, 0) / 60), known)
    codes[known & ~came] = NEVER
    return codes


def duration_codes(duration_s: NDArray[np.floating], known: NDArray[np.bool_]) -> NDArray[np.uint16]:
    """Return the time under water [min], begun minutes counted; 65535 unknown."""
    return _codes(np.ceil(np.where(known, duration_s, 0) / 60), known)


def _codes(values: NDArray[np.floating], known: NDArray[np.bool_]) -> NDArray[np.uint16]:
    codes: NDArray[np.uint16] = np.clip(values, 0, _MOST).astype(np.uint16)
    codes[~known] = UNKNOWN
    return codes


@dataclass(frozen=True, slots=True)
class FieldTile:
    """One tile: its row and column, and 256 × 256 uint16 little-endian, zlib."""

    row: int
    column: int
    data: bytes


def tiles(codes: NDArray[np.uint16], *, nothing: int) -> Iterator[FieldTile]:
    """Cut a field on the screen's grid into tiles; those that hold only `nothing` are left out.

    What a tile has beyond the grid is 65535.
    """
    rows, columns = codes.shape
    for row in range(-(-rows // TILE)):
        for column in range(-(-columns // TILE)):
            part = codes[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE]
            if (part == nothing).all():
                continue
            whole = np.full((TILE, TILE), UNKNOWN, "<u2")
            whole[: part.shape[0], : part.shape[1]] = part
            yield FieldTile(row, column, zlib.compress(whole.tobytes(), 6))


def untile(data: bytes) -> NDArray[np.uint16]:
    """Return the (256, 256) codes of a tile's bytes."""
    return np.frombuffer(zlib.decompress(data), "<u2").reshape(TILE, TILE)

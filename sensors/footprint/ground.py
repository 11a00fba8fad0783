"""The ground as a walk over it needs it: heights between cell centres, metres around a camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from geo.terrain import Raster
from sensors.motion.plane import metres_per_degree

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: mean radius of the earth [m]
EARTH_M: Final = 6_371_000.0


@dataclass(frozen=True, eq=False)
class Ground:
    """Heights float32 (ny, nx) [m above the datum of the cameras], NaN unknown, row 0 in the north."""

    heights: NDArray[np.float32]
    #: x of the first column's centre and of the next one's less it, the same of y and rows, in `crs`
    x0: float
    dx: float
    y0: float
    dy: float
    crs: CRS
    #: size of a cell on the ground, the smaller side [m]
    cell_m: float
    lowest_m: float
    highest_m: float

    @classmethod
    def of(cls, raster: Raster) -> Ground:
        """Return a raster as ground. Raises `ValueError` when it knows no height or is a single line."""
        heights = np.ascontiguousarray(raster.values, np.float32)
        if min(heights.shape) < 2 or not np.isfinite(heights).any():
            raise ValueError("the terrain knows no height here")
        at = raster.transform
        return cls(
            heights,
            at.c + at.a / 2,
            at.a,
            at.f + at.e / 2,
            at.e,
            raster.crs,
            min(raster.dx_m, raster.dy_m),
            float(np.nanmin(heights)),
            float(np.nanmax(heights)),
        )

    def at(self, column: Floats, row: Floats) -> Floats:
        """Return heights between the cells' centres, bilinear, NaN outside and beside an unknown cell."""
        ny, nx = self.heights.shape
        inside = (column >= 0) & (row >= 0) & (column <= nx - 1) & (row <= ny - 1)
        left = np.where(inside, np.minimum(column, nx - 1.001), 0).astype(np.int32)
        top = np.where(inside, np.minimum(row, ny - 1.001), 0).astype(np.int32)
        first = top * nx + left
        flat = self.heights.ravel()
        across, along = column - left, row - top
        north = flat[first] + (flat[first + 1] - flat[first]) * across
        south = flat[first + nx] + (flat[first + nx + 1] - flat[first + nx]) * across
        found: Floats = np.where(inside, north + (south - north) * along, np.nan)
        return found

    def frames(self, lon: Floats, lat: Floats, reach_m: float) -> Frames:
        """Return the metric frames of n places (degrees, EPSG:4326), good to a thousandth of `reach_m`."""
        east_m, north_m = metres_per_degree(lat)
        turn = Transformer.from_crs(4326, self.crs, always_xy=True)
        x, y = turn.transform(lon, lat)
        sides = []
        for east, north in ((reach_m, 0.0), (0.0, reach_m)):
            ends = [
                turn.transform(lon + sign * east / east_m, lat + sign * north / north_m) for sign in (1, -1)
            ]
            sides.append(
                [
                    (ends[0][axis] - ends[1][axis]) / (2 * reach_m * step)
                    for axis, step in enumerate((self.dx, self.dy))
                ]
            )
        return Frames(
            column=(np.asarray(x) - self.x0) / self.dx,
            row=(np.asarray(y) - self.y0) / self.dy,
            per_m=np.moveaxis(np.array(sides, np.float64), -1, 0),
            lon=lon,
            lat=lat,
        )


@dataclass(frozen=True, eq=False)
class Frames:
    """n places on the ground grid, with the cells that a metre east and a metre north make there."""

    column: Floats
    row: Floats
    #: (n, 2, 2): [i, 0] columns and rows for a metre east, [i, 1] for a metre north
    per_m: Floats
    lon: Floats
    lat: Floats

    def pick(self, chosen: NDArray[np.intp]) -> Frames:
        """Return some of them."""
        return Frames(
            self.column[chosen], self.row[chosen], self.per_m[chosen], self.lon[chosen], self.lat[chosen]
        )

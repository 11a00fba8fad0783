"""The strip: the part of the picture where the water line runs, rectified to rows of equal height."""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from sensors.camera.calibration import Calibration
from sensors.camera.geometry import Geometry
from sensors.camera.picture import Grey

Floats = NDArray[np.float64]

#: height of a row [m], and the most rows of a strip
ROW_M: Final = 0.001
MOST_ROWS: Final = 3000
COLUMNS: Final = 48


class Strip(NamedTuple):
    """Rows from the top down, columns across."""

    #: brightness float64[rows, columns], 0 … 255
    brightness: Floats
    #: level of the upper edge of row 0, and height of a row [m]
    top_m: float
    row_m: float

    def level_m(self, row: float) -> float:
        """Return the level of the edge above `row`."""
        return self.top_m - row * self.row_m


class StripGrid(NamedTuple):
    """Where each cell of the strip lies in the reference picture."""

    #: float64[rows, columns, 2] [px]
    pixels: Floats
    top_m: float
    row_m: float


def strip_grid(calibration: Calibration, geometry: Geometry) -> StripGrid:
    """Return the grid: from the structure's top down to where its reflection could end."""
    top = calibration.top_m if calibration.top_m is not None else calibration.highest_m
    bottom = 2 * calibration.lowest_m - top
    row_m = max(ROW_M, (top - bottom) / MOST_ROWS)
    levels = np.arange(top - row_m / 2, bottom, -row_m)
    width = calibration.to_across - calibration.from_across
    across = calibration.from_across + (np.arange(COLUMNS) + 0.5) * width / COLUMNS
    grid_across, grid_level = np.meshgrid(across, levels)
    pixels = geometry.mapping.pixels(grid_across, grid_level)
    size = (calibration.width_px, calibration.height_px)
    return StripGrid(pixels[: _visible_rows(pixels, size)], top, row_m)


def _visible_rows(pixels: Floats, size_px: tuple[int, int]) -> int:
    """Return how many rows from the top on lie in the picture, the first ones outside included."""
    inside = ((pixels >= 0) & (pixels <= np.array(size_px) - 1)).all(axis=2).mean(axis=1) > 0.5
    rows = np.flatnonzero(inside)
    return int(rows[-1]) + 1 if len(rows) else 0


def cut_strip(grey: Grey, grid: StripGrid, matrix: Floats) -> Strip:
    """Return the strip of a picture in which the reference lies by `matrix` float64[2, 3].

    Cells outside the picture are NaN.
    """
    at = (grid.pixels @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    seen = cv2.remap(
        grey.astype(np.float32),
        at[..., 0],
        at[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=float("nan"),
    )
    return Strip(np.asarray(seen, dtype=np.float64), grid.top_m, grid.row_m)

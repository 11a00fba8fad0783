"""Lines that hold water back: levees, road and railway embankments, flood walls, as crests between cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.flood.inundation_errors import GridError

Map = NDArray[np.float64]


def no_crests(shape: tuple[int, int]) -> tuple[Map, Map]:
    """Return crests (ny, nx) to the right and below where nothing stands (NaN)."""
    return np.full(shape, np.nan), np.full(shape, np.nan)


def burn(crests: tuple[Map, Map], line: ArrayLike, crest_m: ArrayLike) -> int:
    """Raise the faces that a line passes between, in place; the line becomes watertight to its crest.

    `line` (k, 2) float: column and row of its points, where (0, 0) is the centre of the first cell and
    (−0.5, −0.5) its outer corner; `crest_m` one height or (k,) [m above the datum], linear between points. A
    face is raised when the straight way between its two cell centres crosses the line, so a walk from cell to
    cell cannot slip through. Where lines meet the higher crest holds. Returns how many faces it passes
    through: none when it lies beside the grid, or within one cell. Raises `GridError`.
    """
    points = np.asarray(line, np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 2:
        raise GridError(f"a levee needs at least two points of two numbers; its shape is {points.shape}")
    crest = np.broadcast_to(np.asarray(crest_m, np.float64), len(points))
    if not np.isfinite(points).all() or np.isnan(crest).any():
        raise GridError("a levee holds a point or crest that is not a number")
    across, along = crests
    faces = 0
    for (x0, y0), (x1, y1), h0, h1 in zip(points, points[1:], crest, crest[1:], strict=False):
        faces += _raise_faces(across, (x0, y0, h0), (x1, y1, h1))
        faces += _raise_faces(along.T, (y0, x0, h0), (y1, x1, h1))
    return faces


def _raise_faces(faces: Map, a: tuple[float, float, float], b: tuple[float, float, float]) -> int:
    """Raise the faces between neighbours of one row where the segment a-b crosses the row's centre line."""
    (x0, y0, h0), (x1, y1, h1) = sorted((a, b), key=lambda point: point[1])
    # half open: a point on a row's centre line belongs to one of the two segments that meet there
    rows = np.arange(max(0, int(np.ceil(y0))), min(faces.shape[0] - 1, int(np.ceil(y1)) - 1) + 1)
    if not rows.size:
        return 0
    part = (rows - y0) / (y1 - y0)
    columns = np.floor(x0 + part * (x1 - x0)).astype(np.int64)
    height = h0 + part * (h1 - h0) if h0 != h1 else np.full(rows.size, h0)
    inside = (columns >= 0) & (columns < faces.shape[1] - 1)
    rows, columns = rows[inside], columns[inside]
    faces[rows, columns] = np.fmax(faces[rows, columns], height[inside])
    return int(rows.size)

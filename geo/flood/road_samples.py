"""Roads as samples on the cells of a raster, each standing for a short length of the line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.flood.exposure import OUTSIDE, Footing, Indices, Numbers, Roads


def sample_roads(
    lines: Sequence[BaseGeometry],
    footing: Footing,
    metres: tuple[float, float],
    ids: Sequence[str],
    names: Sequence[str],
    classes: Sequence[str | None],
) -> Roads:
    """Return roads as samples no further apart than a cell; what lies outside the raster is left out.

    `lines` (LineString or MultiLineString) are in the plane of `footing`; `metres` is the size of a cell on
    the ground across and along [m]. A road without any length on the raster is not among them.
    """
    if not lines:
        return _roads(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), ids, names, classes)
    parts, owner = shapely.get_parts(np.array(lines, object), return_index=True)
    # a part without length cannot be cut into steps
    long = shapely.length(parts) > 0
    parts, owner = parts[long], owner[long]
    step = min(footing.cell_x, footing.cell_y)
    points, part = shapely.get_coordinates(shapely.segmentize(parts, step), return_index=True)
    same = part[1:] == part[:-1]
    middle = ((points[1:] + points[:-1]) / 2)[same]
    run = np.abs(points[1:] - points[:-1])[same]
    length_m = np.hypot(run[:, 0] * metres[0] / footing.cell_x, run[:, 1] * metres[1] / footing.cell_y)
    cells = footing.cells(middle[:, 0], middle[:, 1])
    road = owner[part[:-1][same]].astype(np.int64)
    there = (cells != OUTSIDE) & (length_m > 0)
    return _roads(cells[there], road[there], length_m[there], ids, names, classes)


def _roads(
    cells: Indices,
    road: NDArray[np.int64],
    length_m: Numbers,
    ids: Sequence[str],
    names: Sequence[str],
    classes: Sequence[str | None],
) -> Roads:
    kept, position = np.unique(road, return_inverse=True)
    return Roads(
        cells=cells,
        road=position.astype(np.int64),
        length_m=length_m,
        ids=[ids[at] for at in kept.tolist()],
        names=[names[at] for at in kept.tolist()],
        classes=[classes[at] for at in kept.tolist()],
    )

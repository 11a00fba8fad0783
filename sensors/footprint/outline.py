"""From what is seen along azimuths to an outline on the ground, hidden ground left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: an outline may leave the true one by this share of its own size, at most a cell of the terrain
_SIMPLER: Final = 0.01
#: corners lie on a grid of this size [m]
_GRID_M: Final = 0.02
#: hidden ground at the edge of a picture is cut so far beyond it, lest a sliver remain [rad]
_BEYOND: Final = 0.02
#: what is smaller is no ground that a picture shows [m2]
_LEAST_M2: Final = 0.5


def outline(
    azimuth: Floats,
    near_m: Floats,
    far_m: Floats,
    there: Mask,
    hidden: Iterable[tuple[int, float, float]],
    *,
    round_about: bool,
    cell_m: float,
) -> MultiPolygon:
    """Return the ground seen from the origin, east and north in metres; empty when there is none.

    `azimuth`, `near_m`, `far_m`, `there` (m,): rising azimuths [rad], the seen stretch of each; `hidden`:
    azimuth's index and the stretch that is hidden [m]; `round_about`: the last azimuth meets the first.
    """
    shape: BaseGeometry
    if round_about and there.all():
        shape = _valid(shapely.polygons(_points(azimuth, far_m)))
        if near_m.max() > cell_m:
            shape = shape.difference(_valid(shapely.polygons(_points(azimuth, near_m))))
    else:
        strips = [_strip(azimuth[run], near_m[run], far_m[run]) for run in _runs(there, round_about)]
        shape = shapely.union_all(strips)
    if gaps := list(hidden):
        index, begin_m, end_m = np.array(gaps, np.float64).T
        sectors = _sectors(azimuth, index.astype(np.intp), begin_m, end_m, round_about)
        shape = _valid(shape).difference(shapely.union_all(sectors))
    return polygons_of(_simpler(shape, cell_m))


def polygons_of(shape: BaseGeometry, *, least: float = _LEAST_M2) -> MultiPolygon:
    """Return the polygons that a geometry holds, those not larger than `least` (its units) left out."""
    parts = shapely.get_parts(_valid(shape))
    inner = [
        part
        for outer in parts
        for part in shapely.get_parts(outer)
        if isinstance(part, Polygon) and part.area > least
    ]
    return MultiPolygon(inner)


def _valid(shape: BaseGeometry) -> BaseGeometry:
    """Return a valid geometry of the same ground; holes that touch their shell stay holes."""
    found: BaseGeometry = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    return found


def _simpler(shape: BaseGeometry, cell_m: float) -> BaseGeometry:
    tolerance = min(cell_m, _SIMPLER * float(np.sqrt(shape.area)))
    # On a grid of its own no two corners lie so near that degrees could not tell them apart.
    return shapely.set_precision(_valid(shape.simplify(tolerance)), _GRID_M)


def _points(azimuth: Floats, distance_m: Floats) -> Floats:
    return np.stack([np.sin(azimuth) * distance_m, np.cos(azimuth) * distance_m], -1)


def _strip(azimuth: Floats, near_m: Floats, far_m: Floats) -> BaseGeometry:
    if len(azimuth) == 1:
        half = np.pi / 360
        azimuth = np.array([azimuth[0] - half, azimuth[0] + half])
        near_m, far_m = np.repeat(near_m, 2), np.repeat(far_m, 2)
    ring = np.concatenate([_points(azimuth, far_m), _points(azimuth, near_m)[::-1]])
    return _valid(shapely.polygons(ring))


def _runs(there: Mask, round_about: bool) -> Iterator[NDArray[np.intp]]:
    """Yield the indices of neighbours among which there is ground, across the seam of a full turn."""
    index = np.arange(len(there))
    if round_about:
        # begin after an azimuth without ground, so that no run is cut in two at the seam
        index = np.roll(index, -int(np.argmin(there)))
    kept = there[index]
    for run in np.split(index, np.flatnonzero(np.diff(kept)) + 1):
        if len(run) and there[run[0]]:
            yield run


def _sectors(
    azimuth: Floats, index: NDArray[np.intp], begin_m: Floats, end_m: Floats, round_about: bool
) -> NDArray[np.object_]:
    """Return k pieces of ground, each around one azimuth, half-way to its neighbours."""
    first, last = azimuth[0] - 2 * _BEYOND, azimuth[-1] + 2 * _BEYOND
    if round_about:
        first, last = azimuth[-1] - 2 * np.pi, azimuth[0] + 2 * np.pi
    before, after = np.append(first, azimuth[:-1]), np.append(azimuth[1:], last)
    left, right = ((azimuth + other)[index] / 2 for other in (before, after))
    corners = [
        _points(side, distance)
        for side, distance in ((left, end_m), (right, end_m), (right, begin_m), (left, begin_m))
    ]
    found: NDArray[np.object_] = shapely.polygons(np.stack(corners, 1))
    return found

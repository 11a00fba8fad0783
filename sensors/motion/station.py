"""How long a vehicle was at the place of its mission, from its track; and how far away it is.

Only positions count. Between two of them that are not too long apart the way is taken as straight and even;
what lies in a longer silence is told as unknown, never as time on station.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from sensors.motion.plane import to_metres

Floats = NDArray[np.float64]


class Station(NamedTuple):
    """What a track says about a place; times in the seconds of the input."""

    #: time on station [s]
    inside_s: float
    #: time in silences that began or ended on station [s]: nobody knows
    unknown_s: float
    #: when it was there first, None = never
    first_s: float | None
    #: since when it is there, None = its newest position is elsewhere
    since_s: float | None


def distance_m(shape: BaseGeometry, radius_m: float, lon: Floats, lat: Floats) -> Floats:
    """Return how far n places (float64 [n], degrees) are from being on station at `shape` (degrees) [m].

    Negative inside; `radius_m` is added all around the shape. In the plane at the shape's middle: 0.2 percent
    off 10 km away.
    """
    middle = shape.centroid
    lon_0, lat_0 = np.array([middle.x]), np.array([middle.y])

    def plane(corners: Floats) -> Floats:
        return to_metres(corners[:, 0], corners[:, 1], lon_0, lat_0)

    ground = shapely.transform(shape, plane)
    places = shapely.points(to_metres(lon, lat, lon_0, lat_0))
    outside: Floats = shapely.distance(ground, places)
    if shapely.area(ground) > 0:
        depth: Floats = shapely.distance(shapely.boundary(ground), places)
        outside = np.where(shapely.intersects(ground, places), -depth, outside)
    return outside - radius_m


def time_on_station(at_s: Floats, beyond_m: Floats, *, gap_s: float) -> Station:
    """Return the time on station of n positions in order of time (`at_s` float64 [n], seconds).

    `beyond_m` (float64 [n]) is what `distance_m` returns. Steps longer than `gap_s` [s] are not counted. A
    way that passes over a small place between two positions outside of it is not seen.
    """
    inside = beyond_m <= 0.0
    if at_s.size == 0 or not inside.any():
        return Station(0.0, 0.0, None, None)
    step = np.diff(at_s)
    before, after = inside[:-1], inside[1:]
    # Of a step across the edge the part on the inner side, as the distances share it out.
    span = np.abs(np.diff(beyond_m))
    inner = np.where(before, np.abs(beyond_m[:-1]), np.abs(beyond_m[1:]))
    share = np.where(
        before & after, 1.0, np.where(before ^ after, inner / np.where(span > 0, span, 1.0), 0.0)
    )
    near = step <= gap_s
    runs = np.flatnonzero(inside & np.concatenate([[True], ~before | ~near]))
    return Station(
        inside_s=float(np.sum(step * share * near)),
        unknown_s=float(np.sum(step[~near & (before | after)])),
        first_s=float(at_s[np.argmax(inside)]),
        since_s=float(at_s[runs[-1]]) if inside[-1] else None,
    )

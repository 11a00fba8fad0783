"""The corners of a made-up picture over level ground, as payloads tell that compute their own footprint."""

from __future__ import annotations

import math

import numpy as np

from sensors.footprint.frustum import axes
from sensors.motion.plane import metres_per_degree

#: a payload tells no corners where its picture reaches farther than so many times its height
_FLATTEST = 20.0


def level_corners(
    lon: float,
    lat: float,
    above_ground_m: float,
    attitude_deg: tuple[float, float, float],
    view_deg: tuple[float, float],
) -> tuple[tuple[float, float], ...] | None:
    """Return four (lon, lat) clockwise from the picture's upper left; None where it does not end on ground.

    `attitude_deg`: yaw, pitch, roll (north, NED, ZYX); `view_deg`: horizontal and vertical angle of view.
    """
    camera = axes(*(np.array([angle]) for angle in attitude_deg))[0]
    wide, tall = (math.tan(math.radians(angle) / 2) for angle in view_deg)
    east_m, north_m = (float(length) for length in metres_per_degree(np.asarray(lat, np.float64)))
    found = []
    for across, down in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        east, north, up = camera[0] + across * wide * camera[1] + down * tall * camera[2]
        if above_ground_m <= 0 or -up * _FLATTEST < math.hypot(east, north):
            return None
        far = above_ground_m / -up
        found.append((round(lon + east * far / east_m, 7), round(lat + north * far / north_m, 7)))
    return tuple(found)

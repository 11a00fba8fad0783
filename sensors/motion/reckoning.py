"""Where a vehicle may be since it was last heard: carried on for a short while, then a growing circle.

Measured on real rescue helicopters (REGA, 1 Hz ADS-B), the median error of carrying on grows from 12-75 m
after 5 s to 76-1,403 m after 30 s. So a turning vehicle is carried on for 15 s, a straight one for 30 s, a
drone, which hovers, for 5 s; after that it is frozen, without an arrow, within a circle that only grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class ReckoningLimits:
    """How far a vehicle is carried on, and how fast its circle grows."""

    straight_s: float
    turning_s: float
    #: from this rate of turn on it counts as turning [degrees/s]
    turning_deg_per_s: float
    #: what the velocity may change by while nobody hears it [m/s2]
    acceleration_m_s2: float
    #: the fastest that its kind flies [m/s]
    fastest_m_s: float


class Reckoned(NamedTuple):
    """Where n vehicles are taken to be."""

    #: float64 [n, 2], metres in the plane of the input
    position_m: Floats
    #: float64 [n], radius of the circle they may be in [m]
    radius_m: Floats
    #: bool [n], still carried on: an arrow may be drawn
    moving: Mask


def reckon(
    position_m: Floats,
    velocity_m_s: Floats,
    turn_deg_per_s: Floats,
    horizontal_sd_m: Floats,
    silent_s: Floats,
    limits: ReckoningLimits,
) -> Reckoned:
    """Carry n vehicles on for `silent_s` [s] (float64 [n]) since their last position (float64 [n, 2]).

    Turning ones go round with their rate of turn (float64 [n], degrees/s, positive to the right; NaN =
    not known, taken as straight). The circle grows as position error + min(speed x time beyond what was
    carried + 1/2 acceleration x time squared, fastest x time). Silence in the future counts as none.
    """
    silent = np.maximum(silent_s, 0.0)
    turn = np.nan_to_num(turn_deg_per_s)
    turning = np.abs(turn) >= limits.turning_deg_per_s
    carried = np.minimum(silent, np.where(turning, limits.turning_s, limits.straight_s))
    angle = np.radians(np.where(turning, turn, 0.0))
    moved = _moved(velocity_m_s, angle, carried)
    speed = np.hypot(velocity_m_s[:, 0], velocity_m_s[:, 1])
    drift = speed * (silent - carried) + 0.5 * limits.acceleration_m_s2 * silent**2
    radius = horizontal_sd_m + np.minimum(drift, limits.fastest_m_s * silent)
    return Reckoned(position_m + moved, radius, silent <= carried)


def _moved(velocity_m_s: Floats, turn_rad_s: Floats, time_s: Floats) -> Floats:
    """Return the way along an arc of constant rate of turn, clockwise positive [m]."""
    angle = turn_rad_s * time_s
    small = np.abs(angle) < 1e-6
    rate = np.where(small, 1.0, turn_rad_s)
    # The integral of the velocity turned clockwise by rate x t.
    along = np.where(small, time_s, np.sin(angle) / rate)
    across = np.where(small, 0.0, (1.0 - np.cos(angle)) / rate)
    east, north = velocity_m_s[:, 0], velocity_m_s[:, 1]
    return np.column_stack([east * along + north * across, north * along - east * across])

"""Which aircraft come near each other, for all pairs at once.

What comes out is shared awareness (参考情報), never collision avoidance.

Two aircraft are near while each lies in the other's cylinder: horizontally within `radius_m`, vertically
within `height_m`. With constant velocities the time at which they enter is exact: the roots of
`|r + w t| = R` and the interval `|z + u t| <= Z` meet within the look-ahead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: relative speeds below this [m/s] count as standing: no root can be taken
_STANDING_M_S: Final = 1e-6


class Aircraft(NamedTuple):
    """n aircraft at one moment, in one plane of metres (east, north)."""

    #: float64 [n, 2], position [m]
    position_m: Floats
    #: float64 [n, 2], velocity [m/s]
    velocity_m_s: Floats
    #: float64 [n], height above T.P. [m]; NaN = unknown or not comparable
    height_m: Floats
    #: float64 [n], rate of climb [m/s]; NaN = unknown, taken as level flight
    climb_m_s: Floats
    #: float64 [n], standard deviation of the position, horizontal and vertical [m]
    horizontal_sd_m: Floats
    vertical_sd_m: Floats
    #: float64 [n], age of the position [s]
    age_s: Floats


@dataclass(frozen=True, kw_only=True)
class Cylinder:
    """How near counts, and how far ahead is looked."""

    radius_m: float
    height_m: float
    look_ahead_s: float


class Near(NamedTuple):
    """Pairs that are near, or will be within the look-ahead, soonest first; m pairs."""

    #: int64 [m], indices into the aircraft, `first` < `second`
    first: Indices
    second: Indices
    #: float64 [m], time until each enters the other's cylinder [s]; 0 = near now
    entry_s: Floats
    #: float64 [m], time of the closest approach within the look-ahead [s], and the distances then [m]
    closest_s: Floats
    horizontal_m: Floats
    #: NaN where a height is unknown
    vertical_m: Floats
    #: bool [m], a height is unknown: only the horizontal counts (高度不明)
    horizontal_only: Mask


def near_pairs(aircraft: Aircraft, cylinder: Cylinder, *, muted: Mask | None = None) -> Near:
    """Return the pairs that are near or will be, with cylinders widened by what is not known exactly.

    The radius grows by the relative speed times the greater age and by two standard deviations of the
    relative position, the height by two of the relative height. `muted` (bool [n]): aircraft that take
    no part (standing on the ground). Pairs are found through a tree of reachable distances, so that the
    cost follows the number of near pairs. Raises `ValueError` for non-finite positions or velocities.
    """
    if not (np.isfinite(aircraft.position_m).all() and np.isfinite(aircraft.velocity_m_s).all()):
        raise ValueError("positions and velocities must be finite; leave out aircraft that have none")
    first, second = _candidates(aircraft, cylinder, muted)
    gap = aircraft.position_m[second] - aircraft.position_m[first]
    closing = aircraft.velocity_m_s[second] - aircraft.velocity_m_s[first]
    radius = _radius(aircraft, cylinder, first, second, closing)
    flat = _horizontal_interval(gap, closing, radius)
    rise = aircraft.height_m[second] - aircraft.height_m[first]
    climb = np.nan_to_num(aircraft.climb_m_s[second]) - np.nan_to_num(aircraft.climb_m_s[first])
    unknown = np.isnan(rise)
    tall = cylinder.height_m + 2 * np.hypot(aircraft.vertical_sd_m[first], aircraft.vertical_sd_m[second])
    upright = _vertical_interval(rise, climb, tall, unknown)
    entry = np.maximum.reduce([flat[0], upright[0], np.zeros_like(rise)])
    leaving = np.minimum.reduce([flat[1], upright[1], np.full_like(rise, cylinder.look_ahead_s)])
    chosen = np.flatnonzero(entry <= leaving)
    chosen = chosen[np.argsort(entry[chosen], kind="stable")]
    closest = _closest(gap[chosen], closing[chosen], cylinder.look_ahead_s)
    apart = gap[chosen] + closest[:, None] * closing[chosen]
    return Near(
        first[chosen],
        second[chosen],
        entry[chosen],
        closest,
        np.hypot(apart[:, 0], apart[:, 1]),
        np.abs(rise[chosen] + closest * climb[chosen]),
        unknown[chosen],
    )


def _candidates(aircraft: Aircraft, cylinder: Cylinder, muted: Mask | None) -> tuple[Indices, Indices]:
    """Return every pair that could come near: none that would is left out."""
    speed = np.hypot(aircraft.velocity_m_s[:, 0], aircraft.velocity_m_s[:, 1])
    active = np.arange(len(speed)) if muted is None else np.flatnonzero(~muted)
    if len(active) < 2:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    reach = cylinder.radius_m + 2 * (
        speed[active].max() * (cylinder.look_ahead_s + aircraft.age_s[active].max())
        + 2 * aircraft.horizontal_sd_m[active].max()
    )
    pairs = cKDTree(aircraft.position_m[active]).query_pairs(reach, output_type="ndarray")
    found = np.sort(active[pairs], axis=1)
    return found[:, 0], found[:, 1]


def _radius(
    aircraft: Aircraft, cylinder: Cylinder, first: Indices, second: Indices, closing: Floats
) -> Floats:
    age = np.maximum(aircraft.age_s[first], aircraft.age_s[second])
    spread = np.hypot(aircraft.horizontal_sd_m[first], aircraft.horizontal_sd_m[second])
    widened: Floats = cylinder.radius_m + np.hypot(closing[:, 0], closing[:, 1]) * age + 2 * spread
    return widened


def _horizontal_interval(gap: Floats, closing: Floats, radius: Floats) -> tuple[Floats, Floats]:
    """Return from when to when |gap + closing t| <= radius; an empty interval is (inf, -inf)."""
    a = (closing**2).sum(axis=1)
    b = (gap * closing).sum(axis=1)
    c = (gap**2).sum(axis=1) - radius**2
    moving = a > _STANDING_M_S**2
    divisor = np.where(moving, a, 1.0)
    discriminant = b * b - a * c
    meets = np.where(moving, discriminant >= 0, c <= 0)
    root = np.sqrt(np.maximum(discriminant, 0.0))
    begin = np.where(moving, (-b - root) / divisor, -np.inf)
    end = np.where(moving, (-b + root) / divisor, np.inf)
    return np.where(meets, begin, np.inf), np.where(meets, end, -np.inf)


def _vertical_interval(rise: Floats, climb: Floats, tall: Floats, unknown: Mask) -> tuple[Floats, Floats]:
    """Return from when to when |rise + climb t| <= tall; always, where a height is unknown."""
    moving = np.abs(climb) > _STANDING_M_S
    divisor = np.where(moving, climb, 1.0)
    one, other = (-tall - rise) / divisor, (tall - rise) / divisor
    inside = np.abs(rise) <= tall
    begin = np.where(moving, np.minimum(one, other), np.where(inside, -np.inf, np.inf))
    end = np.where(moving, np.maximum(one, other), np.where(inside, np.inf, -np.inf))
    return np.where(unknown, -np.inf, begin), np.where(unknown, np.inf, end)


def _closest(gap: Floats, closing: Floats, look_ahead_s: float) -> Floats:
    a = (closing**2).sum(axis=1)
    moving = a > _STANDING_M_S**2
    time = -(gap * closing).sum(axis=1) / np.where(moving, a, 1.0)
    nearest: Floats = np.where(moving, np.clip(time, 0.0, look_ahead_s), 0.0)
    return nearest

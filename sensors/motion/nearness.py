"""Who comes near whom: positions brought to one moment, one cylinder for each kind of pair, and no flicker.

参考情報: shared awareness, never collision avoidance. Vehicles whose position is too old to say where they
are now take no part, and are named instead of being left out in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensors.motion.limits import MotionLimits
from sensors.motion.loss import MANNED
from sensors.motion.plane import known, to_metres
from sensors.motion.proximity import Aircraft, Cylinder, near_pairs
from sensors.motion.reckoning import reckon
from sensors.track import VEHICLE_KINDS, VehicleKind

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

Pair = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class NearnessRules:
    """How near counts, by who they are, and when a pair is apart again."""

    manned: Cylinder
    drone_manned: Cylinder
    drones: Cylinder
    leave_factor: float
    widest_m: float
    down_height_m: float
    down_speed_m_s: float
    retell_s: float


class Craft(NamedTuple):
    """n vehicles as they were last seen; degrees, metres, seconds, m/s. NaN = not known."""

    ids: Sequence[str]
    kinds: Sequence[VehicleKind]
    #: who shares one of these marks is one and the same craft, heard twice
    marks: Sequence[frozenset[str]]
    #: who shares a formation flies together by intention; None = none
    formations: Sequence[str | None]
    lon: Floats
    lat: Floats
    sd_m: Floats
    velocity_m_s: Floats
    turn_deg_per_s: Floats
    #: since the position
    silent_s: Floats
    height_m: Floats
    height_sd_m: Floats
    climb_m_s: Floats
    #: above ground or take-off
    above_m: Floats
    on_ground: Mask


class Meeting(NamedTuple):
    """A pair that is near or will be; seconds from now."""

    entry_s: float
    closest_s: float
    horizontal_m: float
    #: None where a height is unknown
    vertical_m: float | None
    horizontal_only: bool


class Nearness(NamedTuple):
    """Who is near whom, ids in order within a pair; and whose position says nothing of now."""

    pairs: Mapping[Pair, Meeting]
    unplaced: AbstractSet[str]


def nearness(
    craft: Craft, standing: AbstractSet[Pair], limits: MotionLimits, rules: NearnessRules
) -> Nearness:
    """Return the pairs that are near. `standing`: those that were; they stay until clearly apart."""
    air = np.array([kind != "ground" for kind in craft.kinds], np.bool_) & ~craft.on_ground
    aircraft, radius = placed(craft, limits)
    fit = radius <= rules.widest_m
    muted = ~(air & fit)
    pairs = _all_pairs(craft, aircraft, muted, rules, 1.0)
    if missing := standing - pairs.keys():
        wider = _all_pairs(craft, aircraft, muted, rules, rules.leave_factor)
        pairs |= {pair: wider[pair] for pair in missing if pair in wider}
    silent = {craft.ids[index] for index in np.flatnonzero(air & ~fit).tolist()}
    return Nearness(pairs, silent)


def placed(craft: Craft, limits: MotionLimits) -> tuple[Aircraft, Floats]:
    """Return the vehicles where they are taken to be now, in one plane, and the radii of their circles [m].

    The rule is `sensors.motion.reckoning`, each kind with its limits; whoever is no longer carried on has no
    velocity. Of whom nobody told a velocity, the circle grows as fast as its kind flies. Half of the radius
    counts as one standard deviation.
    """
    lon_0, lat_0 = (np.array([float(np.mean(part)) if len(part) else 0.0]) for part in (craft.lon, craft.lat))
    place = to_metres(craft.lon, craft.lat, lon_0, lat_0)
    told = known(craft.velocity_m_s)
    velocity = np.where(told[:, None], craft.velocity_m_s, 0.0)
    silent = np.maximum(craft.silent_s, 0.0)
    radius, moving = np.zeros(len(place)), np.zeros(len(place), np.bool_)
    position = place.copy()
    for kind in VEHICLE_KINDS:
        chosen = np.flatnonzero([one == kind for one in craft.kinds])
        if not len(chosen):
            continue
        limit = limits.reckoning[kind]
        found = reckon(
            place[chosen], velocity[chosen], craft.turn_deg_per_s[chosen], craft.sd_m[chosen],
            silent[chosen], limit,
        )  # fmt: skip
        position[chosen], moving[chosen] = found.position_m, found.moving
        farthest = craft.sd_m[chosen] + limit.fastest_m_s * silent[chosen]
        radius[chosen] = np.where(told[chosen], found.radius_m, farthest)
    aircraft = Aircraft(
        position_m=position,
        velocity_m_s=np.where(moving[:, None], velocity, 0.0),
        height_m=craft.height_m + np.where(moving, np.nan_to_num(craft.climb_m_s) * silent, 0.0),
        climb_m_s=np.where(moving, np.nan_to_num(craft.climb_m_s), 0.0),
        horizontal_sd_m=radius / 2,
        vertical_sd_m=np.nan_to_num(craft.height_sd_m),
        age_s=np.zeros(len(place)),
    )
    return aircraft, radius


def _all_pairs(
    craft: Craft, aircraft: Aircraft, muted: Mask, rules: NearnessRules, factor: float
) -> dict[Pair, Meeting]:
    manned = np.array([kind in MANNED for kind in craft.kinds], np.bool_)
    found: dict[Pair, Meeting] = {}
    for cylinder, aside, wanted in (
        (rules.manned, muted | ~manned, (True, True)),
        (rules.drone_manned, muted, (True, False)),
        (rules.drones, muted | manned, (False, False)),
    ):
        near = near_pairs(aircraft, _times(cylinder, factor), muted=aside)
        for index, (i, j) in enumerate(zip(near.first.tolist(), near.second.tolist(), strict=True)):
            kinds = (bool(manned[i]), bool(manned[j]))
            if kinds not in (wanted, wanted[::-1]) or _is_no_pair(craft, i, j, rules):
                continue
            first, second = sorted((craft.ids[i], craft.ids[j]))
            vertical = float(near.vertical_m[index])
            found[first, second] = Meeting(
                float(near.entry_s[index]),
                float(near.closest_s[index]),
                float(near.horizontal_m[index]),
                None if np.isnan(vertical) else vertical,
                bool(near.horizontal_only[index]),
            )
    return found


def _times(cylinder: Cylinder, factor: float) -> Cylinder:
    return replace(cylinder, radius_m=cylinder.radius_m * factor, height_m=cylinder.height_m * factor)


def _is_no_pair(craft: Craft, i: int, j: int, rules: NearnessRules) -> bool:
    """Whether two are one craft heard twice, fly together by intention, or both stand with rotors down."""
    formation = craft.formations[i]
    together = formation is not None and formation == craft.formations[j]
    return (
        bool(craft.marks[i] & craft.marks[j])
        or together
        or (_down(craft, i, rules) and _down(craft, j, rules))
    )


def _down(craft: Craft, index: int, rules: NearnessRules) -> bool:
    slow = float(np.hypot(*craft.velocity_m_s[index])) < rules.down_speed_m_s
    return slow and float(craft.above_m[index]) < rules.down_height_m

"""The latest time to start an evacuation: what it needs against the time there is. Pure numpy.

Latest start = moment of the danger − (decide + announce + prepare + travel + margin). p10 is the early,
cautious end: the moment that the danger comes before with a probability of 10 %.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from alerts.proposal_rules import Need, Travel

Floats = NDArray[np.float64]
_EARTH_M = 6_371_000.0


class Needed(NamedTuple):
    """What an evacuation takes, each float64[n] [s]."""

    decide_s: Floats
    announce_s: Floats
    prepare_s: Floats
    travel_s: Floats
    margin_s: Floats

    @property
    def total_s(self) -> Floats:
        """All of it."""
        return self.decide_s + self.announce_s + self.prepare_s + self.travel_s + self.margin_s


def needed(need: Need, distance_m: Floats, dark: NDArray[np.bool_], travel: Travel) -> Needed:
    """Return what an evacuation over `distance_m` (along streets, NaN = unknown) takes in each of n areas."""
    way_m = np.where(np.isnan(distance_m), travel.unknown_m, distance_m)
    speed = need.speed_m_s * np.where(dark, travel.night_speed_factor, 1.0)
    delay_s = np.where(dark, travel.delay_night_s, travel.delay_day_s)
    every = np.ones(len(way_m))
    return Needed(
        need.decide_s * every,
        need.announce_s * every,
        need.prepare_s + (delay_s if need.travels else 0.0 * every),
        way_m / speed if need.travels else 0.0 * every,
        need.margin_s * every,
    )


def latest_start(danger_s: Floats, total_s: Floats) -> Floats:
    """Return when to start at the latest [s], float64[n, k]: `danger_s` [n, k] less `total_s` [n].

    inf = the danger does not come within the forecast, NaN = unknown.
    """
    return danger_s - total_s[:, None]


def earliest(first_s: Floats, second_s: Floats) -> Floats:
    """Return the earlier of two moments, elementwise; one that is unknown leaves the other."""
    return np.fmin(first_s, second_s)


def ways_m(lon: Floats, lat: Floats, to_lon: Floats, to_lat: Floats, detour: float) -> Floats:
    """Return how far each of n people's places is from the nearest refuge along streets [m].

    The straight line times `detour`; NaN without a refuge. On a plane around the places: right within
    0.5 % over 100 km.
    """
    if not len(to_lon):
        return np.full(len(lon), np.nan)
    squeeze = np.cos(np.radians(float(np.mean(to_lat))))
    metres = np.radians(1.0) * _EARTH_M
    tree = cKDTree(np.column_stack([to_lon * squeeze, to_lat]) * metres)
    found, _ = tree.query(np.column_stack([lon * squeeze, lat]) * metres)
    return np.asarray(found, dtype=float) * detour


def share_within(distance_m: Floats, persons: Floats, share: float) -> float:
    """Return the distance that `share` of the people do not exceed [m]; NaN without people."""
    order = np.argsort(distance_m)
    weight = np.cumsum(persons[order])
    if not len(weight) or not weight[-1] > 0:
        return float("nan")
    at = int(np.searchsorted(weight, share * weight[-1]))
    return float(distance_m[order][min(at, len(order) - 1)])

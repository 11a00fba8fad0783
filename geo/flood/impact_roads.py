"""Roads in water: from when cars cannot pass, and how much of a road lies under water over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.depth_rules import Limits
from geo.flood.count import count, counts, depth, second, sums
from geo.flood.exposure import Indices, Roads
from geo.flood.passing import Numbers, passing_s
from geo.flood.soundings import Soundings


@dataclass(frozen=True, kw_only=True, eq=False)
class RoadImpact:
    """One road that gets wet, or of which some length lies on unknown ground. Lengths in metres."""

    id: str
    name: str
    road_class: str | None
    length_m: float
    unknown_m: float
    arrival_s: float
    peak_m: float
    #: when some place of it first reaches the limit for cars, NaN = never
    closed_from_s: float
    limit_m: float
    #: length in water, and length too deep for cars, per time (t,)
    wet_m: Numbers
    closed_m: Numbers

    def document(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "id": self.id,
            "name": self.name,
            "class": self.road_class,
            "length_m": count(round(self.length_m)),
            "unknown_m": count(round(self.unknown_m)),
            "arrival_s": second(self.arrival_s),
            "peak_m": depth(self.peak_m),
            "closed_from_s": second(self.closed_from_s),
            "limit_m": self.limit_m,
            "wet_m": counts(np.rint(self.wet_m)),
            "closed_m": counts(np.rint(self.closed_m)),
        }


def road_impacts(roads: Roads, points: Soundings, limits: Limits) -> list[RoadImpact]:
    """Return the roads that get wet or lie on unknown ground, those that close first at the head."""
    number = len(roads.ids)
    wet = np.flatnonzero(points.wet)
    water, road, length = points.only(wet), roads.road[wet], roads.length_m[wet]
    closed = passing_s(
        water.times_s, water.depth_m, np.full(len(wet), limits.car_m), water.arrival_s, water.peak_m
    )
    first = {"closed": closed, "arrival": water.arrival_s}
    earliest = {name: _earliest(road, values, number) for name, values in first.items()}
    peak = np.zeros(number)
    np.maximum.at(peak, road, water.peak_m.astype(np.float64))
    wet_m = _lengths(water, road, length, number, limits.flooded_m)
    closed_m = _lengths(water, road, length, number, limits.car_m)
    unknown = sums(roads.road[points.unknown], roads.length_m[points.unknown], number)
    whole = sums(roads.road, roads.length_m, number)
    impacts = [
        RoadImpact(
            id=roads.ids[at],
            name=roads.names[at],
            road_class=roads.classes[at],
            length_m=float(whole[at]),
            unknown_m=float(unknown[at]),
            arrival_s=float(earliest["arrival"][at]),
            peak_m=float(peak[at]),
            closed_from_s=float(earliest["closed"][at]),
            limit_m=limits.car_m,
            wet_m=wet_m[:, at],
            closed_m=closed_m[:, at],
        )
        for at in np.flatnonzero((peak > 0) | (unknown > 0)).tolist()
    ]
    return sorted(impacts, key=_order)


def _order(road: RoadImpact) -> tuple[float, float, str]:
    closed, arrival = (np.inf if np.isnan(at) else at for at in (road.closed_from_s, road.arrival_s))
    return closed, arrival, road.id


def _earliest(road: Indices, times_s: Numbers, number: int) -> Numbers:
    earliest = np.full(number, np.inf)
    np.fmin.at(earliest, road, times_s)
    return np.where(np.isinf(earliest), np.nan, earliest)


def _lengths(water: Soundings, road: Indices, length: Numbers, number: int, limit_m: float) -> Numbers:
    """Return the length of each road (t, roads) that is at least `limit_m` under water."""
    deep = water.depth_m >= water.depth_m.dtype.type(limit_m)
    lengths = np.zeros((len(deep), number))
    for row, there in enumerate(deep):
        lengths[row] = sums(road[there], length[there], number)
    return lengths

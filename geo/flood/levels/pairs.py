"""Pairs of an origin and a later reading of the same gauge: what is learned from, and scored on."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.flood.levels.readings import Readings

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

#: the longest lead from a reading: six hours ahead of an origin whose reading is 3.5 h old [s]
LONGEST_S: Final = 9.5 * 3600
#: a reading within this of the hour asked for stands for it [s]
NEAR_S: Final = 1800.0
#: following readings that are looked at; hourly polls need ten
_FOLLOWING: Final = 12


class Pairs(NamedTuple):
    """n pairs of rows of `Readings`."""

    #: the row of the origin, int64[n]
    origin: Indices
    #: the row of the later reading, int64[n]
    later: Indices
    #: time between them, float64[n] [s]
    lead_s: Floats
    #: highest level of the gauge from the origin to the later reading, both included [m], float64[n]
    highest_m: Floats


def following(readings: Readings) -> Pairs:
    """Return every reading paired with those that follow within `LONGEST_S`, at most 12."""
    count = len(readings)
    highest = readings.level_m.copy()
    parts = []
    for ahead in range(1, min(_FOLLOWING, count - 1) + 1):
        origin = np.arange(count - ahead)
        later = origin + ahead
        highest[origin] = np.maximum(highest[origin], readings.level_m[later])
        lead_s = readings.observed_s[later] - readings.observed_s[origin]
        kept = (readings.gauge[later] == readings.gauge[origin]) & (lead_s <= LONGEST_S)
        parts.append(Pairs(origin[kept], later[kept], lead_s[kept], highest[origin[kept]]))
    if not parts:
        nothing = np.empty(0)
        return Pairs(nothing.astype(np.int64), nothing.astype(np.int64), nothing, nothing)
    return Pairs(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def chosen(pairs: Pairs, at: Indices | NDArray[np.bool_]) -> Pairs:
    """Return the pairs at `at`."""
    return Pairs(pairs.origin[at], pairs.later[at], pairs.lead_s[at], pairs.highest_m[at])


def at_hour(pairs: Pairs, hour: float) -> Indices:
    """Return, for each origin that has one, the pair nearest to `hour` hours ahead, ±30 minutes."""
    off_s = np.abs(pairs.lead_s - hour * 3600)
    near = np.flatnonzero(off_s <= NEAR_S)
    order = near[np.lexsort((pairs.lead_s[near], off_s[near], pairs.origin[near]))]
    origin = pairs.origin[order]
    first: Indices = order[np.r_[True, origin[1:] != origin[:-1]][: len(order)]]
    return first

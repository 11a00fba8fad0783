"""When water passes a depth, who can still go through it, and how dangerous it is: kernels on arrays.

Pure numpy. Depth [m], speed [m/s], time [s]; NaN = unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.depth_rules import HazardClass, Limits

Depths = NDArray[np.floating[Any]]
Numbers = NDArray[np.float64]


def passing_s(
    times_s: Numbers, depth_m: Depths, limit_m: Numbers, arrival_s: Numbers, peak_m: Depths
) -> Numbers:
    """Return when (n,) depth first reaches `limit_m` (n,), NaN where it never does.

    `depth_m` (t, n) at rising `times_s` (t,); `arrival_s` (n,) when water first came, NaN = never or unknown;
    `peak_m` (n,) the largest depth, seen oftener than `depth_m`. Between two times the depth is taken to rise
    straight, from the arrival on when that lies between. Nothing was seen before the first time: what is
    deep by then (or at any time, when there are no times) counts from its arrival, too early rather than too
    late. A limit that only the peak passed, between two times, counts from the time before the deepest one,
    never from before the arrival.
    """
    if not len(times_s):
        return np.where(peak_m >= limit_m.astype(peak_m.dtype), arrival_s, np.nan)
    passed = np.full(depth_m.shape[1], np.nan)
    reached = depth_m >= limit_m.astype(depth_m.dtype)
    seen = reached.any(axis=0)
    points = np.flatnonzero(seen)
    passed[points] = _crossing(
        times_s, depth_m[:, points], reached[:, points].argmax(axis=0), limit_m[points], arrival_s[points]
    )
    between = ~seen & (peak_m >= limit_m.astype(peak_m.dtype))
    deepest = np.where(np.isnan(depth_m[:, between]), -np.inf, depth_m[:, between]).argmax(axis=0)
    before = np.where(deepest > 0, times_s[np.maximum(deepest - 1, 0)], np.nan)
    # fmax: a time that is not known leaves the other
    from_s = np.fmax(before, arrival_s[between])
    passed[between] = np.where(np.isnan(from_s), times_s[0], from_s)
    return passed


def _crossing(
    times_s: Numbers, depth_m: Depths, first: NDArray[np.int64], limit_m: Numbers, arrival_s: Numbers
) -> Numbers:
    points, before = np.arange(len(first)), np.maximum(first - 1, 0)
    from_s, to_s = times_s[before], times_s[first]
    from_m = np.nan_to_num(depth_m[before, points].astype(np.float64))
    to_m = depth_m[first, points].astype(np.float64)
    came = (arrival_s > from_s) & (arrival_s < to_s)
    from_s = np.where(came, arrival_s, from_s)
    from_m = np.where(came, 0.0, from_m)
    rise = np.where(first > 0, to_m - from_m, 1.0)
    share = np.clip((limit_m - from_m) / np.where(rise > 0, rise, 1.0), 0.0, 1.0)
    return np.where(first > 0, from_s + share * (to_s - from_s), np.fmin(to_s, arrival_s))


def adult_stopped(depth_m: Depths, speed_m_s: Depths | None, limits: Limits) -> NDArray[np.bool_]:
    """Return where an adult cannot walk on; an unknown speed stops where the water is deep enough to push."""
    dtype = depth_m.dtype.type
    stopped: NDArray[np.bool_] = depth_m >= dtype(limits.adult_m)
    if speed_m_s is not None:
        swift = ~(speed_m_s < speed_m_s.dtype.type(limits.adult_flow_m_s))
        stopped |= (depth_m >= dtype(limits.adult_flow_m)) & swift
    return stopped


def hazard_class(depth_m: Depths, speed_m_s: Depths, classes: Sequence[HazardClass]) -> NDArray[np.int8]:
    """Return the index of the hazard class of each point, −1 where depth or speed is unknown.

    A point is in the lowest class whose largest depth, speed and product it keeps.
    """
    # limits in the precision of the depths, so that a float32 depth of 0.3 m keeps a limit of 0.3 m
    number = np.result_type(depth_m, speed_m_s).type
    product = depth_m * speed_m_s
    found = np.full(depth_m.shape, -1, np.int8)
    for index in range(len(classes) - 1, -1, -1):
        entry = classes[index]
        keeps = (depth_m <= number(entry.depth_m)) & (speed_m_s <= number(entry.speed_m_s))
        keeps &= product <= number(entry.product_m2_s)
        found[keeps] = index
    return found

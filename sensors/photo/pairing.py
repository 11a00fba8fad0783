"""Which earlier photographs a later one is compared with: those of the same ground, by place and time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from sensors.motion.plane import metres_per_degree
from sensors.photo.limits import PairingLimits


@dataclass(frozen=True, kw_only=True)
class Shot:
    """Where and when a photograph was taken, and what ground it shows; None = unknown."""

    id: int
    taken_at: datetime
    #: degrees, EPSG:4326
    lon: float
    lat: float
    accuracy_m: float | None = None
    yaw_deg: float | None = None
    #: the ground in it, a shapely (multi)polygon in degrees
    ground: Any = None


def partners(shot: Shot, others: Sequence[Shot], limits: PairingLimits) -> list[int]:
    """Return the ids of the earlier photographs that `shot` is best compared with, the best first."""
    ranked = []
    for other in others:
        apart_s = (shot.taken_at - other.taken_at).total_seconds()
        if other.id != shot.id and apart_s >= limits.least_s:
            fit = _fit(shot, other, limits)
            if fit is not None:
                ranked.append((fit, other.taken_at, other.id))
    ranked.sort(key=lambda one: (-one[0], one[1]))
    return [number for _, _, number in ranked[: limits.most]]


def _fit(one: Shot, other: Shot, limits: PairingLimits) -> float | None:
    """Return how well two fit, 0 … 2, None when they do not show the same ground."""
    if one.ground is not None and other.ground is not None:
        least = min(one.ground.area, other.ground.area)
        share = float(one.ground.intersection(other.ground).area / least) if least > 0 else 0.0
        return 1.0 + share if share >= limits.overlap_share else None
    per_lon, per_lat = (float(length) for length in metres_per_degree(np.array(one.lat)))
    apart_m = math.hypot((one.lon - other.lon) * per_lon, (one.lat - other.lat) * per_lat)
    reach_m = limits.near_m + (one.accuracy_m or 0.0) + (other.accuracy_m or 0.0)
    if apart_m > reach_m:
        return None
    if one.yaw_deg is not None and other.yaw_deg is not None:
        turned = abs((one.yaw_deg - other.yaw_deg + 180.0) % 360.0 - 180.0)
        if turned > limits.turned_deg:
            return None
    return 1.0 - apart_m / (reach_m + 1.0)

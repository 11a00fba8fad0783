"""When groups arrive at shelters, over roads that close as the water comes, or straight where none are known.

Pure. Times are seconds from one common start; places are lon, lat [degrees, EPSG:4326].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_EARTH_M = 6_371_000.0


class ArrivalError(ValueError):
    """Raised when arrays do not fit together; names the array."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Roads:
    """A network of E stretches between N nodes, both ways each.

    `start`, `end` (E,) nodes; `length_m` (E,) [m]; `closes_s` (E,) [s]: from then on the stretch is under
    water or closed, inf = never, 0 = from the beginning. Who is not through before then does not pass.
    """

    nodes: int
    start: Integers
    end: Integers
    length_m: Floats
    closes_s: Floats

    def __post_init__(self) -> None:
        """Check shapes and numbers of nodes. Raises `ArrivalError`."""
        for name in ("end", "length_m", "closes_s"):
            if getattr(self, name).shape != self.start.shape:
                raise ArrivalError(f"{name} has another length than start")
        for name in ("start", "end"):
            values = getattr(self, name)
            if len(values) and not (values.min() >= 0 and values.max() < self.nodes):
                raise ArrivalError(f"{name} names a node that is not there")
        if np.isnan(self.length_m).any() or (self.length_m < 0).any() or np.isnan(self.closes_s).any():
            raise ArrivalError("length_m must be at least 0, closes_s a time")


def straight_s(groups: Floats, shelters: Floats, speed_m_s: Floats, leave_s: Floats, detour: float) -> Floats:
    """Return arrivals (n, m) [s] over the great circle times `detour`, a way that knows no water.

    `groups` (n, 2), `shelters` (m, 2) [degrees]; `speed_m_s`, `leave_s` (n,).
    """
    a, b = np.radians(groups)[:, None, :], np.radians(shelters)[None, :, :]
    half = (b - a) / 2
    h = np.sin(half[..., 1]) ** 2 + np.cos(a[..., 1]) * np.cos(b[..., 1]) * np.sin(half[..., 0]) ** 2
    way_m = 2 * _EARTH_M * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0))) * detour
    return np.asarray(leave_s[:, None] + way_m / speed_m_s[:, None])


def over_roads_s(
    roads: Roads, groups: Integers, shelters: Integers, speed_m_s: Floats, leave_s: Floats, *, margin_s: float
) -> Floats:
    """Return earliest arrivals (n, m) [s] over `roads`, inf where the water is first.

    `groups` (n,), `shelters` (m,) are nodes. Every stretch is left `margin_s` before it closes. Waiting never
    helps where roads only close, so labels are corrected until none changes (Bellman 1958, all groups at
    once): O(n · E) a round, as many rounds as the longest way has stretches.
    """
    start = np.concatenate([roads.start, roads.end])
    end = np.concatenate([roads.end, roads.start])
    order = np.argsort(end, kind="stable")
    start, end = start[order], end[order]
    length_m = np.concatenate([roads.length_m, roads.length_m])[order]
    last_s = np.concatenate([roads.closes_s, roads.closes_s])[order] - margin_s
    ends, offsets = np.unique(end, return_index=True)
    at_s = np.full((len(groups), roads.nodes), np.inf)
    at_s[np.arange(len(groups)), groups] = leave_s
    taken_s = length_m[None, :] / speed_m_s[:, None]
    while len(ends):
        arrive_s = at_s[:, start] + taken_s
        arrive_s[arrive_s > last_s] = np.inf
        better_s = np.minimum(np.minimum.reduceat(arrive_s, offsets, axis=1), at_s[:, ends])
        if not (better_s < at_s[:, ends]).any():
            break
        at_s[:, ends] = better_s
    return at_s[:, shelters]

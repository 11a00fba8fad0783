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
#: rows whose labels are corrected together
_TOGETHER = 256


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
    helps where roads only close, so labels are corrected until none changes (Bellman 1958, many groups at
    once): O(n · E) a round, as many rounds as the longest way has stretches. Who leaves one node at one time
    and speed is reckoned once; `_TOGETHER` rows at a time bound the memory.
    """
    alike = np.column_stack([groups.astype(np.float64), speed_m_s, leave_s])
    rows, which = np.unique(alike, axis=0, return_inverse=True)
    network = _arcs(roads, margin_s)
    found_s = np.empty((len(rows), len(shelters)))
    for first in range(0, len(rows), _TOGETHER):
        part = rows[first : first + _TOGETHER]
        found_s[first : first + _TOGETHER] = _labels_s(network, roads.nodes, part)[:, shelters]
    return np.asarray(found_s[which.reshape(-1)])


@dataclass(frozen=True, kw_only=True, eq=False)
class _Arcs:
    """Stretches in both directions, sorted by their end; `offsets` of each of `ends` in them."""

    start: Integers
    length_m: Floats
    last_s: Floats
    ends: Integers
    offsets: Integers


def _arcs(roads: Roads, margin_s: float) -> _Arcs:
    start = np.concatenate([roads.start, roads.end])
    end = np.concatenate([roads.end, roads.start])
    order = np.argsort(end, kind="stable")
    ends, offsets = np.unique(end[order], return_index=True)
    return _Arcs(
        start=start[order],
        length_m=np.concatenate([roads.length_m, roads.length_m])[order],
        last_s=np.concatenate([roads.closes_s, roads.closes_s])[order] - margin_s,
        ends=ends,
        offsets=offsets,
    )


def _labels_s(network: _Arcs, nodes: int, rows: Floats) -> Floats:
    """Return arrivals (rows, nodes) [s] of rows of node, speed [m/s], departure [s]."""
    at_s = np.full((len(rows), nodes), np.inf)
    at_s[np.arange(len(rows)), rows[:, 0].astype(np.int64)] = rows[:, 2]
    taken_s = network.length_m[None, :] / rows[:, 1, None]
    ends = network.ends
    while len(ends):
        arrive_s = at_s[:, network.start] + taken_s
        arrive_s[arrive_s > network.last_s] = np.inf
        better_s = np.minimum(np.minimum.reduceat(arrive_s, network.offsets, axis=1), at_s[:, ends])
        if not (better_s < at_s[:, ends]).any():
            break
        at_s[:, ends] = better_s
    return at_s

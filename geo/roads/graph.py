"""Lines of roads as a network: nodes where they meet, and stretches between them. Pure.

Lines meet where they share a point, and where an end of one lies near another (within a tolerance). Lines
that cross without a common point do not meet: one is a bridge. Long pieces are cut, so that a closure or
water closes a short stretch. Works in a plane of metres around the middle of the lines (equirectangular;
error of lengths below 1 % for up to 1.5 degrees of latitude, a prefecture).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree
from shapely.geometry.base import BaseGeometry

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]

#: metres of a degree of latitude on the sphere of 6,371 km
DEGREE_M: Final = 111_194.93
#: no node
NOWHERE: Final = -1
#: points nearer than this are one [m]: digits of a file, not ground
_SAME_M: Final = 0.05


@dataclass(frozen=True)
class Plane:
    """A plane of metres around a place [degrees]."""

    lon: float
    lat: float

    def metres(self, degrees: Numbers) -> Numbers:
        """Return points (n, 2) lon, lat [degrees] as x, y [m]."""
        scale = np.array([np.cos(np.radians(self.lat)), 1.0]) * DEGREE_M
        return np.asarray((degrees - np.array([self.lon, self.lat])) * scale)

    def degrees(self, metres: Numbers) -> Numbers:
        """Return points (n, 2) x, y [m] as lon, lat [degrees]."""
        scale = np.array([np.cos(np.radians(self.lat)), 1.0]) * DEGREE_M
        return np.asarray(metres / scale + np.array([self.lon, self.lat]))


@dataclass(frozen=True, kw_only=True, eq=False)
class RoadGraph:
    """A network of N nodes and E stretches, both ways each.

    `nodes` (N, 2) lon, lat [degrees]; `component` (N,): the net that a node belongs to, 0 is the
    longest; `net_m` (C,) length of each net [m]; `start`, `end` (E,) nodes; `road` (E,) number of the line;
    `length_m` (E,); `lines` (E,) of shapely in metres of `plane`.
    """

    plane: Plane
    nodes: Numbers
    component: Indices
    net_m: Numbers
    start: Indices
    end: Indices
    road: Indices
    length_m: Numbers
    lines: NDArray[Any]


def build_graph(roads: Sequence[BaseGeometry], *, tolerance_m: float, stretch_m: float) -> RoadGraph:
    """Return the network of `roads` (LineString or MultiLineString, lon and lat in degrees, EPSG:4326).

    Lines without length are left out. Raises `ValueError` for distances that are not positive.
    """
    if not (tolerance_m > 0 and stretch_m > 0):
        raise ValueError(f"tolerance {tolerance_m} m and stretch {stretch_m} m must be positive")
    parts, owner = shapely.get_parts(np.array(list(roads), object), return_index=True)
    plane = _plane(parts)
    parts = shapely.transform(parts, plane.metres)
    long = shapely.length(parts) > 0
    parts, owner = parts[long], owner[long].astype(np.int64)
    cuts = _cuts(parts, tolerance_m, stretch_m)
    return _assemble(plane, parts, owner, cuts, tolerance_m)


def nearest_nodes(
    nodes: Numbers, component: Indices, places: Numbers, reach_m: float
) -> tuple[Indices, Numbers]:
    """Return for each place (n, 2) [degrees] the node within `reach_m` and the distance [m] (n,).

    `nodes` and `component` as of a `RoadGraph`: the nearest node of the longest net within reach is taken;
    `NOWHERE` and infinity where there is none.
    """
    node = np.full(len(places), NOWHERE, np.int64)
    distance = np.full(len(places), np.inf)
    if len(nodes) == 0 or len(places) == 0:
        return node, distance
    plane = Plane(*nodes.mean(axis=0).tolist())
    there, here = plane.metres(nodes), plane.metres(places)
    for at, near in enumerate(KDTree(there).query_ball_point(here, reach_m)):
        if not near:
            continue
        some = np.array(sorted(near), np.int64)
        some = some[component[some] == component[some].min()]
        away = np.hypot(*(there[some] - here[at]).T)
        node[at], distance[at] = some[away.argmin()], away.min()
    return node, distance


def stretches_at(graph: RoadGraph, place: Numbers, reach_m: float, search_m: float) -> Indices:
    """Return the stretches within `reach_m` of a place (2,) [degrees], else the nearest within `search_m`."""
    if len(graph.lines) == 0:
        return np.zeros(0, np.int64)
    away = shapely.distance(graph.lines, shapely.points(graph.plane.metres(place[None, :])[0]))
    near = np.flatnonzero(away <= reach_m)
    if len(near) or not away.min() <= search_m:
        return near
    return np.array([away.argmin()], np.int64)


def _plane(parts: NDArray[Any]) -> Plane:
    if len(parts) == 0:
        return Plane(0.0, 0.0)
    west, south, east, north = shapely.total_bounds(parts)
    return Plane(float(west + east) / 2, float(south + north) / 2)


@dataclass(frozen=True)
class _Cuts:
    """Where lines are cut: number of the part, position along it [m], and pairs of cuts that are one node."""

    part: Indices
    position_m: Numbers
    same: Indices


def _cuts(parts: NDArray[Any], tolerance_m: float, stretch_m: float) -> _Cuts:
    number = np.arange(len(parts))
    length = shapely.length(parts)
    ends = np.concatenate([np.zeros(len(parts)), length])
    part, position = [np.concatenate([number, number])], [ends]
    points = np.concatenate([shapely.get_point(parts, 0), shapely.get_point(parts, -1)])
    # an end near another line, or near another piece of its own
    found = shapely.STRtree(parts).query(points, predicate="dwithin", distance=tolerance_m)
    end, other = found[0].astype(np.int64), found[1].astype(np.int64)
    foreign = part[0][end] != other
    end, other = end[foreign], other[foreign]
    part.append(other)
    position.append(shapely.line_locate_point(parts[other], points[end]))
    same = [np.stack([end, len(ends) + np.arange(len(end))], axis=1)]
    shared_part, shared_position, shared_same = _shared_points(parts)
    part.append(shared_part)
    position.append(shared_position)
    same.append(shared_same + len(ends) + len(end))
    part.append(np.repeat(number, _pieces(length, stretch_m) - 1))
    position.append(_even(length, stretch_m))
    return _Cuts(np.concatenate(part), np.concatenate(position), np.concatenate(same))


def _shared_points(parts: NDArray[Any]) -> tuple[Indices, Numbers, Indices]:
    """Return cuts at points that several lines have, and which of these are one."""
    points, part = shapely.get_coordinates(parts, return_index=True)
    if len(points) == 0:
        return np.zeros(0, np.int64), np.zeros(0), np.zeros((0, 2), np.int64)
    along = np.hypot(*np.diff(points, axis=0, prepend=points[:1]).T)
    along[np.diff(part, prepend=part[0]) != 0] = 0.0
    total = np.cumsum(along)
    first = np.flatnonzero(np.diff(part, prepend=-1) != 0)
    position = total - total[first][np.searchsorted(first, np.arange(len(part)), side="right") - 1]
    _, place, often = np.unique(
        np.rint(points / _SAME_M).astype(np.int64), axis=0, return_inverse=True, return_counts=True
    )
    shared = np.flatnonzero(often[place] > 1)
    order = shared[np.argsort(place[shared], kind="stable")]
    chain = np.flatnonzero(place[order][1:] == place[order][:-1])
    return part[order].astype(np.int64), position[order], np.stack([chain, chain + 1], axis=1)


def _pieces(length: Numbers, stretch_m: float) -> Indices:
    return np.maximum(np.ceil(length / stretch_m), 1).astype(np.int64)


def _even(length: Numbers, stretch_m: float) -> Numbers:
    found = [
        one * np.arange(1, count) / count
        for one, count in zip(length, _pieces(length, stretch_m), strict=True)
    ]
    return np.concatenate(found) if found else np.zeros(0)


def _assemble(
    plane: Plane, parts: NDArray[Any], owner: Indices, cuts: _Cuts, tolerance_m: float
) -> RoadGraph:
    order = np.lexsort((cuts.position_m, cuts.part))
    part, position = cuts.part[order], cuts.position_m[order]
    follows = (part[1:] == part[:-1]) & (position[1:] - position[:-1] <= tolerance_m)
    # neighbours on a line within the tolerance are one node
    beside = np.stack([order[:-1][follows], order[1:][follows]], axis=1)
    same = np.concatenate([cuts.same, beside])
    joined = coo_matrix((np.ones(len(same)), (same[:, 0], same[:, 1])), shape=(len(order),) * 2)
    count, node_of = connected_components(joined, directed=False)
    node = node_of[order].astype(np.int64)
    piece = np.flatnonzero((part[1:] == part[:-1]) & (node[1:] != node[:-1]))
    start, end = node[piece], node[piece + 1]
    places = shapely.get_coordinates(shapely.line_interpolate_point(parts[part], position))
    sums: Numbers = np.stack([np.bincount(node, places[:, axis], count) for axis in (0, 1)], axis=1)
    nodes = sums / np.maximum(np.bincount(node, minlength=count), 1)[:, None]
    lines = np.array(
        [_between(parts[part[at]], position[at], position[at + 1]) for at in piece.tolist()], dtype=object
    )
    length = position[piece + 1] - position[piece]
    kept, renumbered = np.unique(np.concatenate([start, end]), return_inverse=True)
    start, end = renumbered[: len(start)].astype(np.int64), renumbered[len(start) :].astype(np.int64)
    component, net_m = _nets(len(kept), start, end, length)
    return RoadGraph(
        plane=plane, nodes=plane.degrees(nodes[kept]), component=component, net_m=net_m, start=start, end=end,
        road=owner[part[piece]], length_m=length, lines=lines,
    )  # fmt: skip


def _between(line: BaseGeometry, begin_m: float, end_m: float) -> BaseGeometry:
    """Return the piece of a line from one position to the other [m]."""
    points = shapely.get_coordinates(line)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    inside = points[(along > begin_m) & (along < end_m)]
    tips = shapely.get_coordinates(shapely.line_interpolate_point(line, [begin_m, end_m]))
    return shapely.linestrings(np.concatenate([tips[:1], inside, tips[1:]]))


def _nets(nodes: int, start: Indices, end: Indices, length: Numbers) -> tuple[Indices, Numbers]:
    """Return the net of each node, numbered from the longest on, and their lengths [m]."""
    joined = coo_matrix((np.ones(len(start)), (start, end)), shape=(nodes, nodes))
    count, label = connected_components(joined, directed=False)
    net_m = np.bincount(label[start], length, count) if nodes else np.zeros(0)
    rank = np.empty(count, np.int64)
    order = np.argsort(-net_m, kind="stable")
    rank[order] = np.arange(count)
    return rank[label], np.asarray(net_m[order])

"""How far it is from depots to shelters: over registered roads as they stand, else a straight line. Pure.

Between a depot and a shelter that lie on one net of roads only roads count: what is closed or under water
there is not driven. Where a place lies on no road, or both on nets that are not connected, the registered
roads say nothing; such a pair is an estimate, the straight line times a detour, and is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geo.depth_rules import depth_rules
from geo.roads.graph import NOWHERE, nearest_nodes
from geo.roads.network import RoadNet
from geo.roads.road_rules import road_rules
from shelters.matching.problem import Depot, Edges, Roads, Shelter, Travel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Table = list[list[float | None]]

_EARTH_M: Final = 6_371_000.0
#: shelters that lie on no road are joined in one run up to so far [min], as the matching does
_NEIGHBOURS_MIN: Final = 45.0
#: what closes a way that would lead past closed roads
ALL_CUT: Final = "登録道路のすべての経路"
#: the last streets, which no register has
LAST_STREETS: Final = "最寄りの登録道路までの道"


@dataclass(frozen=True, kw_only=True)
class Supplied:
    """What of a problem the ways are: depots and shelters with their nodes, and roads or tables.

    `told` is what a screen says of it (docs/supply-plan.md); `estimated` holds the pairs of depot and shelter
    whose way is a straight line.
    """

    depots: list[Depot]
    shelters: list[Shelter]
    roads: Roads | None
    travel: Travel | None
    told: dict[str, Any]
    estimated: frozenset[tuple[str, str]]


def ways(
    net: RoadNet | None, depots: Sequence[Depot], shelters: Sequence[Shelter], rules: Mapping[str, Any],
    until: datetime, *, use_flood: bool = True,
) -> Supplied:  # fmt: skip
    """Return the ways between places as they stand from now to `until`.

    `rules`: table `travel` of `rules/supply-plan.toml`. Without `use_flood` no water is on the roads.
    """
    straight: dict[str, Any] = {
        "basis": "straight-line", "detour_factor": rules["detour_factor"], "speed_km_h": rules["speed_km_h"],
        "roads": None, "estimated": [], "pairs": len(depots) * len(shelters),
        "estimated_pairs": len(depots) * len(shelters),
    }  # fmt: skip
    every = frozenset((depot.id, shelter.id) for depot in depots for shelter in shelters)
    if net is None:
        table = straight_travel(depots, shelters, rules)
        return Supplied(
            depots=list(depots), shelters=list(shelters), roads=None, travel=table, told=straight,
            estimated=every,
        )  # fmt: skip
    ends = _ends(net, depots, shelters)
    estimate = ends.estimated()
    told = straight | {
        "roads": _told(net, use_flood=use_flood),
        "estimated": ends.told(depots, shelters),
        "estimated_pairs": int(estimate.sum()),
    }
    if estimate.all():
        table = straight_travel(depots, shelters, rules)
        return Supplied(
            depots=list(depots), shelters=list(shelters), roads=None, travel=table, told=told, estimated=every
        )
    passable = _passable(net, until, use_flood=use_flood)
    columns = _Columns()
    columns.add_net(net, use_flood=use_flood)
    columns.add_access(ends, len(net.nodes), rules)
    columns.add_estimates(ends, len(net.nodes), rules, _cut_off(net, ends, passable))
    first = len(net.nodes)
    return Supplied(
        depots=[msgspec.structs.replace(one, node=first + at) for at, one in enumerate(depots)],
        shelters=[
            msgspec.structs.replace(one, node=first + len(depots) + at) for at, one in enumerate(shelters)
        ],
        roads=Roads(edges=columns.edges(), node_count=first + len(depots) + len(shelters)), travel=None,
        told=told | {"basis": "mixed" if estimate.any() else "roads"},
        estimated=frozenset(
            (depots[d].id, shelters[s].id) for d, s in np.argwhere(estimate).tolist()
        ),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Ends:
    """Where places meet the net: nodes (`NOWHERE` = none), distances to them [m], nets (−1 = none)."""

    depot_places: Floats
    shelter_places: Floats
    depot_node: Integers
    shelter_node: Integers
    depot_m: Floats
    shelter_m: Floats
    depot_net: Integers
    shelter_net: Integers

    def estimated(self) -> NDArray[np.bool_]:
        """Return the pairs (D, S) that registered roads say nothing of."""
        other = self.depot_net[:, None] != self.shelter_net
        return np.asarray(other | (self.depot_net < 0)[:, None] | (self.shelter_net < 0))

    def told(self, depots: Sequence[Depot], shelters: Sequence[Shelter]) -> list[dict[str, Any]]:
        """Return the places off the longest net that has a depot and a shelter, and why."""
        used = np.intersect1d(self.depot_net[self.depot_net >= 0], self.shelter_net)
        main = used.min() if len(used) else -1
        depot_net, shelter_net = self.depot_net.tolist(), self.shelter_net.tolist()
        named = [
            *(("depot", one.id, one.name, net) for one, net in zip(depots, depot_net, strict=True)),
            *(("shelter", one.id, one.name, net) for one, net in zip(shelters, shelter_net, strict=True)),
        ]
        return [
            {"kind": kind, "id": id_, "name": name, "code": "no-road" if net < 0 else "other-net"}
            for kind, id_, name, net in named
            if net != main or net < 0
        ]


def _ends(net: RoadNet, depots: Sequence[Depot], shelters: Sequence[Shelter]) -> _Ends:
    nodes, component = np.array(net.nodes, np.float64), np.array(net.component, np.int64)
    here, there = places_of(depots), places_of(shelters)
    reach_m = road_rules().access_m
    depot_node, depot_m = nearest_nodes(nodes, component, here, reach_m)
    shelter_node, shelter_m = nearest_nodes(nodes, component, there, reach_m)
    return _Ends(
        depot_places=here, shelter_places=there, depot_node=depot_node, shelter_node=shelter_node,
        depot_m=depot_m, shelter_m=shelter_m,
        depot_net=np.where(depot_node == NOWHERE, -1, component[depot_node]),
        shelter_net=np.where(shelter_node == NOWHERE, -1, component[shelter_node]),
    )  # fmt: skip


def _passable(net: RoadNet, until: datetime, *, use_flood: bool) -> NDArray[np.bool_]:
    """Return whether cars pass each stretch (E,) all the time until `until`."""
    closed = np.array([label is not None for label in net.closed_by], dtype=bool)
    if not use_flood:
        return ~closed
    deep = np.array(net.depth_m) >= depth_rules().limits.car_m
    in_time = np.array([since is None or since < until for since in net.flooded_from], dtype=bool)
    return np.asarray(~(closed | (deep & in_time)))


def _cut_off(net: RoadNet, ends: _Ends, passable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the shelters (S,) with depots on their net of which none reaches them any more."""
    start, end = np.array(net.start)[passable], np.array(net.end)[passable]
    joined = coo_matrix((np.ones(len(start)), (start, end)), shape=(len(net.nodes),) * 2)
    _, part = connected_components(joined, directed=False)
    reached = np.isin(part[ends.shelter_node], part[ends.depot_node[ends.depot_node != NOWHERE]])
    supplied = (ends.shelter_node != NOWHERE) & np.isin(ends.shelter_net, ends.depot_net)
    return np.asarray(supplied & ~reached)


@dataclass
class _Columns:
    """Edges of the problem's roads, column by column."""

    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    length_m: list[float] = field(default_factory=list)
    speed_km_h: list[float] = field(default_factory=list)
    max_class: list[str | None] = field(default_factory=list)
    closed: list[bool] = field(default_factory=list)
    oneway: list[bool] = field(default_factory=list)
    depth_m: list[float | None] = field(default_factory=list)
    flooded_from: list[datetime | None] = field(default_factory=list)
    name: list[str | None] = field(default_factory=list)

    def edges(self) -> Edges:
        """Return them as the problem wants them."""
        return Edges(
            from_=self.start, to=self.end, length_m=self.length_m, speed_km_h=self.speed_km_h,
            max_class=self.max_class, closed=self.closed, oneway=self.oneway, depth_m=self.depth_m,
            flooded_from=self.flooded_from, name=self.name,
        )  # fmt: skip

    def add_net(self, net: RoadNet, *, use_flood: bool) -> None:
        """Add the stretches of a net, both ways."""
        count = len(net.start)
        self.start += net.start
        self.end += net.end
        self.length_m += net.length_m
        self.speed_km_h += net.speed_km_h
        self.max_class += net.max_class
        self.closed += [label is not None for label in net.closed_by]
        self.oneway += [False] * count
        self.depth_m += net.depth_m if use_flood else [None] * count
        self.flooded_from += net.flooded_from if use_flood else [None] * count
        self.name += [
            name if label is None else f"{name}（{label}）"
            for name, label in zip(net.name, net.closed_by, strict=True)
        ]

    def add(
        self, ends: tuple[int, int], length_m: float, speed_km_h: float, **told: str | bool | None
    ) -> None:
        """Add one way that no register has; `told` are columns."""
        plain = {"max_class": None, "closed": False, "oneway": True, "depth_m": None, "flooded_from": None}
        self.start.append(ends[0])
        self.end.append(ends[1])
        self.length_m.append(length_m)
        self.speed_km_h.append(speed_km_h)
        for name, value in {**plain, "name": None, **told}.items():
            getattr(self, name).append(value)

    def add_access(self, ends: _Ends, first: int, rules: Mapping[str, Any]) -> None:
        """Add the last streets: from depots only away, so that no way leads through a depot."""
        factor, speed = rules["detour_factor"], rules["speed_km_h"]
        for at in np.flatnonzero(ends.depot_node != NOWHERE).tolist():
            way = first + at, int(ends.depot_node[at])
            self.add(way, float(ends.depot_m[at]) * factor, speed, name=LAST_STREETS)
        first += len(ends.depot_node)
        for at in np.flatnonzero(ends.shelter_node != NOWHERE).tolist():
            way = int(ends.shelter_node[at]), first + at
            self.add(way, float(ends.shelter_m[at]) * factor, speed, name=LAST_STREETS, oneway=False)

    def add_estimates(
        self, ends: _Ends, first: int, rules: Mapping[str, Any], cut_off: NDArray[np.bool_]
    ) -> None:
        """Add straight lines for pairs that roads say nothing of.

        None leads from a place off the net onto it: they are no way round what is closed. A shelter that its
        own depots no longer reach is not reached by a straight line either.
        """
        speed = rules["speed_km_h"]
        way_m = great_circle_m(ends.depot_places, ends.shelter_places) * rules["detour_factor"]
        middle = first + len(ends.depot_node)
        for depot, shelter in np.argwhere(ends.estimated()).tolist():
            closed = bool(cut_off[shelter])
            told = {"closed": closed, "name": ALL_CUT if closed else None}
            self.add((first + depot, middle + shelter), float(way_m[depot, shelter]), speed, **told)
        off = np.flatnonzero(ends.shelter_node == NOWHERE)
        apart_m = great_circle_m(ends.shelter_places[off], ends.shelter_places[off]) * rules["detour_factor"]
        near = np.triu(apart_m <= _NEIGHBOURS_MIN * speed * 1000 / 60, k=1)
        for one, other in np.argwhere(near).tolist():
            pair = middle + int(off[one]), middle + int(off[other])
            self.add(pair, float(apart_m[one, other]), speed, oneway=False)


def _told(net: RoadNet, *, use_flood: bool) -> dict[str, Any]:
    """Return what a screen says of the roads."""
    return {
        "sources": net.sources,
        "stretches": len(net.start),
        "nets_km": [round(length / 1000, 1) for length in net.net_m],
        "access_m": road_rules().access_m,
        "closures": [{"label": label, "roads": names} for label, names in net.closures],
        "flood": None if net.flood is None else msgspec.to_builtins(net.flood, builtin_types=(datetime,)),
        "use_flood": use_flood,
        "car_m": depth_rules().limits.car_m,
    }


def straight_travel(depots: Sequence[Depot], shelters: Sequence[Shelter], rules: Mapping[str, Any]) -> Travel:
    """Return times and distances as straight lines times a detour; nothing is closed, nothing is flooded."""
    metres_a_minute = rules["speed_km_h"] * 1000 / 60

    def tables(one: Floats, other: Floats) -> tuple[Table, Table]:
        way_m = great_circle_m(one, other) * rules["detour_factor"]
        return np.round(way_m / metres_a_minute, 1).tolist(), np.round(way_m / 1000, 2).tolist()

    here, there = places_of(depots), places_of(shelters)
    minutes, km = tables(here, there)
    between_minutes, between_km = tables(there, there)
    return Travel(minutes=minutes, km=km, between_minutes=between_minutes, between_km=between_km)


def great_circle_m(one: Floats, other: Floats) -> Floats:
    """Return distances [m] on the sphere (n, m) between places (n, 2) and (m, 2) [degrees lon, lat]."""
    a, b = np.radians(one)[:, None, :], np.radians(other)[None, :, :]
    half = np.sin((b - a) / 2) ** 2
    chord = half[..., 1] + np.cos(a[..., 1]) * np.cos(b[..., 1]) * half[..., 0]
    return np.asarray(2 * _EARTH_M * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0))))


def places_of(of: Sequence[Depot] | Sequence[Shelter]) -> Floats:
    """Return the places of depots or shelters (n, 2) [degrees lon, lat]."""
    return np.array([(one.lon, one.lat) for one in of], dtype=np.float64).reshape(-1, 2)

"""A network of roads as a plan of ways needs it: speeds, truck classes, closures, water. Pure.

Plain lists, because it is handed on to another process as JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from shapely.geometry.base import BaseGeometry

from geo.roads.graph import RoadGraph, build_graph, stretches_at
from geo.roads.road_rules import RoadRules
from geo.roads.water import FloodField, water_on


@dataclass(frozen=True, kw_only=True)
class RoadLine:
    """A road of the register; its line is in EPSG:4326."""

    name: str
    road_class: str | None
    line: BaseGeometry
    source: str


@dataclass(frozen=True, kw_only=True)
class Closure:
    """A closed road as somebody told it; None = nobody said where."""

    label: str
    lon: float | None
    lat: float | None


@dataclass(frozen=True, kw_only=True)
class KnownFlood:
    """A simulated flood that roads are held against, and what a screen says of it."""

    run: int
    title: str
    title_en: str
    member: str
    starts_at: datetime
    hours: float
    finished_at: datetime
    field: FloodField


@dataclass(frozen=True, kw_only=True)
class FloodTold:
    """Which simulated flood a network was held against; `wet` stretches of it stand in water at some time."""

    run: int
    title: str
    title_en: str
    member: str
    starts_at: datetime
    hours: float
    finished_at: datetime
    wet: int


@dataclass(frozen=True, kw_only=True)
class RoadNet:
    """Nodes (N) and stretches (E) as columns. A stretch is a piece of a road, driven both ways.

    `nodes`: lon, lat [degrees]; `component`, `net_m`: nets that are not connected, the longest first, and
    their lengths [m]; `closed_by`: what closes a stretch, None = open; `depth_m`: greatest depth of the flood
    [m], 0 = dry or not known; `flooded_from`: when it gets wet; `closures`: for each closed road that was
    told, the names of the roads of the stretches it closes, none = its place is on no registered road.
    """

    nodes: list[tuple[float, float]]
    component: list[int]
    net_m: list[float]
    start: list[int]
    end: list[int]
    length_m: list[float]
    speed_km_h: list[float]
    max_class: list[str | None]
    name: list[str]
    closed_by: list[str | None]
    depth_m: list[float]
    flooded_from: list[datetime | None]
    closures: list[tuple[str, list[str]]]
    sources: list[str]
    flood: FloodTold | None


def road_net(
    roads: Sequence[RoadLine], closures: Sequence[Closure], flood: KnownFlood | None, rules: RoadRules
) -> RoadNet | None:
    """Return the network of `roads` as it stands; None when there is none to drive on."""
    graph = build_graph(
        [road.line for road in roads], tolerance_m=rules.tolerance_m, stretch_m=rules.stretch_m
    )
    if len(graph.lines) == 0:
        return None
    closed_by, told = _closed(graph, roads, closures, rules)
    depth_m, wet_from = _wet(graph, flood)
    driven = [rules.of(road.name, road.road_class) for road in roads]
    owner = graph.road.tolist()
    return RoadNet(
        nodes=[(lon, lat) for lon, lat in graph.nodes.tolist()],
        component=graph.component.tolist(), net_m=graph.net_m.tolist(),
        start=graph.start.tolist(), end=graph.end.tolist(), length_m=graph.length_m.tolist(),
        speed_km_h=[driven[road][0] for road in owner], max_class=[driven[road][1] for road in owner],
        name=[roads[road].name for road in owner],
        closed_by=closed_by, depth_m=depth_m, flooded_from=wet_from, closures=told,
        sources=sorted({road.source for road in roads}),
        flood=None if flood is None else _told(flood, sum(depth > 0 for depth in depth_m)),
    )  # fmt: skip


def _closed(
    graph: RoadGraph, roads: Sequence[RoadLine], closures: Sequence[Closure], rules: RoadRules
) -> tuple[list[str | None], list[tuple[str, list[str]]]]:
    closed_by: list[str | None] = [None] * len(graph.lines)
    told = []
    for closure in closures:
        at: list[int] = []
        if closure.lon is not None and closure.lat is not None:
            place = np.array([closure.lon, closure.lat])
            at = stretches_at(graph, place, rules.closed_m, rules.search_m).tolist()
        for stretch in at:
            closed_by[stretch] = closed_by[stretch] or closure.label
        names = dict.fromkeys(roads[road].name for road in graph.road[at].tolist())
        told.append((closure.label, list(names)))
    return closed_by, told


def _wet(graph: RoadGraph, flood: KnownFlood | None) -> tuple[list[float], list[datetime | None]]:
    if flood is None:
        return [0.0] * len(graph.lines), [None] * len(graph.lines)
    depth_m, first_s = water_on(graph, flood.field)
    wet_from = [
        flood.starts_at + timedelta(seconds=second) if np.isfinite(second) else None
        for second in first_s.tolist()
    ]
    return depth_m.tolist(), wet_from


def _told(flood: KnownFlood, wet: int) -> FloodTold:
    names = ("run", "title", "title_en", "member", "starts_at", "hours", "finished_at")
    told: dict[str, Any] = {name: getattr(flood, name) for name in names}
    return FloodTold(wet=wet, **told)

"""From the roads or tables of a problem to how long each class of trucks drives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from shelters.matching.problem import Problem, Roads, Travel
from shelters.matching.road_network import Flags, Floats, Integers, RoadNetwork, Ways, shortest_ways
from shelters.matching.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Journeys:
    """Ways by class, depot and shelter, shape (K, D, S): `minutes` [min], `km` [km]; inf = none.

    `network` with the nodes of depots and shelters, or the `tables` that were given instead.
    """

    minutes: Floats
    km: Floats
    network: RoadNetwork | None = None
    depot_nodes: Integers | None = None
    shelter_nodes: Integers | None = None
    tables: Travel | None = None


def journeys(problem: Problem, settings: Settings) -> Journeys:
    """Return the ways of a checked problem for every class of trucks."""
    classes = len(settings.truck_classes)
    if problem.travel is not None:
        minutes, km = _table(problem.travel.minutes), _table(problem.travel.km)
        shape = (classes, len(problem.depots), len(problem.shelters))
        minutes, km = minutes.reshape(shape[1:]), km.reshape(shape[1:])
        return Journeys(
            minutes=np.broadcast_to(minutes, shape), km=np.broadcast_to(km, shape), tables=problem.travel
        )
    assert problem.roads is not None  # noqa: S101 - a checked problem has one of the two
    network = build_network(problem, problem.roads, settings)
    depots, shelters = (
        np.array([place.node for place in places], dtype=np.int64)
        for places in (problem.depots, problem.shelters)
    )
    ways: list[Ways] = []
    for truck in range(classes):
        same = _same_before(network, truck)
        ways.append(ways[same] if same is not None else shortest_ways(network, truck, depots, shelters))
    return Journeys(
        minutes=np.stack([way.minutes for way in ways]), km=np.stack([way.km for way in ways]),
        network=network, depot_nodes=depots, shelter_nodes=shelters,
    )  # fmt: skip


def build_network(problem: Problem, roads: Roads, settings: Settings) -> RoadNetwork:
    """Return the network of `roads` as it stands from the start to the end of the plan."""
    edges = roads.edges
    count = len(edges.from_)
    start, end = np.array(edges.from_, dtype=np.int64), np.array(edges.to, dtype=np.int64)
    length_m = np.array(edges.length_m, dtype=float)
    speed_km_h = np.array(edges.speed_km_h, dtype=float)
    depth_m = _depth_in_plan(problem, roads)
    wading_m = np.array([truck.wading_limit_m for truck in settings.truck_classes])
    closed = np.array(edges.closed if edges.closed is not None else [False] * count, dtype=bool)
    order = {truck.name: at for at, truck in enumerate(settings.truck_classes)}
    largest = np.array(
        [len(order) if name is None else order[name] for name in (edges.max_class or [None] * count)],
        dtype=np.int64,
    )
    careful = (depth_m >= settings.caution_depth_m) & (depth_m > 0)
    minutes = length_m / 1000 / speed_km_h * 60 / np.where(careful, settings.caution_speed_share, 1.0)
    cut = closed | (depth_m >= wading_m[:, None])
    narrow = np.arange(len(order))[:, None] > largest
    back = ~np.array(edges.oneway if edges.oneway is not None else [False] * count, dtype=bool)
    number = np.arange(count)
    both = np.concatenate([number, number[back]])
    return RoadNetwork(
        nodes=roads.size(),
        start=np.concatenate([start, end[back]]), end=np.concatenate([end, start[back]]),
        edge=both, minutes=minutes[both], length_m=length_m[both],
        cut=cut[:, both], narrow=narrow[:, both],
    )  # fmt: skip


def _depth_in_plan(problem: Problem, roads: Roads) -> Floats:
    edges = roads.edges
    if edges.depth_m is None:
        return np.zeros(len(edges.from_))
    over = problem.start + timedelta(hours=problem.hours)
    blank = [None] * len(edges.from_)
    depth = np.zeros(len(edges.from_))
    columns = zip(edges.depth_m, edges.flooded_from or blank, edges.flooded_until or blank, strict=True)
    for at, (depth_m, since, until) in enumerate(columns):
        in_plan = (since is None or since < over) and (until is None or until > problem.start)
        if depth_m is not None and in_plan:
            depth[at] = depth_m
    return depth


def _same_before(network: RoadNetwork, truck: int) -> int | None:
    def blocked(at: int) -> Flags:
        return np.asarray(network.cut[at] | network.narrow[at])

    return next((at for at in range(truck) if np.array_equal(blocked(at), blocked(truck))), None)


def _table(rows: list[list[float | None]]) -> Floats:
    return np.array([[np.inf if value is None else value for value in row] for row in rows], dtype=float)

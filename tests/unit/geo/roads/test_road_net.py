"""Roads as a network: where lines meet, what a closure closes, and which stretches stand in water."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from shapely.geometry import LineString, MultiLineString

from geo.flood.exposure import Footing
from geo.forecast.simulation_screen import NEVER
from geo.roads.graph import NOWHERE, build_graph, nearest_nodes
from geo.roads.network import Closure, KnownFlood, RoadLine, road_net
from geo.roads.road_rules import road_rules
from geo.roads.water import FloodField, mercator

#: a degree of longitude at 34° N is 92.2 km
START = datetime(2026, 6, 2, 12, tzinfo=UTC)


def line(name: str, *points: tuple[float, float], road_class: str | None = None) -> RoadLine:
    return RoadLine(name=name, road_class=road_class, line=LineString(points), source="試験")


WEST = line("西の道", (134.300, 34.05), (134.330, 34.05), road_class="県道")
BRIDGE = line("大橋", (134.330, 34.05), (134.335, 34.05), road_class="市道")
EAST = line("東の道", (134.335, 34.05), (134.360, 34.05), road_class="県道")


def test_lines_meet_where_ends_are_near_and_not_where_a_bridge_crosses() -> None:
    # An end 8 m short of a road joins it; a line that crosses it without a common point does not.
    short = LineString([(134.31, 34.06), (134.31, 34.05007)])
    over = LineString([(134.32, 34.06), (134.32, 34.04)])
    graph = build_graph([WEST.line, short, over], tolerance_m=15, stretch_m=500)
    nets = {int(net) for net in graph.component}
    assert len(nets) == 2
    assert graph.net_m[0] > graph.net_m[1]
    where = graph.component[
        nearest_nodes(graph.nodes, graph.component, np.array([[134.31, 34.06], [134.32, 34.06]]), 100)[0]
    ]
    assert where[0] != where[1]


def test_lengths_add_up_and_no_stretch_is_long() -> None:
    graph = build_graph([WEST.line, MultiLineString([BRIDGE.line, EAST.line])], tolerance_m=15, stretch_m=200)
    assert graph.length_m.sum() == pytest.approx(0.06 * 111_194.93 * np.cos(np.radians(34.05)), rel=1e-3)
    assert graph.length_m.max() <= 200 + 1e-6
    assert len(graph.net_m) == 1


def test_a_place_far_from_every_road_has_no_node() -> None:
    graph = build_graph([WEST.line], tolerance_m=15, stretch_m=200)
    node, away = nearest_nodes(
        graph.nodes, graph.component, np.array([[134.31, 34.051], [134.31, 34.2]]), 500
    )
    assert node[1] == NOWHERE
    assert np.isinf(away[1])
    assert away[0] == pytest.approx(111.2, abs=20)


def test_a_closure_closes_its_road_and_one_off_every_road_closes_nothing_and_is_named() -> None:
    closures = [
        Closure(label="大橋 損傷", lon=134.3325, lat=34.05),
        Closure(label="山中", lon=134.5, lat=34.3),
        Closure(label="場所不明", lon=None, lat=None),
    ]
    net = road_net([WEST, BRIDGE, EAST], closures, None, road_rules())
    assert net is not None
    closed = {name for name, by in zip(net.name, net.closed_by, strict=True) if by is not None}
    assert closed == {"大橋"}
    assert net.closures == [("大橋 損傷", ["大橋"]), ("山中", []), ("場所不明", [])]
    speeds = dict(zip(net.name, net.speed_km_h, strict=True))
    assert speeds["西の道"] == 25.0
    assert speeds["大橋"] == 20.0


def test_a_stretch_is_as_wet_as_its_deepest_cell_from_its_first_on() -> None:
    corner = mercator(np.array([[134.3305, 34.055]]))[0]
    footing = Footing(corner[0], corner[1], 50.0, 50.0, 20, 20, 1.0)
    peak, arrival = np.zeros((20, 20), np.uint16), np.full((20, 20), NEVER, np.uint16)
    peak[10:, :6], arrival[10:, :6] = 80, 90
    peak[12, 3], arrival[12, 3] = 120, 60
    flood = KnownFlood(
        run=3, title="想定", title_en="run", member="median", starts_at=START, hours=6.0,
        finished_at=START, field=FloodField(footing=footing, peak=peak, arrival=arrival),
    )  # fmt: skip
    net = road_net([WEST, BRIDGE, EAST], [], flood, road_rules())
    assert net is not None
    wet = {
        name: (depth, since)
        for name, depth, since in zip(net.name, net.depth_m, net.flooded_from, strict=True)
        if depth > 0
    }
    assert set(wet) == {"大橋"}
    assert wet["大橋"][0] in (0.8, 1.2)
    assert net.flood is not None
    assert net.flood.wet >= 1
    assert min(since for since in net.flooded_from if since is not None) in (
        START + timedelta(minutes=60),
        START + timedelta(minutes=90),
    )


def test_no_roads_are_no_network() -> None:
    assert road_net([], [], None, road_rules()) is None
    assert road_net([line("点", (134.3, 34.0), (134.3, 34.0))], [], None, road_rules()) is None
    with pytest.raises(ValueError, match="positive"):
        build_graph([WEST.line], tolerance_m=0, stretch_m=200)

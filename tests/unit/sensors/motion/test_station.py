"""Time on station from tracks whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from shapely.geometry import Point, box

from sensors.motion.mission_limits import mission_limits
from sensors.motion.station import Station, distance_m, time_on_station

#: a degree of longitude at 34° N on the WGS 84 ellipsoid [m]
EAST_M = 92_385.0


def test_a_way_straight_through_a_circle_counts_its_chord() -> None:
    at_s = np.arange(0.0, 401.0, 10.0)
    lon = 134.0 + (50.0 * at_s - 10_000.0) / EAST_M
    beyond = distance_m(Point(134.0, 34.0), 500.0, lon, np.full(lon.size, 34.0))
    assert beyond[20] == pytest.approx(-500.0, abs=1.0)
    found = time_on_station(at_s, beyond, gap_s=60.0)
    assert found.inside_s == pytest.approx(20.0, abs=0.2)
    assert (found.unknown_s, found.first_s, found.since_s) == (0.0, 190.0, None)


def test_an_area_is_deep_inside_and_far_outside() -> None:
    area = box(134.0, 34.0, 134.1, 34.1)
    lon, lat = np.array([134.05, 134.0, 133.9]), np.array([34.05, 34.05, 34.05])
    beyond = distance_m(area, 0.0, lon, lat)
    assert beyond[0] == pytest.approx(-0.05 * EAST_M, rel=0.01)
    assert beyond[1] == pytest.approx(0.0, abs=1.0)
    assert beyond[2] == pytest.approx(0.1 * EAST_M, rel=0.01)


def test_a_silence_is_never_time_on_station() -> None:
    at_s = np.array([0.0, 60.0, 1000.0, 1060.0])
    found = time_on_station(at_s, np.full(4, -10.0), gap_s=180.0)
    assert found == Station(inside_s=120.0, unknown_s=940.0, first_s=0.0, since_s=1000.0)


def test_who_was_never_there_or_never_heard_was_not_on_station() -> None:
    nothing = Station(0.0, 0.0, None, None)
    assert time_on_station(np.array([]), np.array([]), gap_s=180.0) == nothing
    assert time_on_station(np.array([0.0, 9.0]), np.array([5.0, 5.0]), gap_s=180.0) == nothing


def test_the_rules_hold_every_kind() -> None:
    limits = mission_limits()
    assert limits.station_radius_m > 0
    assert set(limits.cruise_m_s) == set(limits.margin_s)

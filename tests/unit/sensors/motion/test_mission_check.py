"""What speaks against tasking: each thing alone, and nothing where all is well."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from shapely.geometry import Point, box

from sensors.motion.mission_check import Plan, arrival, conflicts, endurance
from sensors.motion.mission_limits import mission_limits

NOW = datetime(2026, 6, 2, 15, tzinfo=UTC)
LIMITS = mission_limits()
HELICOPTER: dict[str, Any] = {
    "lon": 134.0,
    "lat": 34.0,
    "ground_speed_m_s": 50.0,
    "on_ground": False,
    "contact": "live",
    "emergency": None,
    "endurance_until": NOW + timedelta(hours=2),
}
SITE: dict[str, Any] = {"name": "総合グラウンド", "state": "usable", "at": NOW, "capacity": 1}
SPACE: dict[str, Any] = {
    "name": "那賀川",
    "kind": "keep-out",
    "shape": box(134.05, 33.9, 134.06, 34.1),
    "from_at": NOW,
    "to_at": None,
    "exempt": [],
}
PLAN = Plan(
    shape=Point(134.1, 34.0), radius_m=500.0, vehicle_id="u", vehicle_kind="helicopter", vehicle=HELICOPTER,
    others=[], endurance_until=None, endurance_told_at=None, site=None, occupied_by=[], airspaces=[],
)  # fmt: skip


def codes(**changed: Any) -> list[str]:
    return [one.code for one in conflicts(replace(PLAN, **changed), NOW, LIMITS)]


def flying(**changed: Any) -> dict[str, Any]:
    return {**HELICOPTER, **changed}


def site(**changed: Any) -> dict[str, Any]:
    return {**SITE, **changed}


def space(**changed: Any) -> list[dict[str, Any]]:
    return [{**SPACE, **changed}]


def test_nothing_speaks_against_a_plan_where_all_is_well() -> None:
    assert codes(site=SITE) == []
    there = arrival(PLAN, NOW, LIMITS)
    assert there is not None
    assert (there - NOW).total_seconds() == pytest.approx((9238.5 - 500) / 50, abs=1.0)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"vehicle": None}, ["vehicle-unseen", "endurance-unknown"]),
        ({"vehicle": flying(contact="lost")}, ["vehicle-lost"]),
        ({"vehicle": flying(emergency="general")}, ["vehicle-emergency"]),
        ({"others": [3, 5]}, ["already-tasked", "already-tasked"]),
        ({"vehicle": flying(endurance_until=None)}, ["endurance-unknown"]),
        ({"vehicle": flying(endurance_until=NOW)}, ["endurance-over"]),
        ({"vehicle": flying(endurance_until=NOW + timedelta(seconds=100))}, ["endurance-before-arrival"]),
        ({"vehicle": flying(endurance_until=NOW + timedelta(minutes=20))}, ["endurance-short"]),
        ({"site": site(state="unusable")}, ["site-unusable"]),
        ({"site": site(state="unknown", at=None)}, ["site-unknown"]),
        ({"site": site(at=NOW - timedelta(hours=7))}, ["site-old"]),
        ({"site": SITE, "occupied_by": ["x"]}, ["site-full"]),
        ({"site": site(capacity=None), "occupied_by": ["x"]}, ["site-occupied"]),
        ({"airspaces": space()}, ["airspace"]),
        ({"airspaces": space(exempt=["u"])}, []),
        ({"airspaces": space(to_at=NOW)}, []),
        ({"airspaces": space(from_at=NOW + timedelta(hours=1))}, []),
        ({"airspaces": space(kind="emergency")}, []),
        ({"airspaces": space(kind="emergency"), "vehicle_kind": "drone"}, ["airspace"]),
        ({"airspaces": space(shape=box(135, 35, 136, 36))}, []),
    ],
)
def test_each_thing_that_speaks_against_it_is_told(changed: dict[str, Any], expected: list[str]) -> None:
    assert codes(**changed) == expected


def test_the_earlier_endurance_counts_until_it_was_filled_up() -> None:
    early, late = NOW + timedelta(minutes=30), NOW + timedelta(minutes=90)
    typed = replace(PLAN, endurance_until=early, endurance_told_at=NOW)
    assert endurance(typed) == early
    assert (
        endurance(replace(typed, endurance_until=NOW + timedelta(hours=3))) == HELICOPTER["endurance_until"]
    )
    spent = flying(endurance_until=NOW - timedelta(minutes=5))
    assert endurance(replace(typed, endurance_until=late, vehicle=spent)) == late
    assert endurance(replace(PLAN, vehicle=None)) is None

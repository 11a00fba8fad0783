"""Who is near whom, by kinds, and who is not asked."""

from __future__ import annotations

from typing import Any

import numpy as np

from sensors.motion.air_rules import air_rules
from sensors.motion.limits import motion_limits
from sensors.motion.nearness import Craft, Nearness, Pair, nearness, placed
from sensors.motion.plane import metres_per_degree

RULES, LIMITS = air_rules().nearness, motion_limits()
EAST = float(metres_per_degree(np.array([34.0]))[0][0])
NONE: frozenset[Pair] = frozenset()


def craft(east_m: list[float], kinds: list[Any], **changed: Any) -> Craft:
    n = len(east_m)
    return Craft(
        [f"v{index}" for index in range(n)],
        kinds,
        [frozenset({f"mark{index}"}) for index in range(n)],
        [None] * n,
        134.5 + np.array(east_m) / EAST,
        np.full(n, 34.0),
        np.zeros(n),
        np.zeros((n, 2)),
        np.full(n, np.nan),
        np.zeros(n),
        np.full(n, 300.0),
        np.zeros(n),
        np.zeros(n),
        np.full(n, np.nan),
        np.zeros(n, np.bool_),
    )._replace(**changed)


def found(fleet: Craft, standing: frozenset[Pair] = NONE) -> Nearness:
    return nearness(fleet, standing, LIMITS, RULES)


def test_each_kind_of_pair_has_its_own_cylinder() -> None:
    def near(apart: float, *kinds: str) -> bool:
        return ("v0", "v1") in found(craft([0, apart], list(kinds))).pairs

    assert near(850, "helicopter", "helicopter")
    assert not near(950, "helicopter", "helicopter")
    assert near(600, "drone", "helicopter")
    assert not near(620, "helicopter", "drone")
    assert near(90, "drone", "drone")
    assert not near(110, "drone", "drone")
    assert near(850, "unknown", "aeroplane")
    assert not near(0, "ground", "helicopter")


def test_a_pair_is_apart_only_when_it_clearly_is() -> None:
    fleet = craft([0, 1000], ["helicopter", "helicopter"])
    assert not found(fleet).pairs
    assert ("v0", "v1") in found(fleet, frozenset({("v0", "v1")})).pairs
    farther = craft([0, 1200], ["helicopter", "helicopter"])
    assert not found(farther, frozenset({("v0", "v1")})).pairs


def test_one_craft_heard_twice_a_formation_and_two_that_stand_are_no_pair() -> None:
    fleet = craft([0, 50], ["helicopter", "helicopter"])
    assert found(fleet).pairs
    assert not found(fleet._replace(marks=[frozenset({"icao:84b0f1"})] * 2)).pairs
    assert not found(fleet._replace(formations=["訓練隊", "訓練隊"])).pairs
    assert found(fleet._replace(formations=["訓練隊", None])).pairs
    assert not found(fleet._replace(above_m=np.array([5.0, 10.0]))).pairs
    # one that stands and one that comes down on it
    assert found(fleet._replace(above_m=np.array([5.0, 90.0]))).pairs
    assert not found(fleet._replace(on_ground=np.array([True, False]))).pairs


def test_old_positions_widen_and_very_old_ones_are_named_instead() -> None:
    fleet = craft([0, 1000], ["helicopter", "helicopter"], silent_s=np.array([8.0, 8.0]))
    assert found(fleet).pairs
    older = fleet._replace(silent_s=np.array([1.0, 120.0]))
    assert found(older) == ({}, {"v1"})
    # nobody told a velocity: it may be as far as its kind flies
    silent = craft([0], ["helicopter"], velocity_m_s=np.full((1, 2), np.nan), silent_s=np.array([4.0]))
    assert placed(silent, LIMITS)[1].tolist() == [4.0 * LIMITS.reckoning["helicopter"].fastest_m_s]


def test_the_time_until_they_meet_and_how_near_they_come() -> None:
    fleet = craft(
        [0, 3900], ["helicopter", "helicopter"],
        velocity_m_s=np.array([[50.0, 0.0], [-50.0, 0.0]]), height_m=np.array([300.0, 400.0]),
    )  # fmt: skip
    meeting = found(fleet).pairs["v0", "v1"]
    assert abs(meeting.entry_s - 30.0) < 0.1
    assert abs(meeting.closest_s - 39.0) < 0.1
    assert meeting.horizontal_m < 1
    assert meeting.vertical_m == 100.0
    unknown = found(fleet._replace(height_m=np.array([300.0, np.nan]))).pairs["v0", "v1"]
    assert unknown.horizontal_only
    assert unknown.vertical_m is None


def test_nobody_is_near_nobody() -> None:
    assert found(craft([], [], velocity_m_s=np.zeros((0, 2)))) == ({}, frozenset())
    assert found(craft([0], ["drone"])) == ({}, frozenset())

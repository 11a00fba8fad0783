"""Which poses are given a footprint."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from sensors.footprint.limits import footprint_limits
from sensors.footprint.thinning import Thinner, moved
from tests.unit.sensors.footprint.ground_stand import camera

START = datetime(2026, 6, 3, tzinfo=UTC)
RULE = footprint_limits().thinning


def kept(poses: list[tuple[float, dict[str, Any]]], *, pictured: bool = False) -> list[float]:
    thinner = Thinner(RULE)
    return [
        at_s
        for at_s, pose in poses
        if thinner.keeps(
            "c", START + timedelta(seconds=at_s), camera(height_m=200.0, **pose), pictured=pictured
        )
    ]


def test_thirty_poses_a_second_become_one() -> None:
    assert len(kept([(number / 30, {}) for number in range(150)])) == 5


def test_a_camera_that_pans_is_followed_but_not_thirty_times_a_second() -> None:
    found = kept([(number / 30, {"yaw_deg": number * 3.0}) for number in range(90)])
    # 90 degrees a second through 60 degrees of view: a quarter of it every sixth of a second
    assert 10 <= len(found) <= 15
    assert min(after - before for before, after in pairwise(found)) >= RULE.least_s - 1e-6


def test_a_pose_with_a_picture_is_always_kept() -> None:
    assert len(kept([(number / 30, {}) for number in range(30)], pictured=True)) == 30


def test_what_comes_late_is_kept_and_changes_nothing() -> None:
    assert kept([(10, {}), (8, {}), (9.8, {}), (10.5, {}), (11, {})]) == [10, 8, 11]


@pytest.mark.parametrize(
    ("changed", "share"),
    [({}, 0.0), ({"yaw_deg": 105.0}, 0.2), ({"pitch_deg": -20.0}, 0.25), ({"hfov_deg": 30.0}, 0.6)],
)
def test_how_far_a_picture_moved(changed: Any, share: float) -> None:
    found = moved(camera(height_m=200.0), camera(height_m=200.0, **changed))
    assert found == pytest.approx(share, abs=0.1)
    assert moved(camera(height_m=200.0, hfov_deg=None), camera(height_m=200.0, **changed)) == 0.0

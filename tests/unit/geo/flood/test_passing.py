"""When water passes a limit, who is stopped, how dangerous it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geo.depth_rules import depth_rules
from geo.flood.passing import adult_stopped, hazard_class, passing_s

LIMITS = depth_rules().limits
HAZARDS = depth_rules().hazards


def passed(depth: list[float], limit: float = 0.3, arrival: float = np.nan, peak: float = 0.0) -> float:
    """Return the passing of one point, seen every 600 s."""
    times = np.arange(len(depth)) * 600.0
    column = np.array(depth, np.float32)[:, np.newaxis]
    high = max([peak, *[value for value in depth if value == value]], default=peak)
    found = passing_s(times, column, np.array([limit]), np.array([arrival]), np.array([high], np.float32))
    return float(found[0])


def test_between_two_times_water_rises_straight() -> None:
    assert passed([0.0, 0.6]) == pytest.approx(300)
    assert passed([0.1, 0.1, 0.5]) == pytest.approx(900)


def test_it_rises_from_its_arrival_on() -> None:
    assert passed([0.0, 0.6], arrival=400) == pytest.approx(500)
    assert passed([0.1, 0.1, 0.5], arrival=0) == pytest.approx(900)


def test_deep_from_the_start_and_never_deep() -> None:
    assert passed([0.5, 0.6]) == 0
    assert passed([0.5, 0.6], arrival=-300) == -300
    assert np.isnan(passed([0.1, 0.29]))
    assert passed([0.0, 0.3]) == pytest.approx(600)


def test_what_only_the_peak_passed_counts_from_the_time_before_the_deepest() -> None:
    assert passed([0.0, 0.2, 0.28, 0.1], peak=0.4) == 600
    assert passed([0.28, 0.1], peak=0.4) == 0
    assert passed([0.0, 0.0, 0.28, 0.1], peak=0.4, arrival=900) == 900
    assert passed([0.28], peak=0.4, arrival=20) == 20


def test_a_higher_limit_is_never_passed_earlier() -> None:
    rng = np.random.default_rng(3)
    depth = rng.random((12, 50)).astype(np.float32).cumsum(axis=0)
    times, none = np.arange(12) * 60.0, np.full(50, np.nan)
    low, high = (passing_s(times, depth, np.full(50, limit), none, depth.max(axis=0)) for limit in (0.5, 1.5))
    assert (low <= high).all()


def test_no_points_and_no_times() -> None:
    none = np.zeros(0)
    assert passing_s(np.zeros(3), np.zeros((3, 0), np.float32), none, none, none).shape == (0,)
    unseen = passing_s(
        none, np.zeros((0, 2)), np.array([0.3, 0.3]), np.array([60.0, 60]), np.array([0.2, 0.4])
    )
    assert np.isnan(unseen[0])
    assert unseen[1] == 60


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_adults_stop_at_half_a_metre_or_in_swift_water(dtype: Any) -> None:
    depth = np.array([0.49, 0.5, 0.3, 0.3, 0.29, 0.3], dtype)
    speed = np.array([0.1, 0.0, 0.49, 0.5, 3.0, np.nan], dtype)
    assert adult_stopped(depth, speed, LIMITS).tolist() == [False, True, False, True, False, True]
    assert adult_stopped(depth, None, LIMITS).tolist() == [False, True, False, False, False, False]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_hazard_classes_keep_depth_speed_and_their_product(dtype: Any) -> None:
    cases = [
        (0.3, 1.0, 0), (0.3, 1.1, 1), (0.2, 2.1, 4),
        (0.5, 1.0, 1), (0.6, 0.0, 2), (1.2, 0.5, 2), (1.3, 0.1, 3),
        (2.0, 0.5, 3), (2.0, 1.0, 4), (4.0, 1.0, 4), (4.1, 0.0, 5), (1.0, 4.1, 5), (np.nan, 1.0, -1),
        (1.0, np.nan, -1),
    ]  # fmt: skip
    depth, speed = (np.array([case[at] for case in cases], dtype) for at in (0, 1))
    assert hazard_class(depth, speed, HAZARDS).tolist() == [case[2] for case in cases]
    assert hazard_class(depth[:0], speed[:0], HAZARDS).size == 0

"""The table of readings: nothing after the moment asked for, whatever order readings came in."""

from __future__ import annotations

import numpy as np
import pytest

from geo.flood.levels.readings import Readings

HOUR = 3600.0


def table() -> Readings:
    gauge = np.array([1, 0, 0, 0, 2])
    return Readings(gauge, np.array([5.0, 3, 1, 2, 0]) * HOUR, np.array([9.0, 3, 1, 2, 7]))


def test_the_newest_is_never_after_the_moment_nor_of_another_gauge() -> None:
    readings = table()
    row = readings.newest(np.array([0, 0, 0, 1, 1, 3]), np.array([2.5, 0.5, 99, 4.9, 5, 99]) * HOUR)
    assert row[1] == row[3] == row[5] == -1
    assert readings.level_m[row[[0, 2, 4]]].tolist() == [2.0, 3.0, 9.0]


def test_without_time_or_level_is_left_out_and_the_last_of_one_moment_counts() -> None:
    readings = Readings(
        np.zeros(4, dtype=int), np.array([np.nan, 60, 60, 120]), np.array([1.0, 2.0, 3.0, np.nan])
    )
    assert readings.level_m.tolist() == [3.0]


def test_levels_between_readings_are_interpolated_and_gaps_are_not() -> None:
    readings = Readings(np.zeros(3, dtype=int), np.array([0.0, 1, 9]) * HOUR, np.array([0.0, 1, 5]))
    row = readings.newest(np.array([0]), np.array([9 * HOUR]))
    asked = np.array([[0.5, 1.0, 5.0, 9.0, 10.0, -1.0]]) * HOUR
    level = readings.level_at(np.array([[0]]), asked, row[:, None], reach_s=4 * HOUR)
    np.testing.assert_allclose(level, [[0.5, 1.0, np.nan, 5.0, np.nan, np.nan]])


def test_interpolation_does_not_see_past_the_newest_row() -> None:
    readings = Readings(np.zeros(2, dtype=int), np.array([0.0, 1]) * HOUR, np.array([0.0, 1]))
    level = readings.level_at(np.array([0]), np.array([0.5 * HOUR]), np.array([0]), reach_s=4 * HOUR)
    assert np.isnan(level).all()


def test_spaced_readings_thin_dense_ones() -> None:
    readings = Readings(np.zeros(13, dtype=int), np.arange(13) * 600.0, np.arange(13.0))
    window = readings.spaced(np.array([12, -1]), 4, apart_s=2400.0)
    np.testing.assert_array_equal(window.level_m[0], [12, 8, 4, 0])
    assert np.isnan(window.level_m[1]).all()


def test_empty_tables_answer() -> None:
    readings = Readings(np.empty(0, dtype=int), np.empty(0), np.empty(0))
    assert readings.newest(np.array([0]), np.array([1.0])).tolist() == [-1]
    assert np.isnan(readings.spaced(np.array([-1]), 2, apart_s=0.0).level_m).all()


@pytest.mark.parametrize(
    ("gauge", "observed_s", "level_m"),
    [([0], [1.0, 2.0], [1.0]), ([-1], [1.0], [1.0]), ([0], [-5.0], [1.0]), ([0], [1e12], [1.0])],
)
def test_bad_tables_are_refused(gauge: list[int], observed_s: list[float], level_m: list[float]) -> None:
    with pytest.raises(ValueError, match=r"differ|negative"):
        Readings(np.array(gauge), np.array(observed_s), np.array(level_m))

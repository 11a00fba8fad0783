"""The forecast as a whole, with the parameters that come with the project."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.flood.levels.forecast import (
    OLDEST_S,
    STATUS,
    STEPS_S,
    TIME_LEVELS,
    Drivers,
    LevelForecast,
    exceedance,
    forecast,
    passing,
    time_to_threshold,
)
from geo.flood.levels.gauges import Gauges
from geo.flood.levels.network import LEVELS
from geo.flood.levels.parameters import load
from geo.flood.levels.paths import peak
from geo.flood.levels.readings import Readings

PARAMETERS = load()
NOW_S = 1_780_500_000.0
HOUR = 3600.0


def storm(gauges: int, seed: int = 1, step_s: float = HOUR) -> tuple[Readings, Gauges]:
    """Readings of two days until half a day after `NOW_S`, each gauge rising and falling by chance."""
    random = np.random.default_rng(seed)
    observed_s = np.tile(np.arange(NOW_S - 48 * HOUR, NOW_S + 12 * HOUR, step_s), (gauges, 1))
    level_m = 2 + np.cumsum(random.normal(0, 0.1, observed_s.shape), axis=1)
    gauge = np.repeat(np.arange(gauges), observed_s.shape[1])
    thresholds = Gauges(np.full(gauges, 1.0), np.full(gauges, 3.0))
    return Readings(gauge, observed_s.ravel(), level_m.ravel()), thresholds


def made(readings: Readings, gauges: Gauges, count: int, at_s: float = NOW_S) -> LevelForecast:
    return forecast(readings, gauges, np.arange(count), np.full(count, at_s), PARAMETERS)


def test_shapes_order_and_finiteness() -> None:
    got = made(*storm(30), 30)
    assert got.level_m.shape == got.highest_m.shape == (30, 36, len(LEVELS))
    assert np.isfinite(got.level_m).all()
    assert (np.diff(got.level_m, axis=2) >= 0).all()
    assert (np.diff(got.highest_m, axis=2) >= 0).all()
    assert (np.diff(got.highest_m, axis=1) >= 0).all()
    assert (got.highest_m >= got.level_m).all()
    assert (got.highest_m >= got.newest_m[:, None, None]).all()


@pytest.mark.parametrize("step_s", [600.0, HOUR, 1.5 * HOUR])
def test_the_future_changes_nothing_bit_for_bit(step_s: float) -> None:
    readings, gauges = storm(40, step_s=step_s)
    later = readings.observed_s > NOW_S
    assert later.any()
    changed = Readings(readings.gauge, readings.observed_s, readings.level_m + later * 7.0)
    without = Readings(readings.gauge[~later], readings.observed_s[~later], readings.level_m[~later])
    first = made(readings, gauges, 40)
    for other in (changed, without):
        for one, two in zip(first, made(other, gauges, 40), strict=True):
            np.testing.assert_array_equal(one, two)


def test_other_gauges_change_nothing() -> None:
    readings, gauges = storm(5)
    alone = Readings(
        *(column[readings.gauge == 3] for column in (readings.gauge, readings.observed_s, readings.level_m))
    )
    np.testing.assert_allclose(
        made(readings, gauges, 5).level_m[3], made(alone, gauges, 5).level_m[3], atol=1e-5
    )


def test_datum_changes_nothing() -> None:
    readings, gauges = storm(5)
    higher = Readings(readings.gauge, readings.observed_s, readings.level_m + 700.0)
    moved = Gauges(gauges.start_m + 700, gauges.danger_m + 700)
    np.testing.assert_allclose(
        made(readings, gauges, 5).level_m + 700, made(higher, moved, 5).level_m, atol=1e-3
    )


def test_the_state_of_each_forecast_is_told() -> None:
    hours = {0: [0, 1, 2], 1: [1, 2, 3], 2: [0.0], 3: [4, 5, 6], 4: []}
    gauge = np.concatenate([np.full(len(ages), number) for number, ages in hours.items()]).astype(int)
    ages = np.concatenate([np.array(ages) for ages in hours.values()]) * HOUR
    readings = Readings(gauge, NOW_S - ages, 2 - ages / HOUR / 10)
    got = made(readings, Gauges(np.full(5, 1.0), np.full(5, 3.0)), 5)
    assert [STATUS[code] for code in got.status] == ["full", "late", "no-trend", "none", "none"]
    assert np.isfinite(got.level_m[:3]).all()
    assert np.isnan(got.level_m[3:]).all()
    assert OLDEST_S == 3.5 * HOUR


def test_a_late_reading_widens_the_fan() -> None:
    readings, gauges = storm(50)
    fresh = made(readings, gauges, 50)
    kept = readings.observed_s <= NOW_S
    old = Readings(readings.gauge[kept], readings.observed_s[kept], readings.level_m[kept])
    late = forecast(old, gauges, np.arange(50), np.full(50, NOW_S + 3 * HOUR), PARAMETERS)
    width = [np.mean(f.level_m[:, 5, 7] - f.level_m[:, 5, 1]) for f in (fresh, late)]
    assert width[1] > 1.2 * width[0]


def test_gauges_without_thresholds_are_forecast() -> None:
    readings, _ = storm(3)
    got = made(readings, Gauges(np.full(3, np.nan), np.full(3, np.nan)), 3)
    assert np.isfinite(got.level_m).all()
    assert np.isnan(passing(got, np.full(3, np.nan))).all()


def test_nothing_asked_is_nothing_told() -> None:
    got = made(*storm(1), 0)
    assert got.level_m.shape == (0, 36, len(LEVELS))
    assert peak(got, np.random.default_rng(1)).after_s.shape == (0, len(TIME_LEVELS))


def test_bad_questions_are_refused() -> None:
    readings, gauges = storm(2)
    with pytest.raises(ValueError, match="outside 0"):
        forecast(readings, gauges, np.array([2]), np.array([NOW_S]), PARAMETERS)
    with pytest.raises(ValueError, match="shapes"):
        forecast(readings, gauges, np.array([0, 1]), np.array([NOW_S]), PARAMETERS)


def test_drivers_are_taken_and_named_as_unused() -> None:
    readings, gauges = storm(2)
    at = (np.arange(2), np.full(2, NOW_S), PARAMETERS)
    got = forecast(readings, gauges, *at, Drivers(rain_mm_per_h=np.zeros((2, 36))))
    assert got.unused == ("rain_mm_per_h",)
    np.testing.assert_array_equal(got.level_m, forecast(readings, gauges, *at).level_m)


def test_passing_is_a_probability_that_grows_with_time_and_falls_with_height() -> None:
    got = made(*storm(60), 60)
    curves = [passing(got, got.newest_m + above) for above in (0.0, 0.05, 0.3, 1.0, 5.0)]
    assert (curves[0] == 1).all()
    for low, high in pairwise(curves):
        assert (high <= low + 1e-12).all()
    for curve in curves:
        assert ((curve >= 0) & (curve <= 1)).all()
        assert (np.diff(curve, axis=1) >= 0).all()
    at_step = exceedance(got.level_m, (got.newest_m + 0.3)[:, None])
    assert (curves[2] >= at_step - 1e-9).all()


def test_time_to_threshold_reads_the_curve() -> None:
    by_step = np.zeros((4, 36))
    by_step[0] = np.minimum(STEPS_S / 14400, 1) * 0.8
    by_step[1] = 1.0
    by_step[3] = np.nan
    times = time_to_threshold(by_step)
    np.testing.assert_allclose(times[0], [1800, 4500, 9000, 13500, np.inf])
    assert (times[1] == 0).all()
    assert np.isinf(times[2]).all()
    assert np.isnan(times[3]).all()


@given(st.lists(st.floats(-5, 5), min_size=9, max_size=9), st.floats(-20, 20))
@settings(max_examples=200, deadline=None)
def test_exceedance_is_a_probability_of_any_ordered_fan(values: list[float], threshold: float) -> None:
    fan = np.sort(np.array(values))
    got, higher = exceedance(fan, np.array(threshold)), exceedance(fan, np.array(threshold + 0.5))
    assert 0 <= higher <= got + 1e-12
    assert got <= 1


def test_exceedance_returns_the_levels_of_its_quantiles() -> None:
    fan = np.arange(9.0)
    np.testing.assert_allclose(exceedance(fan[None], fan), 1 - np.array(LEVELS))


def test_a_peak_is_told_past_when_the_water_falls() -> None:
    got = made(*storm(20), 20)
    fall = -np.linspace(0.1, 3, 36)[None, :, None] + np.zeros((20, 1, 9))
    falling = got._replace(level_m=got.newest_m[:, None, None] + fall)
    rising = got._replace(level_m=got.newest_m[:, None, None] - fall)
    random = np.random.default_rng(1)
    assert (peak(falling, random).past == 1).all()
    assert (peak(rising, random).later == 1).all()
    times = peak(got, random).after_s
    assert (np.diff(times, axis=1) >= 0).all()


def test_a_prefecture_takes_a_second_and_japan_ten() -> None:
    readings, gauges = storm(4000, step_s=1800.0)
    for count, most_s in ((200, 1.0), (4000, 10.0)):
        began = time.process_time()
        got = made(readings, gauges, count)
        time_to_threshold(passing(got, gauges.danger_m[:count]))
        peak(got, np.random.default_rng(1))
        assert time.process_time() - began < most_s

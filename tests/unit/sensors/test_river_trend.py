import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sensors.river import TRENDS, river_rules, trend

RULES = river_rules()
NOW_S = 1_780_412_400.0
NAN = np.nan


def of(
    minutes_ago: list[float], levels: list[float], usable: list[bool] | None = None
) -> tuple[float, float, str]:
    """Trend of one gauge at NOW_S: slope and standard deviation [m/h], and its name."""
    observed_s = NOW_S - 60.0 * np.array([minutes_ago])
    mask = np.array([usable]) if usable else np.ones((1, len(levels)), np.bool_)
    got = trend(observed_s, np.array([levels]), mask, np.array([NOW_S]), RULES)
    return float(got.slope_m_per_h[0]), float(got.sd_m_per_h[0]), TRENDS[got.code[0] + 2]


TEN = [60.0, 50.0, 40.0, 30.0, 20.0, 10.0, 0.0]


def line(minutes_ago: list[float], m_per_h: float) -> list[float]:
    return [5.0 - m_per_h * minute / 60 for minute in minutes_ago]


@pytest.mark.parametrize("m_per_h", [-3.0, -0.24, 0.0, 0.05, 1.7])
@pytest.mark.parametrize("minutes", [TEN, [7.0, 4.0, 0.0], [120.0, 60.0, 0.0], [55.0, 13.0, 2.0, 1.0]])
def test_the_slope_of_a_line_is_found_exactly(m_per_h: float, minutes: list[float]) -> None:
    assert of(minutes, line(minutes, m_per_h))[0] == pytest.approx(m_per_h, abs=1e-9)


def test_slope_and_deviation_are_those_of_least_squares() -> None:
    levels = [5.00, 5.03, 5.02, 5.07, 5.06, 5.11, 5.13]
    hours = -np.array(TEN) / 60
    (slope, _), covariance = np.polyfit(hours, levels, 1, cov=True)
    got, sd, name = of(TEN, levels)
    assert got == pytest.approx(slope)
    assert sd == pytest.approx(np.sqrt(covariance[0, 0]))
    assert name == "rising"


def test_the_instruments_noise_is_a_floor() -> None:
    _, sd, _ = of(TEN, line(TEN, 1.0))
    spread = sum((minute / 60 - 0.5) ** 2 for minute in TEN)
    assert sd == pytest.approx(RULES.noise_m / np.sqrt(spread))


@pytest.mark.parametrize(
    ("m_per_h", "name"),
    [
        (0.5, "rising"),
        (-0.5, "falling"),
        (0.0, "steady"),
        (0.019, "steady"),
        (-0.019, "steady"),
        (0.03, "rising"),
    ],
)
def test_moving_is_said_above_two_centimetres_an_hour(m_per_h: float, name: str) -> None:
    assert of(TEN, line(TEN, m_per_h))[2] == name


def test_a_slope_within_its_own_uncertainty_is_steady() -> None:
    slope, sd, name = of(TEN, [5.0, 5.3, 4.8, 5.2, 4.9, 5.3, 5.05])
    assert 0.02 < abs(slope) < sd
    assert name == "steady"


def test_only_the_last_hour_counts_where_it_holds_enough() -> None:
    minutes = [170.0, 110.0, 61.0, *TEN]
    assert of(minutes, [1.0, 9.0, 2.0, *line(TEN, 0.4)])[0] == pytest.approx(0.4)


def test_hourly_readings_reach_back_and_are_less_certain() -> None:
    hourly = [170.0, 110.0, 50.0]
    slope, sd, name = of([290.0, 230.0, *hourly], [0.0, 9.0, *line(hourly, 0.4)])
    assert slope == pytest.approx(0.4)
    assert sd > 10 * of(TEN, line(TEN, 0.4))[1]
    assert name == "rising"


def test_no_more_than_the_newest_three_are_taken_from_before_the_hour() -> None:
    minutes = [170.0, 140.0, 100.0, 70.0, 50.0]
    assert of(minutes, [9.0, 1.0, *line([100.0, 70.0, 50.0], 0.3)])[0] == pytest.approx(0.3)


def test_one_reading_or_none_is_unknown() -> None:
    for minutes in ([0.0], [400.0, 300.0, 0.0], [400.0, 300.0, 200.0]):
        slope, sd, name = of(minutes, [5.0] * len(minutes))
        assert np.isnan(slope)
        assert np.isnan(sd)
        assert name == "unknown"


def test_two_readings_of_one_moment_are_unknown() -> None:
    assert of([10.0, 10.0], [5.0, 6.0])[2] == "unknown"


def test_unusable_missing_and_future_readings_are_passed_over() -> None:
    levels = line(TEN, 0.4)
    levels[3], levels[4] = 99.0, NAN
    usable = [True, True, True, False, True, True, True]
    assert of(TEN, levels, usable)[0] == pytest.approx(0.4)
    assert of([*TEN, -5.0], [*line(TEN, 0.4), 99.0])[0] == pytest.approx(0.4)


def test_unused_places_of_a_ring_are_passed_over() -> None:
    observed_s = np.array([[NAN, NAN, *(NOW_S - 60 * np.array(TEN))]])
    level_m = np.array([[NAN, NAN, *line(TEN, 0.4)]])
    usable = np.array([[False, False, *[True] * 7]])
    got = trend(observed_s, level_m, usable, np.array([NOW_S]), RULES)
    assert got.slope_m_per_h[0] == pytest.approx(0.4)


def test_gauges_do_not_touch_each_other() -> None:
    observed_s = np.tile(NOW_S - 60 * np.array(TEN), (3, 1))
    level_m = np.array([line(TEN, 0.5), [NAN] * 7, line(TEN, -0.5)])
    got = trend(observed_s, level_m, ~np.isnan(level_m), np.full(3, NOW_S), RULES)
    assert got.code.tolist() == [1, -2, -1]
    assert got.slope_m_per_h[[0, 2]] == pytest.approx([0.5, -0.5])


def test_no_gauges_have_no_trends() -> None:
    empty: NDArray[np.float64] = np.empty((0, 7))
    got = trend(empty, empty, np.empty((0, 7), np.bool_), np.empty(0), RULES)
    assert len(got.code) == 0


def test_a_great_rise_between_two_polls_is_a_rise_however_unsure_its_rate() -> None:
    """御所地橋 on 3 June 2026: 6.79 m at 00:04, 7.37 m at 02:14, nothing between."""
    slope, sd, name = of([130.0, 0.0], [6.79, 7.37])
    assert name == "rising"
    assert slope == pytest.approx(0.268, abs=0.001)
    assert sd > slope, "whether it still rises as fast, two polls cannot tell"


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 200), st.floats(-5, 5), st.booleans()), min_size=1, max_size=12),
    st.floats(-1000, 1000),
)
def test_the_datum_does_not_matter_and_the_name_follows_the_numbers(
    readings: list[tuple[float, float, bool]], offset_m: float
) -> None:
    readings = sorted(readings, reverse=True)
    minutes = [minute for minute, _, _ in readings]
    levels = [level for _, level, _ in readings]
    usable = [good for _, _, good in readings]
    slope, _sd, name = of(minutes, levels, usable)
    assert name in TRENDS
    if name in ("rising", "falling"):
        assert abs(slope) > RULES.steady_m_per_h
        assert (slope > 0) == (name == "rising")
        assert (slope > 0) == (name == "rising")
    if name != "unknown" and max(minutes) - min(minutes) > 1:
        moved = of(minutes, [level + offset_m for level in levels], usable)[0]
        assert moved == pytest.approx(slope, rel=1e-3, abs=1e-3)

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sensors.flags import Flag
from sensors.river import Trend, alarm, classify, due_at, river_rules, settle, threshold_doubt
from sensors.river_levels import RiverRules

NAN = np.nan
RULES = river_rules()
FULL = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
CRISIS = [4.96, NAN, 6.03, NAN, 6.67, NAN]
HOUR_S = 3600.0


def code(level_m: float, thresholds: list[float]) -> int:
    return int(classify(np.array([level_m]), np.array([thresholds]))[0])


@pytest.mark.parametrize(
    ("level_m", "thresholds", "expected"),
    [
        (0.99, FULL, 0),
        (1.0, FULL, 1),
        (5.0, FULL, 5),
        (5.999, FULL, 5),
        (99.0, FULL, 6),
        (4.95, CRISIS, 0),
        (6.02, CRISIS, 1),
        (6.03, CRISIS, 3),
        (6.66, CRISIS, 3),
        (6.67, CRISIS, 5),
        (NAN, FULL, -1),
        (3.0, [NAN] * 6, -1),
        (3.0, [NAN, NAN, NAN, NAN, 5.0, NAN], 0),
        (5.0, [NAN, NAN, NAN, NAN, 5.0, NAN], 5),
        # thresholds out of order: danger is danger
        (5.0, [6.0, 7.0, NAN, NAN, 5.0, NAN], 5),
    ],
)
def test_the_class_is_the_highest_threshold_reached(
    level_m: float, thresholds: list[float], expected: int
) -> None:
    assert code(level_m, thresholds) == expected


def test_no_gauges_have_no_classes() -> None:
    assert classify(np.empty(0), np.empty((0, 6))).dtype == np.int8


LEVELS = st.one_of(st.floats(-10, 10), st.just(NAN))


@settings(deadline=None)
@given(hnp.arrays(np.float64, (5, 6), elements=LEVELS), hnp.arrays(np.float64, 5, elements=LEVELS))
def test_classes_agree_with_a_plain_reading_of_the_rule(thresholds: Any, level_m: Any) -> None:
    for got, row, level in zip(classify(level_m, thresholds), thresholds, level_m, strict=True):
        reached = [k + 1 for k, threshold in enumerate(row) if level >= threshold]
        known = not np.isnan(level) and not np.isnan(row).all()
        assert got == (max(reached, default=0) if known else -1)


@settings(deadline=None)
@given(hnp.arrays(np.float64, (1, 6), elements=LEVELS), st.floats(-10, 10), st.floats(0, 5))
def test_higher_water_is_never_a_lower_class(thresholds: Any, level_m: float, more: float) -> None:
    low, high = classify(np.array([level_m, level_m + more]), np.repeat(thresholds, 2, axis=0))
    assert high >= low


def settled_codes(levels: list[float], thresholds: list[float] = FULL) -> list[int]:
    at = np.array([-1], np.int8)
    out = []
    for level_m in levels:
        at = settle(np.array([level_m]), np.array([thresholds]), at, RULES)
        out.append(int(at[0]))
    return out


def test_a_settled_class_rises_at_once_and_falls_five_centimetres_below() -> None:
    assert settled_codes([4.9, 5.0, 4.96, 5.01, 4.95, 4.94]) == [4, 5, 5, 5, 5, 4]


def test_a_settled_class_falls_through_several_at_once() -> None:
    assert settled_codes([6.5, 2.5]) == [6, 2]
    # two metres down, but within five centimetres of standby
    assert settled_codes([6.5, 1.97]) == [6, 2]


def test_a_missing_level_leaves_the_settled_class() -> None:
    assert settled_codes([NAN, 5.5, NAN, 5.4]) == [-1, 5, 5, 5]


@settings(deadline=None)
@given(st.lists(st.floats(0, 7), min_size=1, max_size=30))
def test_a_settled_class_is_never_below_the_true_one(levels: list[float]) -> None:
    settled = settled_codes(levels)
    true = [code(level_m, FULL) for level_m in levels]
    eased = [code(level_m + RULES.hysteresis_m, FULL) for level_m in levels]
    assert all(t <= s <= e for t, s, e in zip(true, settled, eased, strict=True))


def alarms(
    readings: list[tuple[float, int]],
    thresholds: list[float] = CRISIS,
    *,
    doubted: bool = False,
    rules: RiverRules = RULES,
) -> list[bool]:
    """Let readings (level, flag) come in turn; returns whether each raises or holds the alarm."""
    level_m, flag = np.full((1, 4), NAN), np.zeros((1, 4), np.uint8)
    on = np.array([False])
    out = []
    for level, new in readings:
        level_m = np.c_[level_m[:, 1:], level]
        flag = np.c_[flag[:, 1:], np.uint8(new)].astype(np.uint8)
        on = alarm(level_m, flag, np.array([thresholds]), on, np.array([doubted]), rules)
        out.append(bool(on[0]))
    return out


def test_one_good_reading_over_danger_alarms() -> None:
    assert alarms([(6.6, 1), (6.67, 1)]) == [False, True]
    assert alarms([(6.7, 2)]) == [True]


def test_one_suspect_reading_does_not_and_two_in_a_row_do() -> None:
    assert alarms([(6.0, 1), (9.0, 3), (9.0, 3)]) == [False, False, True]
    assert alarms([(6.0, 1), (9.0, 3), (6.0, 1), (9.0, 3)]) == [False] * 4


def test_a_failed_or_missing_reading_neither_begins_nor_ends_an_alarm() -> None:
    assert alarms([(9.0, 4), (9.0, 4)]) == [False, False]
    assert alarms([(6.7, 1), (NAN, 9), (1.0, 4)]) == [True, True, True]
    # two suspects with a fault between them are in a row
    assert alarms([(9.0, 3), (NAN, 9), (9.0, 3)]) == [False, False, True]


def test_an_alarm_ends_below_the_hysteresis() -> None:
    assert alarms([(6.7, 1), (6.63, 1), (6.62, 1), (6.61, 1)]) == [True, True, True, False]


def test_one_suspect_fall_does_not_end_an_alarm() -> None:
    assert alarms([(6.7, 1), (2.0, 3), (6.7, 1)]) == [True] * 3
    assert alarms([(6.7, 1), (2.0, 3), (2.0, 3)]) == [True, True, False]


def test_evacuation_alarms_where_it_is_known() -> None:
    assert alarms([(4.0, 1)], FULL) == [True]
    assert alarms([(3.9, 1)], FULL) == [False]
    assert alarms([(6.0, 1)], [NAN, NAN, NAN, NAN, NAN, 6.0]) == [True]


def test_a_doubted_or_unknown_threshold_does_not_alarm() -> None:
    assert alarms([(6.7, 1), (6.7, 1)], doubted=True) == [False, False]
    assert alarms([(9.0, 1)], [1.0, 2.0, 3.0, NAN, NAN, NAN]) == [False]


def unknown(count: int) -> Trend:
    return Trend(np.full(count, NAN), np.full(count, NAN), np.full(count, -2, np.int8))


@pytest.mark.parametrize(
    ("level_m", "slope_m_per_h", "code", "hours"),
    [
        (5.03, -0.20, -1, 26.0),  # ebbs past its start level before the next message: idle
        (5.03, -0.01, 0, 26.0),
        (5.90, -0.05, -1, 0.5),  # too far above to be idle within three messages
        (5.03, 0.20, 1, 0.5),  # rises: its silence must be told
        (5.03, 0.01, 0, 26.0),
        (5.60, 0.01, 0, 0.5),
        (5.01, NAN, -2, 0.5),  # a single reading proves nothing
    ],
)
def test_only_an_ebbing_river_may_fall_silent_above_its_start_level(
    level_m: float, slope_m_per_h: float, code: int, hours: float
) -> None:
    trend = Trend(np.array([slope_m_per_h]), np.array([0.08]), np.array([code], np.int8))
    one = np.ones(1)
    due = due_at(
        0 * one, level_m * one, 5 * one, 600 * one, 86400 * one, np.array([1], np.uint8), trend, RULES
    )
    assert due / HOUR_S == pytest.approx([hours])


def test_silence_below_start_is_normal_for_a_day_and_above_it_is_not() -> None:
    thresholds = np.array([5.0, 5.0, NAN, 5.0, 5.0])
    due = due_at(
        np.array([0.0, 0.0, 0.0, 0.0, NAN]),
        np.array([4.9, 5.0, 4.9, 4.9, NAN]),
        thresholds,
        np.full(5, 600.0),
        np.full(5, 86400.0),
        np.array([1, 1, 1, 4, 0], np.uint8),
        unknown(5),
        RULES,
    )
    assert due[:4] == pytest.approx([26 * HOUR_S, 1800.0, 1800.0, 1800.0])
    assert np.isnan(due[4])


def test_a_missing_value_is_not_taken_for_low_water() -> None:
    one = np.ones(1)
    flag = np.array([Flag.MISSING], np.uint8)
    due = due_at(0 * one, NAN * one, 5 * one, 600 * one, 86400 * one, flag, unknown(1), RULES)
    assert due.tolist() == [1800.0]


def test_a_threshold_exceeded_for_a_week_is_doubted() -> None:
    week_s = 7 * 86400.0
    now_s = 1_780_412_400.0
    since_s = now_s - np.array([week_s, week_s - 1, 0.0, NAN])
    assert threshold_doubt(since_s, now_s, RULES).tolist() == [True, False, False, False]

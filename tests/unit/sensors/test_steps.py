"""The jump test by examples: what each shape of levels ends as."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sensors.flags import Flag, Reason

Judge = Callable[..., Any]

HOURLY = [60.0 * hour for hour in range(40)]
TEN_MINUTES = [10.0 * step for step in range(200)]
CALM = [1.00, 1.01, 1.00, 1.01]


def flags(judge: Judge, levels: list[float], minutes: list[float] = HOURLY) -> list[int]:
    return [int(flag) for flag in judge(minutes[: len(levels)], levels).flag]


def test_calm_water_is_good_and_the_first_reading_is_vouched_for(judge: Judge) -> None:
    judged = judge(HOURLY[:4], CALM)
    assert judged.first.tolist() == [Flag.NOT_EVALUATED, 1, 1, 1]
    assert judged.flag.tolist() == [1, 1, 1, 1]
    assert not judged.reasons.any()


def test_a_single_reading_is_not_evaluated(judge: Judge) -> None:
    judged = judge([0.0], [3.0])
    assert judged.flag.tolist() == [Flag.NOT_EVALUATED]
    assert judged.reasons.tolist() == [Reason.ISOLATED]


@pytest.mark.parametrize("height_m", [1.5, 6.0, -1.5])
def test_a_spike_fails_once_the_level_is_back(judge: Judge, height_m: float) -> None:
    judged = judge(HOURLY[:6], [*CALM, 1.01 + height_m, 1.00])
    assert judged.first.tolist()[4:] == [Flag.SUSPECT, Flag.GOOD]
    assert judged.flag.tolist() == [1, 1, 1, 1, 4, 1]
    assert judged.reasons[4] == Reason.JUMP | Reason.SPIKE


def test_a_spike_after_the_very_first_reading_fails(judge: Judge) -> None:
    assert flags(judge, [6.97, 8.35, 6.96, 6.94]) == [1, 4, 1, 1]


@pytest.mark.parametrize(
    "levels",
    [
        [*CALM, 3.0, 1.2, 1.05, 1.0],  # fell as fast as it had risen, and left its tail
        [*CALM, 1.4, 3.6, 2.0, 1.4],  # a peak between two limbs
        [*CALM, 2.6, 4.6, 4.9, 2.8, 1.6],  # two metres an hour and more
        [*CALM, 3.2, 3.2, 2.6, 1.9],  # two equal readings about the peak
        [1.9, 3.1, 1.6, 1.2, 1.05],  # the record begins on the rising limb
        [*CALM, 2.6, 1.4, 2.8, 1.7, 1.3],  # two waves
    ],
)
def test_a_flash_flood_at_hourly_readings_is_good(judge: Judge, levels: list[float]) -> None:
    judged = judge(HOURLY[: len(levels)], levels)
    assert judged.flag.tolist()[1:] == [1] * (len(levels) - 1)
    assert judged.flag[0] in (1, 2)


def test_the_same_rise_is_a_jump_in_ten_minutes_and_none_in_two_hours(judge: Judge) -> None:
    levels = [*CALM, 2.5]
    assert flags(judge, levels, TEN_MINUTES)[-1] == Flag.SUSPECT
    assert flags(judge, levels, [2 * minute for minute in HOURLY])[-1] == Flag.GOOD


def test_water_that_goes_on_rising_is_no_jump(judge: Judge) -> None:
    levels = [*CALM, 1.3, 1.6, 2.0, 2.5, 3.1, 3.7]
    judged = judge(TEN_MINUTES[: len(levels)], levels)
    assert (judged.first[1:] == Flag.GOOD).all()


def test_a_box_fails_when_the_undoing_jump_is_confirmed(judge: Judge) -> None:
    box = [*CALM, 3.6, 3.61, 3.6]
    assert flags(judge, box)[4:] == [3, 3, 3]
    assert flags(judge, [*box, 1.0])[4:] == [3, 3, 3, 3]
    judged = judge(HOURLY[:9], [*box, 1.0, 1.01])
    assert judged.flag.tolist()[4:] == [4, 4, 4, 1, 1]
    assert (judged.reasons[4:7] & Reason.BOX).all()


def test_a_box_that_had_been_believed_fails_too(judge: Judge) -> None:
    box = [*CALM, 3.6, 3.7, 3.65, 3.7]
    assert flags(judge, box) == [1] * 8
    assert flags(judge, [*box, 1.02, 1.0])[4:] == [4, 4, 4, 4, 1, 1]


def test_a_plateau_is_suspect_until_it_moves_like_water(judge: Judge) -> None:
    plateau = [*CALM, 3.6, 3.61, 3.6]
    assert flags(judge, [*plateau, 3.4])[4:] == [1, 1, 1, 1]
    # a creep of a centimetre at a time is a movement as well
    creep = [*CALM, 2.0, 2.01, 2.02, 2.03, 2.04]
    assert flags(judge, creep, TEN_MINUTES) == [1] * 9


def test_a_permanent_step_is_believed_after_hours(judge: Judge) -> None:
    levels = [*CALM, *[2.6] * 8]
    judged = judge(HOURLY[: len(levels)], levels)
    assert judged.first.tolist()[4:] == [3, 3, 3, 3, 3, 3, 1, 1]
    assert (judged.flag == Flag.GOOD).all()


def test_a_spike_on_a_plateau_does_not_condemn_the_plateau(judge: Judge) -> None:
    levels = [*CALM, 3.6, 3.6, 1.0, 3.6, 3.6, 3.5]
    assert flags(judge, levels) == [1, 1, 1, 1, 1, 1, 4, 1, 1, 1]


def test_a_flood_whose_first_reading_is_followed_by_a_fault_is_not_failed(judge: Judge) -> None:
    levels = [*CALM, 2.2, 1.0, 2.4, 2.3, 2.2, 2.1]
    judged = flags(judge, levels, TEN_MINUTES)
    # of the two either may be the fault, so both stay suspect
    assert judged == [1, 1, 1, 1, 3, 3, 1, 1, 1, 1]


def test_a_spike_is_cleared_when_its_judge_was_a_spike(judge: Judge) -> None:
    levels = [1.0, 1.0, 1.0, 2.3, 3.27, 2.76, 4.41, 2.00, 1.73, 1.5]
    judged = flags(judge, levels, TEN_MINUTES)
    assert judged[5] == Flag.SUSPECT
    assert judged[6] == Flag.FAIL
    assert Flag.FAIL not in judged[:6]


def test_a_fall_that_is_undone_is_not_failed(judge: Judge) -> None:
    levels = [5.0, 5.01, 5.0, 5.01, 2.0, 2.01, 2.0, 5.0, 5.01, 5.0]
    judged = flags(judge, levels)
    # whether the high or the low level was false cannot be told
    assert judged[4:7] == [3, 3, 3]
    assert Flag.FAIL not in judged


def test_jumps_to_and_fro_make_a_gauge_erratic(judge: Judge) -> None:
    levels = [*CALM, 3.0, 1.0, 1.01, 3.0, 1.0, 3.0, 1.0, 1.01, 1.0]
    judged = judge(HOURLY[: len(levels)], levels)
    assert judged.first[-1] == Flag.SUSPECT
    assert judged.reasons[-1] & Reason.ERRATIC
    assert judged.flag[0] == Flag.GOOD


def test_a_gauge_is_trusted_again_after_a_day(judge: Judge) -> None:
    levels = [*CALM, 3.0, 1.0, 1.01, 3.0, 1.0, 3.0, 1.0, *[1.0, 1.01] * 7]
    judged = judge(HOURLY[: len(levels)], levels)
    assert judged.flag[-1] == Flag.GOOD


def test_readings_far_apart_say_nothing_of_each_other(judge: Judge) -> None:
    minutes = [0.0, 60.0, 120.0, 2000.0, 2060.0]
    judged = judge(minutes, [1.0, 1.0, 1.0, 9.0, 9.0])
    assert judged.first.tolist() == [2, 1, 1, 2, 1]
    assert judged.flag.tolist() == [1, 1, 1, 1, 1]


def test_a_jump_before_a_silence_stays_suspect(judge: Judge) -> None:
    judged = judge([0.0, 60.0, 120.0, 180.0, 2000.0], [1.0, 1.0, 1.0, 4.0, 1.0])
    assert judged.flag.tolist() == [1, 1, 1, 3, 2]


def test_a_return_after_hours_proves_nothing(judge: Judge) -> None:
    minutes = [0.0, 60.0, 120.0, 180.0, 240.0, 440.0, 500.0]
    judged = judge(minutes, [*CALM, 4.0, 1.0, 1.01])
    assert judged.flag.tolist() == [1, 1, 1, 1, 3, 1, 1]


def test_readings_of_one_moment_are_compared_too(judge: Judge) -> None:
    judged = judge([0.0, 10.0, 20.0, 30.0, 30.01], [*CALM, 5.0])
    assert judged.flag.tolist() == [1, 1, 1, 1, 3]


def test_all_levels_equal_is_good(judge: Judge) -> None:
    assert set(flags(judge, [1.0] * 40)) == {1}


@pytest.mark.parametrize("offset_m", [-50.0, 0.0, 1200.0])
def test_the_datum_does_not_matter(judge: Judge, offset_m: float) -> None:
    levels = np.array([*CALM, 3.6, 3.61, 3.6, 1.0, 1.01, 3.0, 1.0])
    assert flags(judge, (levels + offset_m).tolist()) == flags(judge, levels.tolist())

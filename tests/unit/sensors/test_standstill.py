import numpy as np
import pytest

from sensors.quality_limits import QualityLimits
from sensors.standstill import StandstillTest

ONE = np.zeros(1, np.int32)


def first_suspect(
    limits: QualityLimits, levels: list[float], minutes: float = 60.0, above_m: float = 2.0
) -> int | None:
    test = StandstillTest(limits, 1)
    for step, level_m in enumerate(levels):
        at_s = np.array([60.0 * minutes * step])
        if test.judge(ONE, at_s, np.array([level_m]), np.array([above_m]))[0]:
            return step
    return None


def test_high_water_that_stands_for_half_a_day_is_suspect(limits: QualityLimits) -> None:
    assert first_suspect(limits, [3.0, 3.01] * 10) == 12


def test_low_water_may_stand(limits: QualityLimits) -> None:
    assert first_suspect(limits, [1.5] * 100) is None


def test_water_without_a_known_threshold_may_stand(limits: QualityLimits) -> None:
    assert first_suspect(limits, [3.0] * 100, above_m=np.nan) is None


def test_water_that_creeps_does_not_stand(limits: QualityLimits) -> None:
    assert first_suspect(limits, (3.0 + 0.005 * np.arange(60)).tolist()) is None


def test_silence_begins_anew(limits: QualityLimits) -> None:
    assert first_suspect(limits, [3.0] * 20, minutes=240.0) is None


@pytest.mark.parametrize("minutes", [2.0, 10.0])
def test_the_time_counts_not_the_number_of_readings(limits: QualityLimits, minutes: float) -> None:
    assert first_suspect(limits, [3.0] * 500, minutes=minutes) == 12 * 60 / minutes


def test_gauges_can_be_added(limits: QualityLimits) -> None:
    test = StandstillTest(limits, 0)
    test.grow(1)
    assert not test.judge(ONE, np.zeros(1), np.zeros(1), np.zeros(1))[0]

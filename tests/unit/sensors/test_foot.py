import numpy as np

from sensors.foot import RiseFoot
from sensors.quality_limits import QualityLimits

ONE = np.zeros(1, np.int32)


def foot(limits: QualityLimits, hours: list[float], levels: list[float], base_h: float) -> float:
    held = RiseFoot(limits, 1)
    for hour, level_m in zip(hours, levels, strict=True):
        held.add(ONE, np.array([3600.0 * hour]), np.array([level_m]))
    return float(held.before(ONE, np.array([3600.0 * base_h]))[0])


def test_the_foot_is_the_lowest_of_the_last_readings(limits: QualityLimits) -> None:
    assert foot(limits, [0, 1, 2, 3, 4], [0.1, 1.0, 1.2, 1.1, 1.3], 4) == 1.0


def test_two_readings_tell_no_foot(limits: QualityLimits) -> None:
    assert np.isnan(foot(limits, [0, 1], [1.0, 1.1], 1))


def test_old_readings_do_not_count(limits: QualityLimits) -> None:
    assert np.isnan(foot(limits, [0, 20, 21], [1.0, 1.1, 1.2], 21))


def test_a_foot_can_be_forgotten(limits: QualityLimits) -> None:
    held = RiseFoot(limits, 0)
    held.grow(1)
    for hour in range(3):
        held.add(ONE, np.array([3600.0 * hour]), np.array([1.0]))
    held.forget(ONE)
    assert np.isnan(held.before(ONE, np.array([7200.0]))[0])

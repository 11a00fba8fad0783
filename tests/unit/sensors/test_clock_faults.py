from collections.abc import Callable

import numpy as np
import pytest

from sensors.clock_faults import DeviceClocks
from sensors.flags import Reason
from sensors.quality_limits import QualityLimits

NOW_S = 1_780_412_400.0

Told = Callable[..., list[tuple[float, int]]]


@pytest.fixture
def told(limits: QualityLimits) -> Told:
    """Let one device tell its lags in turn; returns what was believed: (seconds after receipt, bits)."""

    def run(*lags_s: float) -> list[tuple[float, int]]:
        clocks = DeviceClocks(limits, 1)
        out = []
        for step, lag_s in enumerate(lags_s):
            received_s = np.array([NOW_S + 600.0 * step])
            corrected = clocks.correct(np.zeros(1, np.int32), received_s - lag_s, received_s)
            out.append((float(corrected.observed_s[0] - received_s[0]), int(corrected.reasons[0])))
        return out

    return run


def test_a_true_clock_is_believed(told: Told) -> None:
    assert told(2.0, 3.0, 60.0, 7200.0) == [(-2.0, 0), (-3.0, 0), (-60.0, 0), (-7200.0, 0)]


def test_a_time_slightly_ahead_is_held_to_receipt_without_a_word(told: Told) -> None:
    assert told(-1.5) == [(0.0, 0)]


def test_a_time_in_the_future_is_noted_and_held_to_receipt(told: Told) -> None:
    assert told(-6.0) == [(0.0, Reason.CLOCK_AHEAD)]
    assert told(-300.0) == [(0.0, Reason.CLOCK_AHEAD)]


def test_a_time_far_in_the_future_is_not_believed(told: Told) -> None:
    assert told(-301.0) == [(0.0, Reason.CLOCK_BAD)]
    assert told(-1e300, -np.inf) == [(0.0, Reason.CLOCK_BAD)] * 2


def test_a_dead_clock_is_not_believed(told: Told) -> None:
    assert told(NOW_S) == [(0.0, Reason.CLOCK_BAD)]
    assert told(np.inf) == [(0.0, Reason.CLOCK_BAD)]


def test_a_silent_clock_takes_the_time_of_receipt(told: Told) -> None:
    assert told(np.nan) == [(0.0, Reason.NO_TIME)]


def test_a_clock_steadily_ahead_is_set_back(told: Told) -> None:
    answers = told(-20.0, -19.0, -20.0, -18.0, -20.0, 3000.0)
    assert [bits for _, bits in answers[:5]] == [Reason.CLOCK_AHEAD] * 5
    assert answers[2][0] == 0.0
    # from the fourth reading on it is known to be 20 s ahead: this one travelled for two
    assert answers[3][0] == pytest.approx(-2.0)
    # a message that was held back for 50 minutes by the device is told 3,020 s before receipt
    assert answers[5][0] == pytest.approx(-3020.0)
    assert answers[5][1] == Reason.CLOCK_AHEAD


def test_one_odd_time_stamp_sets_no_clock_back(told: Told) -> None:
    answers = told(3.0, 3.0, -200.0, 3.0, 3.0, 3.0)
    assert answers[-1] == (-3.0, 0)


def test_a_clock_put_right_is_believed_again(told: Told) -> None:
    answers = told(*[-50.0] * 12, *[2.0] * 12)
    assert answers[11][1] == Reason.CLOCK_AHEAD
    assert answers[-1] == (-2.0, 0)


def test_the_steady_lag_is_told_once_it_is_known(limits: QualityLimits) -> None:
    clocks = DeviceClocks(limits, 2)
    gauge = np.zeros(1, np.int32)
    for lag_s in (90.0, 95.0, 91.0):
        clocks.correct(gauge, np.array([NOW_S - lag_s]), np.array([NOW_S]))
        assert np.isnan(clocks.lag_s(gauge)[0])
    clocks.correct(gauge, np.array([NOW_S - 99.0]), np.array([NOW_S]))
    assert clocks.lag_s(np.array([0, 1], np.int32)).tolist() == [91.0, pytest.approx(np.nan, nan_ok=True)]
    assert clocks.lag_s(gauge)[0] > limits.clock_behind_s


def test_devices_do_not_share_a_clock(limits: QualityLimits) -> None:
    clocks = DeviceClocks(limits, 1)
    clocks.grow(1)
    both = np.array([0, 1], np.int32)
    received_s = np.full(2, NOW_S)
    for _ in range(6):
        corrected = clocks.correct(both, received_s - np.array([-30.0, 5.0]), received_s)
    assert corrected.reasons.tolist() == [Reason.CLOCK_AHEAD, 0]
    assert (corrected.observed_s - NOW_S).tolist() == [0.0, -5.0]

"""Carrying on: exact on lines and arcs, limited in time, and a circle that never shrinks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sensors.motion.contact import LIVE, LOST, STALE, ContactLimits, contact_states, learned_interval
from sensors.motion.reckoning import Floats, ReckoningLimits, reckon

LIMITS = ReckoningLimits(
    straight_s=30, turning_s=15, turning_deg_per_s=1.0, acceleration_m_s2=3.0, fastest_m_s=90.0
)
CONTACT = ContactLimits(stale_intervals=2.5, lost_intervals=6, least_s=5, first_interval_s=30, memory=0.1)


def one(speed: float, turn: float, silent: float) -> tuple[Floats, float, bool]:
    found = reckon(
        np.zeros((1, 2)),
        np.array([[0.0, speed]]),
        np.array([turn]),
        np.array([10.0]),
        np.array([silent]),
        LIMITS,
    )
    return found.position_m[0], float(found.radius_m[0]), bool(found.moving[0])


def test_a_straight_one_goes_on_for_half_a_minute_and_stops() -> None:
    position, _, moving = one(50.0, 0.0, 20.0)
    assert position.tolist() == [0.0, 1000.0]
    assert moving
    position, radius, moving = one(50.0, float("nan"), 60.0)
    assert position.tolist() == [0.0, 1500.0]
    assert not moving
    assert radius > 50.0 * 30


def test_a_turning_one_flies_its_circle() -> None:
    # 90 degrees in 9 s to the right: from north to east, by the radius of the circle both ways.
    position, _, moving = one(50.0, 10.0, 9.0)
    circle = 50.0 / np.radians(10.0)
    np.testing.assert_allclose(position, [circle, circle], rtol=1e-9)
    assert moving
    left, _, _ = one(50.0, -10.0, 9.0)
    np.testing.assert_allclose(left, [-circle, circle], rtol=1e-9)
    assert not one(50.0, 10.0, 16.0)[2]


@given(st.floats(0, 90), st.floats(-20, 20), st.floats(0, 600), st.floats(0, 600))
def test_the_circle_never_shrinks_and_holds_the_fastest(
    speed: float, turn: float, a: float, b: float
) -> None:
    earlier, later = sorted((a, b))
    assert one(speed, turn, earlier)[1] <= one(speed, turn, later)[1] + 1e-9
    assert one(speed, turn, later)[1] <= 10.0 + LIMITS.fastest_m_s * later + 1e-9


def test_a_position_from_the_future_is_not_carried_back() -> None:
    position, radius, moving = one(50.0, 0.0, -5.0)
    assert position.tolist() == [0.0, 0.0]
    assert (radius, moving) == (10.0, True)


def states(silent: list[float], interval: float, **more: Floats) -> list[int]:
    n = len(silent)
    found = contact_states(np.array(silent), np.full(n, interval), CONTACT, **more)  # type: ignore[arg-type]
    return found.tolist()


def test_each_is_measured_by_its_own_rhythm() -> None:
    assert states([4, 6, 11], 1.0) == [LIVE, STALE, LOST]
    assert states([200, 400, 800], 120.0) == [LIVE, STALE, LOST]
    assert states([60, 100, 200], float("nan")) == [LIVE, STALE, LOST]


def test_what_the_sender_says_of_itself_counts() -> None:
    assert states([20.0], 10.0, sender_stale_s=np.array([15.0])) == [LOST]
    assert states([20.0], 10.0, sender_stale_s=np.array([np.nan])) == [LIVE]
    assert states([1.0], 10.0, said_goodbye=np.array([True])) == [LOST]


def test_the_rhythm_is_learned_and_one_silence_does_not_hide_the_next() -> None:
    interval = np.array([np.nan])
    for _ in range(30):
        interval = learned_interval(interval, np.array([1.0]), CONTACT)
    assert interval[0] == 1.0
    after_loss = learned_interval(interval, np.array([600.0]), CONTACT)
    assert after_loss[0] < 1.2
    assert learned_interval(interval, np.array([0.0]), CONTACT)[0] == 1.0
    slow = interval
    for _ in range(100):
        slow = learned_interval(slow, np.array([120.0]), CONTACT)
    assert slow[0] > 100

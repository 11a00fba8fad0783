"""The filter against simulated truth, against jumps, and against time that does not go on."""

from __future__ import annotations

import numpy as np

from sensors.motion.air_rules import air_rules
from sensors.motion.kalman import Estimates, Fixes, Floats, advance, begin
from sensors.motion.plane import metres_per_degree, to_metres

RULES = air_rules().filter
LON, LAT = 134.5, 34.0
NOISE_M = 30.0


def fixes(place_m: Floats, at_s: Floats, velocity: Floats | None = None, sd_m: float = NOISE_M) -> Fixes:
    east, north = metres_per_degree(np.array([LAT]))
    n = len(place_m)
    return Fixes(
        LON + place_m[:, 0] / east,
        LAT + place_m[:, 1] / north,
        at_s,
        np.full(n, sd_m),
        np.full((n, 2), np.nan) if velocity is None else velocity,
        np.full(n, RULES.acceleration_m_s2["helicopter"]),
    )


def apart(held: Estimates, truth: Floats) -> Floats:
    found = to_metres(held.lon, held.lat, np.array([LON]), np.array([LAT]))
    off: Floats = np.hypot(*(found - truth).T)
    return off


def flown(*, told: bool, turn_rad_s: float, n: int = 60, steps: int = 60) -> tuple[float, float]:
    """Root mean square errors [m] of the filter and of the raw positions over the second half of a flight."""
    random = np.random.default_rng(6)
    heading = random.uniform(0, 2 * np.pi, n)
    speed = random.uniform(20, 70, n)
    place, at = np.zeros((n, 2)), np.full(n, 1_000.0)
    held, ours, raw = None, [], []
    for step in range(steps):
        gap = random.uniform(0.3, 2.5, n)
        at = at + gap
        heading = heading + turn_rad_s * gap
        velocity = np.column_stack([speed * np.sin(heading), speed * np.cos(heading)])
        place = place + velocity * gap[:, None]
        noise = random.normal(0, NOISE_M, (n, 2))
        seen = fixes(place + noise, at, velocity + random.normal(0, 1, (n, 2)) if told else None)
        held = begin(seen, RULES) if held is None else advance(held, seen, RULES)
        if step >= steps // 2:
            ours.append(apart(held, place) ** 2)
            raw.append((noise**2).sum(axis=1))
    return float(np.sqrt(np.mean(ours))), float(np.sqrt(np.mean(raw)))


def test_it_is_nearer_to_the_truth_than_what_came() -> None:
    ours, raw = flown(told=False, turn_rad_s=0.0)
    assert ours < 0.6 * raw
    with_velocity, raw = flown(told=True, turn_rad_s=0.0)
    assert with_velocity < 0.5 * raw
    turning, raw = flown(told=True, turn_rad_s=np.radians(3.0))
    assert turning < 0.7 * raw


def test_its_own_uncertainty_is_what_it_is_off_by() -> None:
    ours, _ = flown(told=False, turn_rad_s=0.0)
    place, at = np.zeros((1, 2)), np.array([0.0])
    held = begin(fixes(place, at), RULES)
    for _ in range(40):
        at = at + 1.4
        held = advance(held, fixes(place, at), RULES)
    # one standard deviation of each axis, so the error in the plane is sqrt(2) of it
    assert 0.5 < ours / (float(held.sd_m[0]) * np.sqrt(2)) < 1.5


def test_one_jump_is_not_followed_and_three_are() -> None:
    still = np.zeros((1, 2))
    held = begin(fixes(still, np.array([0.0]), np.zeros((1, 2))), RULES)
    for second in range(1, 10):
        held = advance(held, fixes(still, np.array([float(second)]), np.zeros((1, 2))), RULES)
    away = np.array([[2_000.0, 0.0]])
    once = advance(held, fixes(away, np.array([10.0])), RULES)
    assert apart(once, still)[0] < 5
    assert once.missed.tolist() == [1]
    back = advance(once, fixes(still, np.array([11.0])), RULES)
    assert back.missed.tolist() == [0]
    held = once
    for second in (11.0, 12.0):
        held = advance(held, fixes(away, np.array([second])), RULES)
    assert apart(held, away)[0] < 1
    assert held.missed.tolist() == [0]


def test_a_long_gap_begins_anew_and_an_old_position_changes_nothing() -> None:
    held = begin(fixes(np.zeros((2, 2)), np.array([100.0, 100.0])), RULES)
    place = np.array([[9_000.0, 0.0], [9_000.0, 0.0]])
    found = advance(held, fixes(place, np.array([100.0 + RULES.restart_s + 1, 99.0])), RULES)
    assert apart(found, place)[0] < 1
    assert (found.lon[1], found.at_s[1], found.missed[1]) == (held.lon[1], 100.0, 0)

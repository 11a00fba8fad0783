"""All pairs against a loop that walks through time, and what is not known against what it must widen."""

from __future__ import annotations

import numpy as np
import pytest

from sensors.motion.proximity import Aircraft, Cylinder, near_pairs

CYLINDER = Cylinder(radius_m=610.0, height_m=76.0, look_ahead_s=60.0)


def fleet(n: int, seed: int, *, extent_m: float = 8000.0) -> Aircraft:
    random = np.random.default_rng(seed)
    heading = random.uniform(0, 2 * np.pi, n)
    speed = random.uniform(0, 80, n)
    return Aircraft(
        random.uniform(0, extent_m, (n, 2)),
        np.column_stack([speed * np.sin(heading), speed * np.cos(heading)]),
        random.uniform(50, 900, n),
        random.uniform(-8, 8, n),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
    )


def walked(aircraft: Aircraft, i: int, j: int, step_s: float) -> float:
    """The first step at which the two lie in each other's cylinder, inf when none."""
    times = np.arange(0, CYLINDER.look_ahead_s + step_s / 2, step_s)
    gap = aircraft.position_m[j] - aircraft.position_m[i]
    closing = aircraft.velocity_m_s[j] - aircraft.velocity_m_s[i]
    flat = np.hypot(*(gap[:, None] + closing[:, None] * times))
    tall = np.abs(
        aircraft.height_m[j] - aircraft.height_m[i] + (aircraft.climb_m_s[j] - aircraft.climb_m_s[i]) * times
    )
    inside = (flat <= CYLINDER.radius_m) & (tall <= CYLINDER.height_m)
    return float(times[inside.argmax()]) if inside.any() else float("inf")


@pytest.mark.parametrize("seed", range(4))
def test_every_pair_and_its_time_agree_with_a_walk_through_time(seed: int) -> None:
    aircraft = fleet(40, seed)
    near = near_pairs(aircraft, CYLINDER)
    found = {
        (int(i), int(j)): float(t) for i, j, t in zip(near.first, near.second, near.entry_s, strict=True)
    }
    step_s = 0.05
    met = 0
    for i in range(40):
        for j in range(i + 1, 40):
            first = walked(aircraft, i, j, step_s)
            if np.isfinite(first):
                met += 1
                assert found[i, j] == pytest.approx(first, abs=step_s)
            # What lasts less than a step the walk may miss.
    assert met >= 5
    for (i, j), entry in found.items():
        late = walked(aircraft, i, j, 0.001)
        assert late == pytest.approx(entry, abs=0.002)
    assert (np.diff(near.entry_s) >= 0).all()


def test_an_unknown_height_counts_horizontally_and_says_so() -> None:
    aircraft = fleet(2, 1, extent_m=100.0)._replace(height_m=np.array([100.0, np.nan]))
    near = near_pairs(aircraft, CYLINDER)
    assert near.horizontal_only.tolist() == [True]
    assert np.isnan(near.vertical_m).all()
    apart = aircraft._replace(
        height_m=np.array([100.0, 100.0 + CYLINDER.height_m * 3]), climb_m_s=np.zeros(2)
    )
    assert len(near_pairs(apart, CYLINDER).first) == 0


def test_what_is_not_known_exactly_only_widens() -> None:
    aircraft = fleet(60, 7)
    exact = near_pairs(aircraft, CYLINDER)
    doubtful = near_pairs(
        aircraft._replace(
            horizontal_sd_m=np.full(60, 50.0), vertical_sd_m=np.full(60, 30.0), age_s=np.full(60, 4.0)
        ),
        CYLINDER,
    )
    pairs = dict(zip(zip(exact.first, exact.second, strict=True), exact.entry_s, strict=True))
    wider = dict(zip(zip(doubtful.first, doubtful.second, strict=True), doubtful.entry_s, strict=True))
    assert pairs.keys() < wider.keys()
    assert all(wider[pair] <= entry + 1e-9 for pair, entry in pairs.items())


def test_those_on_the_ground_and_a_lonely_one_are_near_nobody() -> None:
    aircraft = fleet(3, 2, extent_m=10.0)._replace(height_m=np.full(3, 5.0))
    assert len(near_pairs(aircraft, CYLINDER).first) == 3
    muted = np.array([True, False, False])
    assert {int(i) for i in near_pairs(aircraft, CYLINDER, muted=muted).first} == {1}
    assert len(near_pairs(aircraft, CYLINDER, muted=np.ones(3, np.bool_)).first) == 0


def test_side_by_side_with_equal_velocity_they_stay_near_or_stay_apart() -> None:
    together = fleet(2, 3)._replace(
        velocity_m_s=np.full((2, 2), 40.0), climb_m_s=np.zeros(2), height_m=np.full(2, 300.0)
    )
    assert near_pairs(
        together._replace(position_m=np.array([[0.0, 0.0], [609.0, 0.0]])), CYLINDER
    ).entry_s.tolist() == [0.0]
    assert (
        len(near_pairs(together._replace(position_m=np.array([[0.0, 0.0], [611.0, 0.0]])), CYLINDER).first)
        == 0
    )


def test_a_position_that_is_none_is_refused() -> None:
    broken = fleet(2, 3)._replace(position_m=np.array([[0.0, np.nan], [1.0, 1.0]]))
    with pytest.raises(ValueError, match="finite"):
        near_pairs(broken, CYLINDER)

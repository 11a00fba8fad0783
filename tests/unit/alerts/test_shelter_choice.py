"""The choice of shelters: never below its bound, at the optimum of small cases, better than the nearest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from alerts.shelter_choice.arrival import ArrivalError, Roads, over_roads_s, straight_s
from alerts.shelter_choice.choice import NOWHERE, Case, ChoiceError, choose, nearest, outcome


def made(seed: int, groups: int, shelters: int, *, crowd: float = 1.0, there: float = 0.0) -> Case:
    random = np.random.default_rng(seed)
    persons = random.integers(1, 6, groups).astype(float)
    places, homes = random.uniform(0, 3000, (shelters, 2)), random.normal(1500, 500, (groups, 2))
    way = np.linalg.norm(homes[:, None] - places[None], axis=2)
    capacity = np.maximum(random.dirichlet(np.ones(shelters)) * persons.sum() / crowd, 3.0).round()
    present = (random.random(shelters) * capacity * there).round()
    return Case(persons=persons, travel_s=way / 1.0, capacity=capacity, present=present)


def exact(case: Case) -> float:
    """Return the least cost of whole groups: loads are integers, so the penalty is linear between them."""
    groups, shelters = case.travel_s.shape
    most = int(case.persons.sum())
    levels = np.arange(most + 1)[:, None] + case.present
    slopes = np.diff(case.penalty(levels), axis=0)  # (most, m), rising: the solver fills them in order
    cost = np.concatenate([(case.persons[:, None] * case.travel_s).ravel(), slopes.ravel()])
    once = np.zeros((groups, len(cost)))
    for group in range(groups):
        once[group, group * shelters : (group + 1) * shelters] = 1
    fill = np.zeros((shelters, len(cost)))
    for shelter in range(shelters):
        fill[shelter, shelter : groups * shelters : shelters] = case.persons
        fill[shelter, groups * shelters + shelter :: shelters] = -1
    integral = np.concatenate([np.ones(groups * shelters), np.zeros(slopes.size)])
    found = milp(
        cost,
        integrality=integral,
        bounds=Bounds(0, 1),
        constraints=[LinearConstraint(once, 1, 1), LinearConstraint(fill, 0, 0)],
    )
    assert found.success
    return float(found.fun + case.penalty(case.present).sum())


@pytest.mark.parametrize("seed", range(8))
def test_small_cases_are_at_the_optimum_that_highs_finds(seed: int) -> None:
    case = made(seed, 14, 4, crowd=1.2, there=1.5 * (seed % 2))
    found = choose(case)
    best = exact(case)
    assert found.bound <= best + 1e-6
    assert best - 1e-6 <= found.cost <= best * 1.03


@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 6), st.floats(0.2, 3))
@settings(max_examples=40, deadline=None)
def test_a_plan_is_whole_and_never_below_its_bound(
    seed: int, groups: int, shelters: int, crowd: float
) -> None:
    case = made(seed, groups, shelters, crowd=crowd, there=seed % 3)
    found = choose(case)
    told = outcome(case, found.shelter)
    assert found.bound <= found.cost + 1e-6
    assert told.cost == pytest.approx(found.cost)
    assert told.cost <= outcome(case, nearest(case)).cost + 1e-6
    assert found.load.sum() == pytest.approx(case.persons.sum() + case.present.sum())


def test_a_crowded_district_is_spread_where_the_nearest_would_be_crushed() -> None:
    case = made(3, 400, 12, crowd=0.8)
    found, near = choose(case), nearest(case)
    ours, theirs = outcome(case, found.shelter), outcome(case, near)
    assert ours.overload < 0.2 * theirs.overload
    assert found.gap < 0.02


def test_who_is_reached_by_the_water_is_sent_nowhere_and_counted() -> None:
    case = Case(
        persons=np.array([2.0, 3.0]),
        travel_s=np.array([[np.inf, np.inf], [np.inf, 60.0]]),
        capacity=np.array([10.0, 10.0]),
        present=np.array([0.0, 4.0]),
    )
    found = choose(case)
    assert found.shelter.tolist() == [NOWHERE, 1]
    assert outcome(case, found.shelter).unreached_persons == 2
    assert found.load.tolist() == [0.0, 7.0]
    with pytest.raises(ChoiceError, match="cannot get"):
        outcome(case, np.array([0, 1]))


def test_nobody_who_can_go_anywhere_is_no_fault() -> None:
    case = Case(
        persons=np.array([1.0]),
        travel_s=np.array([[np.inf]]),
        capacity=np.array([5.0]),
        present=np.array([9.0]),
    )
    found = choose(case)
    assert (found.shelter.tolist(), found.load.tolist(), found.gap) == ([NOWHERE], [9.0], 0.0)


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"persons": np.array([0.0])}, "persons"),
        ({"capacity": np.array([np.nan])}, "capacity"),
        ({"present": np.array([-1.0])}, "present"),
        ({"travel_s": np.array([[np.nan]])}, "travel_s"),
        ({"travel_s": np.zeros((2, 1))}, "travel_s"),
    ],
)
def test_impossible_arrays_are_named(changed: dict[str, np.ndarray], word: str) -> None:
    given = {
        "persons": np.array([1.0]),
        "travel_s": np.array([[1.0]]),
        "capacity": np.array([1.0]),
        "present": np.array([0.0]),
    }
    with pytest.raises(ChoiceError, match=word):
        Case(**{**given, **changed})  # type: ignore[arg-type]


def test_a_road_that_closes_on_the_way_sends_around_or_nowhere() -> None:
    # 0 –100 m– 1 –100 m– 2, and a long way 0 –900 m– 2
    def roads(closes_s: float, long_closes_s: float = np.inf) -> Roads:
        return Roads(
            nodes=4,
            start=np.array([0, 1, 0]),
            end=np.array([1, 2, 2]),
            length_m=np.array([100.0, 100.0, 900.0]),
            closes_s=np.array([np.inf, closes_s, long_closes_s]),
        )

    def arrival(net: Roads, leave_s: float = 0.0, margin_s: float = 0.0) -> float:
        found = over_roads_s(
            net, np.array([0]), np.array([2, 3]), np.array([1.0]), np.array([leave_s]), margin_s=margin_s
        )
        assert found[0, 1] == np.inf, "no road leads there"
        return float(found[0, 0])

    assert arrival(roads(np.inf)) == 200
    assert arrival(roads(200.0)) == 200
    assert arrival(roads(199.0)) == 900, "through only before it closes"
    assert arrival(roads(200.0), margin_s=30.0) == 900
    assert arrival(roads(200.0), leave_s=1.0) == 901
    assert arrival(roads(0.0, 500.0)) == np.inf, "both are cut: stay upstairs"


def test_a_straight_way_is_as_long_as_the_sphere_says() -> None:
    found = straight_s(
        np.array([[134.0, 34.0]]), np.array([[134.0, 35.0]]), np.array([1.0]), np.array([60.0]), 1.3
    )
    assert found[0, 0] == pytest.approx(60 + 111_194.9 * 1.3, rel=1e-4)


def test_a_network_that_is_none_is_named() -> None:
    with pytest.raises(ArrivalError, match="end"):
        Roads(
            nodes=1,
            start=np.array([0]),
            end=np.array([1]),
            length_m=np.array([1.0]),
            closes_s=np.array([np.inf]),
        )

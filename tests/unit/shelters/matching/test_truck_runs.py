"""Runs carry what the plan says, within trucks, stops and hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from shelters.matching.plan import Plan
from shelters.matching.planning import make_plan
from shelters.matching.problem import Problem
from shelters.matching.settings import Settings

Planner = Callable[[dict[str, Any]], Plan]


@pytest.mark.parametrize("seed", range(4))
def test_every_case_is_carried_once_and_no_truck_is_overloaded(
    drawn: Callable[..., Problem], settings: Settings, seed: int
) -> None:
    problem = drawn(seed, items=8, shelters=20, depots=4)
    plan = make_plan(problem, settings)
    carried: Counter[int] = Counter()
    classes = {one.name: one for one in settings.truck_classes}
    largest = {one.id: list(classes).index(one.truck_class) for one in problem.shelters}
    for run in plan.runs:
        assert run.kg <= classes[run.truck_class].payload_kg + 0.1
        assert run.m3 <= classes[run.truck_class].volume_m3 + 0.01
        assert len({stop.shelter for stop in run.stops}) <= settings.stops_per_run
        arrivals = [stop.arrives for stop in run.stops]
        assert [run.departs, *arrivals, run.returns] == sorted([run.departs, *arrivals, run.returns])
        for stop in run.stops:
            assert list(classes).index(run.truck_class) <= largest[stop.shelter]
            for number, cases in stop.loads:
                assert plan.loads[number].shelter == stop.shelter
                assert plan.loads[number].depot == run.depot
                carried[number] += cases
    assert carried == {number: load.cases for number, load in enumerate(plan.loads)}


def test_one_truck_drives_one_run_after_the_other(
    document: dict[str, Any], plan_of: Planner, settings: Settings
) -> None:
    document["depots"][0]["trucks"] = [{"class": "2t", "count": 1, "payload_kg": 60}]
    runs = [run for run in plan_of(document).runs if run.depot == "north"]
    assert len(runs) > 1
    for first, second in pairwise(runs):
        assert second.departs - first.returns == timedelta(minutes=settings.load_minutes)


def test_times_and_kilometres_by_hand(document: dict[str, Any], plan_of: Planner, settings: Settings) -> None:
    """300 L by one 2 t truck over 30 minutes and 15 km; meals by another depot."""
    plan = plan_of(document)
    run = next(run for run in plan.runs if run.depot == "north")
    assert run.departs - plan.start == timedelta(minutes=settings.load_minutes)
    assert run.stops[0].arrives - run.departs == timedelta(minutes=30)
    assert run.returns - run.stops[0].arrives == timedelta(minutes=settings.unload_minutes + 30)
    assert (run.km, run.kg, run.fill) == (30.0, 300.0, 0.15)
    assert plan.summary.km == 50.0


def test_two_shelters_share_a_run_where_the_way_between_is_short(
    document: dict[str, Any], plan_of: Planner
) -> None:
    document["needs"] = [
        {"shelter": shelter, "item": "water", "amount": 100} for shelter in ("school", "hall")
    ]
    assert len(plan_of(document).runs) == 2
    document["travel"] |= {"between_minutes": [[0, 5], [5, 0]], "between_km": [[0, 3], [3, 0]]}
    plan = plan_of(document)
    assert len(plan.runs) == 1
    assert plan.runs[0].km == 15 + 3 + 30


def test_trucks_wait_until_the_depot_opens(
    document: dict[str, Any], plan_of: Planner, settings: Settings
) -> None:
    document["depots"][0] |= {"opens": "08:00", "closes": "17:00"}
    run = next(run for run in plan_of(document).runs if run.depot == "north")
    assert (run.departs.hour, run.departs.minute) == (8, settings.load_minutes)


def test_what_is_late_is_told(document: dict[str, Any], plan_of: Planner) -> None:
    document["needs"][0]["due"] = "2026-06-03T06:45:00+09:00"
    plan = plan_of(document)
    assert plan.summary.late_stops == 1
    assert [stop.late for run in plan.runs if run.depot == "north" for stop in run.stops] == [True]

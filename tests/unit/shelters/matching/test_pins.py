"""What a person has fixed stays fixed, and what no plan can keep is refused with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shelters.matching.matching_errors import ProblemError
from shelters.matching.plan import Plan

Planner = Callable[[dict[str, Any]], Plan]
PIN = {"depot": "north", "shelter": "hall", "item": "water", "amount": 120}


@pytest.fixture
def two(document: dict[str, Any]) -> dict[str, Any]:
    """Return a problem in which both shelters want water and there is enough for one."""
    document["lots"][0]["amount"] = 300
    document["needs"] = [
        {"shelter": shelter, "item": "water", "amount": 300} for shelter in ("school", "hall")
    ]
    return document


def test_a_pin_is_kept_and_the_rest_is_planned_around_it(two: dict[str, Any], plan_of: Planner) -> None:
    two["pins"] = [{**PIN, "amount": 250}]
    plan = plan_of(two)
    pinned = [load for load in plan.loads if load.pinned]
    assert [(load.shelter, load.lot, load.amount) for load in pinned] == [("hall", "w1", 250)]
    assert sum(load.amount for load in plan.loads) == 300
    assert sum(load.amount for load in plan.loads if load.shelter == "school") == 50
    carried = {number for run in plan.runs for stop in run.stops for number, _ in stop.loads}
    assert carried == set(range(len(plan.loads)))
    assert sum(run.kg for run in plan.runs) == 300


def test_a_pinned_class_of_trucks_drives_it(two: dict[str, Any], plan_of: Planner) -> None:
    two["depots"][0]["trucks"].append({"class": "4t", "count": 1})
    two["pins"] = [{**PIN, "shelter": "school", "truck_class": "4t"}]
    run = next(run for run in plan_of(two).runs if run.truck_class == "4t" and run.depot == "north")
    assert run.stops[0].shelter == "school"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"amount": 400}, r"pins\[0\]\.amount: 100 more than"),
        ({"depot": "south"}, r"pins\[0\]: no lot of 'water' at 'south'"),
        ({"item": "meal"}, r"pins\[0\]: 'hall' needs no 'meal'"),
        ({"truck_class": "4t"}, r"pins\[0\]\.truck_class: no 4t gets"),
        ({"lot": "m1"}, r"pins\[0\]: no lot"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused(
    two: dict[str, Any], plan_of: Planner, change: dict[str, Any], said: str
) -> None:
    two["pins"] = [PIN | change]
    two["depots"][1]["trucks"].append({"class": "2t", "count": 1})
    with pytest.raises(ProblemError, match=said):
        plan_of(two)


def test_pins_beyond_hands_and_trucks_are_refused(two: dict[str, Any], plan_of: Planner) -> None:
    two["pins"] = [PIN]
    two["depots"][0]["handling_kg_h"] = 9
    with pytest.raises(ProblemError, match="can handle"):
        plan_of(two)
    two["depots"][0] |= {"handling_kg_h": 1000, "trucks": [{"class": "2t", "count": 1, "payload_kg": 20}]}
    with pytest.raises(ProblemError, match="can carry"):
        plan_of(two)


def test_what_is_forbidden_is_not_sent(two: dict[str, Any], plan_of: Planner) -> None:
    two["forbids"] = [{"depot": "north", "shelter": "school"}]
    plan = plan_of(two)
    assert {load.shelter for load in plan.loads} == {"hall"}
    two["forbids"] = [{"truck_class": "2t", "depot": "north"}]
    assert plan_of(two).loads == []

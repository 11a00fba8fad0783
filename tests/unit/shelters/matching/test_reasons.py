"""Every unmet unit has its reason, and the reasons of a need add up to what it lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shelters.matching.plan import Plan, Unmet
from shelters.matching.planning import make_plan
from shelters.matching.problem import Problem
from shelters.matching.settings import Settings

Planner = Callable[[dict[str, Any]], Plan]
Change = Callable[[dict[str, Any]], Any]


def water(plan: Plan) -> Unmet:
    return next(one for one in plan.unmet if one.item == "water")


def test_what_is_met_has_no_reason(document: dict[str, Any], plan_of: Planner) -> None:
    plan = plan_of(document)
    assert plan.unmet == []
    assert {(load.item, load.amount) for load in plan.loads} == {("water", 300.0), ("meal", 100.0)}


@pytest.mark.parametrize(
    ("change", "cause", "said"),
    [
        (lambda d: d["lots"].pop(0), "no-lot", "no depot has any"),
        (lambda d: d["lots"][0].update(amount=200), "stock-used", "all stock"),
        (lambda d: d["lots"][0].update(expires="2026-06-03T08:00:00+09:00"), "expiry", "expiry (lot w1)"),
        (lambda d: d["lots"][0].update(expires="2026-06-05T06:00:00+09:00")
         or d["items"][0].update(use_days=3), "expiry", "w1"),
        (lambda d: d.update(forbids=[{"lot": "w1", "why": "濁り"}]), "forbidden", "濁り"),
        (lambda d: d.update(forbids=[{"depot": "north", "shelter": "school", "why": "橋"}]), "forbidden",
         "橋"),
        (lambda d: d["travel"]["minutes"][0].__setitem__(0, None), "road-cut", "road cut"),
        (lambda d: d["shelters"][0].update(truck_class="light"), "truck-class", "no truck ≤ light"),
        (lambda d: d["travel"]["minutes"][0].__setitem__(0, 400), "hours", "within the hours"),
        (lambda d: d["depots"][0].update(opens="01:00", closes="02:00"), "hours", "within the hours"),
        (lambda d: d["depots"][0].update(handling_kg_h=10), "handling-capacity", "can load no more"),
        (lambda d: d["depots"][0]["trucks"][0].update(count=1, payload_kg=50), "truck-capacity", "no time"),
    ],
)  # fmt: skip
def test_the_cause_is_found(
    document: dict[str, Any], plan_of: Planner, change: Change, cause: str, said: str
) -> None:
    change(document)
    lacks = water(plan_of(document))
    assert cause in {reason.cause for reason in lacks.reasons}
    reason = next(reason for reason in lacks.reasons if reason.cause == cause)
    assert said in reason.en
    assert reason.ja
    assert sum(reason.amount for reason in lacks.reasons) == pytest.approx(lacks.amount)


def test_people_who_cannot_eat_wheat_get_none_of_it(document: dict[str, Any], plan_of: Planner) -> None:
    document["needs"][1]["allergen_free"] = [{"amount": 20, "of": ["wheat"]}]
    plan = plan_of(document)
    lacks = next(one for one in plan.unmet if one.item == "meal")
    assert (lacks.quota, lacks.amount) == (True, 20)
    assert [reason.cause for reason in lacks.reasons] == ["allergen-free-lot-missing"]
    document["lots"].append({"id": "rice", "depot": "south", "item": "meal", "amount": 15, "allergens": []})
    plan = plan_of(document)
    lacks = next(one for one in plan.unmet if one.item == "meal")
    assert (lacks.quota, lacks.amount) == (True, pytest.approx(5))
    assert [load.amount for load in plan.loads if load.lot == "rice"] == [15]


def test_what_a_lot_holds_that_nobody_told_is_free_of_nothing(
    document: dict[str, Any], plan_of: Planner
) -> None:
    document["needs"][0]["allergen_free"] = [{"amount": 30, "of": ["egg"]}]
    assert water(plan_of(document)).reasons[0].cause == "allergen-free-lot-missing"
    document["items"][0]["allergens"] = []
    assert plan_of(document).unmet == []


def test_the_road_to_open_is_named(document: dict[str, Any], plan_of: Planner) -> None:
    del document["travel"]
    for name, nodes in (("depots", (0, 3)), ("shelters", (2, 3))):
        for place, node in zip(document[name], nodes, strict=True):
            place["node"] = node
    document["roads"] = {
        "node_count": 4,
        "edges": {
            "from": [0, 1, 3], "to": [1, 2, 2], "length_m": [9000, 9000, 9000], "speed_km_h": [30, 30, 30],
            "depth_m": [None, 0.6, None], "name": ["国道", "沈下橋", None], "closed": [False, False, True],
            "flooded_from": [None, "2026-06-03T10:00:00+09:00", None],
        },
    }  # fmt: skip
    reason = water(plan_of(document)).reasons[0]
    assert reason.cause == "road-cut"
    assert "沈下橋" in reason.en
    assert reason.roads == ["沈下橋 浸水0.6m"]
    # Before the water comes and after it has gone the road is open.
    document["hours"] = 3
    assert all(one.item != "water" for one in plan_of(document).unmet)
    document["roads"]["edges"]["flooded_until"] = [None, "2026-06-03T05:00:00+09:00", None]
    document["roads"]["edges"]["flooded_from"] = [None, None, None]
    document["hours"] = 12
    assert all(one.item != "water" for one in plan_of(document).unmet)


def test_a_narrow_road_is_told_as_the_class_of_trucks(document: dict[str, Any], plan_of: Planner) -> None:
    del document["travel"]
    for name, nodes in (("depots", (0, 0)), ("shelters", (1, 1))):
        for place, node in zip(document[name], nodes, strict=True):
            place["node"] = node
    edges = {"from": [0], "to": [1], "length_m": [9000], "speed_km_h": [30], "max_class": ["light"]}
    document["roads"] = {"node_count": 2, "edges": edges}
    reason = water(plan_of(document)).reasons[0]
    assert (reason.cause, reason.roads) == ("truck-class", ["#0 (0–1) ≤light"])


def test_on_any_problem_reasons_add_up(drawn: Callable[..., Problem], settings: Settings) -> None:
    for seed in range(4):
        plan = make_plan(drawn(seed, items=6, shelters=12, depots=4), settings)
        assert plan.unmet
        for one in plan.unmet:
            assert one.reasons
            assert sum(reason.amount for reason in one.reasons) == pytest.approx(one.amount)
        assert sum(one.person_days for one in plan.unmet) == pytest.approx(plan.summary.unmet_person_days)
        assert sum(plan.reasons.values()) == pytest.approx(plan.summary.unmet_person_days)

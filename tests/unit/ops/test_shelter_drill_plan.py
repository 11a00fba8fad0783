"""What the simulated shelter staff do, before anybody does it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from ops.scenario import load_scenario
from ops.shelter_drill import expected_picture, scenario_drill
from ops.shelter_drill_plan import Act, DrillPlan, plan_drill
from shelters.rulebook import items, norms
from shelters.synthetic_stock import SYNTHETIC


@pytest.fixture(scope="module")
def plan() -> DrillPlan:
    return scenario_drill(load_scenario("shikoku-2026-06"))


def test_the_same_seed_gives_the_same_drill(plan: DrillPlan) -> None:
    again = scenario_drill(load_scenario("shikoku-2026-06"))
    assert again.acts == plan.acts
    assert [act.at for act in plan.acts] == sorted(act.at for act in plan.acts)
    keys = [(act.shelter, act.key) for act in plan.acts]
    assert len(set(keys)) == len(keys), "two acts of one key would be one operation"


def test_shelters_open_after_the_river_rose_and_fill(plan: DrillPlan) -> None:
    scenario = load_scenario("shikoku-2026-06")
    gauges = {gauge.id: gauge.area_code for gauge in scenario.gauges}
    rose = {gauges[reading.gauge_id] for reading in scenario.readings if reading.above_caution}
    assert {refuge.area_code for refuge in plan.shelters} <= rose
    height = expected_picture([act for act in plan.acts if act.at <= scenario.height])
    assert all(shown["opening"] in ("open", "preparing") for shown in height.values())
    assert sum(shown["people"] or 0 for shown in height.values()) > 100
    end = expected_picture(list(plan.acts))
    assert {shown["opening"] for id_, shown in end.items() if id_ != plan.silent} == {"closed"}
    assert all(shown["people"] == 0 for id_, shown in end.items() if id_ != plan.silent)


def test_one_falls_silent_while_it_is_open(plan: DrillPlan) -> None:
    scenario = load_scenario("shikoku-2026-06")
    mine = [act for act in plan.acts if act.shelter == plan.silent]
    assert expected_picture(mine)[plan.silent]["opening"] == "open"
    assert scenario.end - mine[-1].at > timedelta(hours=6)


def test_a_truck_is_under_way_at_the_height_and_depots_say_synthetic(plan: DrillPlan) -> None:
    height = load_scenario("shikoku-2026-06").height
    trucks = [act for act in plan.acts if act.path.startswith("/api/trucks/") and act.at <= height]
    assert trucks[-1].value["state"] == "on-the-way"
    depots = [act.value for act in plan.acts if "/depots/" in act.path and "/lots/" not in act.path]
    assert len(depots) == 2
    assert all(depot["synthetic"] and depot["source"] == SYNTHETIC for depot in depots)
    lots = [act.value for act in plan.acts if "/lots/" in act.path]
    assert {lot["item"] for lot in lots} <= items().keys()
    assert all(lot["amount"] > 0 for lot in lots)


def test_sums_are_plain() -> None:
    at = load_scenario("shikoku-2026-06").start
    said = [
        ("set", {"fields": {"opening": "open"}}),
        ("count", {"field": "people", "total": 5}),
        ("count", {"field": "people", "delta": -2}),
        ("supply", {"line": "x", "state": "request"}),
    ]
    acts = [
        Act(at=at, key=str(n), shelter="h", kind=kind, value=value) for n, (kind, value) in enumerate(said)
    ]
    shown = {"people": 3, "opening": "open", "power": None, "lines": {"x": "request"}}
    assert expected_picture(acts) == {"h": shown}


def test_no_risen_river_gives_no_drill() -> None:
    scenario = load_scenario("shikoku-2026-06")
    with pytest.raises(ValueError, match="too few municipalities"):
        plan_drill(
            [], [], height=scenario.height, end=scenario.end, norms=norms(), rng=np.random.default_rng(1)
        )

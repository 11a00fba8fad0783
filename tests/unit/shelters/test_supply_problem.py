"""What depots have left, what shelters lack, and how far it is: from states as the ledger has them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from shelters.matching.matching_errors import ProblemError
from shelters.matching.problem import Forbid
from shelters.supply_problem import Fleet, Wish, pose
from shelters.supply_situation import Situation
from shelters.supply_stock import available_lots
from shelters.supply_ways import great_circle_m

START = datetime(2026, 6, 2, 21, tzinfo=UTC)
DEPOT = {"id": "d1", "name": "倉庫", "lon": 134.3, "lat": 34.0, "truck_classes": ["2t"], "synthetic": False}


def line(
    item: str, amount: float, state: str, *, asked: bool = True, lot: str = "", **told: Any
) -> dict[str, Any]:
    fields = {name: {"value": value} for name, value in told.items()}
    steps = ([{"state": "request"}] if asked else []) + [{"state": state}]
    return {"item": item, "amount": amount, "state": state, "lot": lot, "fields": fields, "steps": steps}


def shelter(id_: str = "h1", *, lines: dict[str, Any] | None = None, **summary: Any) -> dict[str, Any]:
    told = {"opening": "open", "access": "4t", "registered": 0, **summary}
    state = {"counts": {}, "fields": {}, "stock": {}, "lines": lines or {}}
    return {
        "id": id_,
        "name": id_,
        "lon": 134.4,
        "lat": 34.0,
        "summary": told,
        "state": state,
        "silence": "ok",
    }


def situation(*shelters: dict[str, Any], trucks: tuple[dict[str, Any], ...] = ()) -> Situation:
    lot = {"depot": "d1", "allergens": None}
    lots = [
        {**lot, "id": "w1", "item": "water", "amount": 100, "expires_on": date(2026, 9, 1)},
        {**lot, "id": "w2", "item": "water", "amount": 100, "expires_on": date(2026, 6, 10)},
    ]
    return Situation(shelters=list(shelters), depots=[DEPOT], lots=lots, trucks=list(trucks), closed_roads=[])


def test_what_trucks_were_ordered_to_take_is_gone() -> None:
    carried: dict[str, Any] = {"depot": "d1", "truck": "k1"}
    lines = {
        "a": line("water", 30, "accepted", lot="w1", **carried),
        "b": line("water", 120, "handed-out", **carried),
        "c": line("water", 50, "cancelled", lot="w1", **carried),
        "d": line("water", 50, "request", lot="w1"),
        "e": line("water", 50, "accepted", lot="w1", depot="d1", truck=None),
    }
    now = situation(shelter(lines=lines))
    # A line without a lot takes what expires first.
    assert available_lots(now) == {("d1", "w1"): 50, ("d1", "w2"): 0}
    assert available_lots(now, {"k1"}) == {("d1", "w1"): 100, ("d1", "w2"): 100}


def test_a_lot_is_never_less_than_nothing() -> None:
    lines = {"a": line("water", 130, "accepted", lot="w1", depot="d1", truck="k1")}
    assert available_lots(situation(shelter(lines=lines)))["d1", "w1"] == 0


def test_needs_follow_what_was_asked_for_and_say_until_when() -> None:
    lines = {
        "a": line("water", 60, "request", needed_by="2026-06-03T06:00:00+09:00", allergens_free=["milk"]),
        "b": line("water", 20, "accepted", urgent=True),
        "c": line("water", 500, "request", truck="k1"),
        "d": line("gold", 1, "request"),
    }
    posed = pose(situation(shelter(lines=lines)), Wish(), START)
    (need,) = posed.problem.needs
    assert need.item == "water"
    assert need.amount == 80
    assert need.due == START
    assert [(quota.amount, quota.of) for quota in need.allergen_free] == [(60, ["milk"])]
    assert list(posed.asked["h1", "water"].lines) == [("b", 20.0), ("a", 60.0)]
    assert [(out["code"], out["items"]) for out in posed.left_out] == [
        ("unknown-item", ["gold"]),
        ("unknown-people", []),
    ]


def test_an_urgent_request_has_six_hours_and_a_strange_time_sets_none() -> None:
    lines = {"a": line("water", 5, "request", urgent=True, needed_by="早く")}
    (need,) = pose(situation(shelter(lines=lines)), Wish(), START).problem.needs
    assert need.due == START + timedelta(hours=6)


def test_people_without_a_told_stock_are_planned_for_and_who_is_unreachable_is_named() -> None:
    open_, foot, closed = (
        shelter("h1", registered=10),
        shelter("h2", registered=10, access="foot"),
        shelter("h3", registered=10, opening="closed"),
    )
    posed = pose(situation(open_, foot, closed), Wish(days=2), START)
    assert {need.shelter for need in posed.problem.needs} == {"h1"}
    assert next(need.amount for need in posed.problem.needs if need.item == "water") == 60
    assert posed.unknown_stock == ["h1"]
    assert [(out["shelter"], out["code"]) for out in posed.left_out] == [("h2", "no-truck")]


def test_trucks_are_those_told_else_assumed_less_those_on_an_order() -> None:
    busy = {"id": "k1", "depot": "d1", "class": "2t", "state": "loading"}
    now = situation(shelter(registered=10), trucks=(busy,))
    assert pose(now, Wish(), START).fleet == [
        {"depot": "d1", "class": "2t", "count": 1, "busy": 1, "told": False}
    ]
    told = pose(now, Wish(fleet=[Fleet(depot="d1", truck_class="10t", count=3)]), START)
    assert {"depot": "d1", "class": "10t", "count": 3, "busy": 0, "told": True} in told.fleet
    with pytest.raises(ProblemError, match=r"fleet\[0\]\.depot"):
        pose(now, Wish(fleet=[Fleet(depot="d9", truck_class="2t", count=1)]), START)


def test_what_nobody_understands_of_an_access_is_taken_as_unknown() -> None:
    for access in (None, "hovercraft", ["4t"]):
        posed = pose(situation(shelter(registered=10, access=access)), Wish(), START)
        assert posed.assumed_access == ["h1"]
        assert [place.truck_class for place in posed.problem.shelters] == ["2t"]


def test_forbidding_where_nothing_goes_is_no_error() -> None:
    posed = pose(situation(shelter(registered=10)), Wish(forbids=[Forbid(shelter="h9", item="water")]), START)
    assert posed.problem.forbids == []


def test_distances_are_those_of_the_sphere() -> None:
    # One degree of latitude is 111.19 km on a sphere of 6,371 km.
    found = great_circle_m(np.array([[134.0, 34.0]]), np.array([[134.0, 35.0], [134.0, 34.0]]))
    assert found.shape == (1, 2)
    assert found[0].tolist() == pytest.approx([111_194.9, 0.0], abs=0.1)


def test_nobody_needs_nothing() -> None:
    posed = pose(situation(), Wish(), START)
    assert (posed.problem.needs, posed.left_out) == ([], [])

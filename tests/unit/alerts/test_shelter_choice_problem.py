"""The file of a problem: read or refused by the name of the field, and solved as its arrays say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from alerts.shelter_choice.plan import solve
from alerts.shelter_choice.problem import ProblemError, read_problem
from alerts.shelter_choice.rules import choice_rules

FLOOD = {"hazards": ["flood"]}
ROADS: dict[str, Any] = {
    "format": "sonae-shelter-choice-1",
    "groups": [
        {"id": "a", "persons": 4, "node": 0, "leave_s": 0},
        {"id": "b", "persons": 2, "node": 0, "leave_s": 0, "needs": ["wheelchair"]},
        {"id": "c", "persons": 1, "node": 3, "leave_s": 0},
    ],
    "shelters": [
        {"id": "near", "capacity": 100, "node": 1, **FLOOD},
        {"id": "far", "capacity": None, "node": 2, "takes": ["wheelchair"], **FLOOD},
        {"id": "shut", "capacity": 100, "node": 0, "open": False, **FLOOD},
        {"id": "for quakes", "capacity": 100, "node": 0, "hazards": ["earthquake"]},
    ],
    "roads": {"nodes": 5, "edges": [[0, 1, 100, None], [1, 2, 100, 7200], [0, 3, 50, 1800]]},
}


def solved(**changed: Any) -> dict[str, Any]:
    return solve(read_problem(json.dumps({**ROADS, **changed}).encode()), choice_rules())


def group(**changed: Any) -> dict[str, Any]:
    return {"id": "x", "persons": 2, "node": 0, "leave_s": 0, **changed}


def stays(**changed: Any) -> dict[str, Any]:
    """Return what the only group is told that reaches nothing."""
    (told,) = solved(**changed)["staying"]
    return dict(told)


def test_needs_closed_shelters_designation_and_water_are_heeded() -> None:
    plan = solved()
    assert [(one["id"], one["shelter"]) for one in plan["groups"]] == [
        ("a", "near"),
        ("b", "far"),
        ("c", None),
    ]
    assert plan["unreached"] == ["c"], "the road would be left less than half an hour before the water"
    assert [one["capacity_assumed"] for one in plan["shelters"]] == [False, True, False, False]
    assert [one["usable"] for one in plan["shelters"]] == [True, True, False, False]
    assert plan["plan"]["unreached_persons"] == 1


def test_a_hazard_that_is_not_asked_for_bars_nothing() -> None:
    assert solved(hazard=None)["groups"][0]["shelter"] == "for quakes"


def test_who_would_come_too_late_is_sent_nowhere() -> None:
    plan = solved(latest_s=150)
    assert [(one["id"], one["reason"]) for one in plan["staying"]] == [
        ("b", "too_late"),
        ("c", "cut_by_water"),
    ]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"groups": [group(needs=["care"])]}, "need_not_met"),
        ({"groups": [group(node=4)]}, "no_road"),
        ({"groups": [group()], "hazard": "tsunami"}, "none_open"),
        ({"groups": [group(node=3)]}, "cut_by_water"),
        ({"groups": [group(leave_s=9000, node=2, needs=["wheelchair"])], "latest_s": 8000}, "too_late"),
    ],
)
def test_who_stays_is_told_why_in_both_languages(changed: dict[str, Any], reason: str) -> None:
    told = stays(**changed)
    assert told["reason"] == reason
    assert all(told[f"{kind}_{language}"] for kind in ("reason", "advice") for language in ("ja", "en"))


@pytest.mark.parametrize(
    ("house", "advice"),
    [
        ({"floors": 2, "depth_m": 2.5, "flooded_h": 24, "collapse_zone": False}, "upper_floor"),
        ({"floors": 2, "depth_m": 2.5, "flooded_h": 24}, "upper_floor_unchecked"),
        ({}, "upper_floor_unchecked"),
        ({"floors": 2, "depth_m": 2.5, "flooded_h": 24, "collapse_zone": True}, "higher_building"),
        ({"floors": 1, "depth_m": 0.5}, "higher_building"),
        ({"floors": 2, "depth_m": 3.0, "flooded_h": 24, "collapse_zone": False}, "higher_building"),
        ({"floors": 9, "depth_m": 5.0, "flooded_h": 24, "collapse_zone": False}, "higher_building"),
        ({"floors": 3, "depth_m": 1.0, "flooded_h": 100, "collapse_zone": False}, "higher_building"),
    ],
)
def test_the_upper_floor_is_advised_only_as_far_as_the_house_is_known(
    house: dict[str, Any], advice: str
) -> None:
    assert stays(groups=[group(node=3, **house)])["advice"] == advice


def test_pets_go_where_they_may_unless_that_is_much_further() -> None:
    kennel = {"id": "kennel", "capacity": 100, "node": 2, "takes": ["pets"], **FLOOD}
    with_dog = {"groups": [group(needs=["pets"])]}
    taken = solved(**with_dog, shelters=[*ROADS["shelters"], kennel])["groups"][0]
    assert (taken["shelter"], taken["unmet"]) == ("kennel", [])
    left = solved(**with_dog)["groups"][0]
    assert (left["shelter"], left["unmet"]) == ("near", ["pets"]), "nobody stays in the water for a dog"


def test_who_is_expected_takes_room_before_anybody_comes() -> None:
    near = {**ROADS["shelters"][0], "present": 40, "expected": 70}
    plan = solved(groups=[group(persons=10)], shelters=[near, ROADS["shelters"][1]])
    assert plan["groups"][0]["shelter"] == "far"
    assert plan["shelters"][0]["load"] == 110


def test_people_leave_later_and_walk_slower_at_night_and_by_their_pace() -> None:
    def arrives_s(night: bool, **changed: Any) -> float:
        one = {"id": "x", "persons": 1, "node": 0, **changed}
        return float(solved(groups=[one], night=night)["groups"][0]["arrives_s"])

    assert arrives_s(False) == 300 + 100
    assert arrives_s(True) == 600 + 125
    assert arrives_s(False, pace="slow", leave_s=0) == 200
    assert arrives_s(True, speed_m_s=2.0, leave_s=0) == 50


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"format": "x"}, "format"),
        ({"groups": []}, "groups"),
        ({"groups": [{"id": "a", "persons": 0, "node": 0}]}, "persons"),
        ({"groups": [{"id": "a", "persons": 1, "node": 9}]}, r"groups\[0\] \(a\): node"),
        ({"groups": [{"id": "a", "persons": 1, "node": 0}] * 2}, "stands twice"),
        ({"roads": None}, "lon and lat"),
        ({"roads": {"nodes": 4, "edges": [[0, 7, 1, None]]}}, r"roads.edges\[0\]"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_file_that_is_none_names_the_field(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ProblemError, match=words):
        solved(**changed)

"""The file of a problem: read or refused by the name of the field, and solved as its arrays say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from alerts.shelter_choice.problem import ProblemError, read_problem, solve
from alerts.shelter_choice.rules import choice_rules

ROADS: dict[str, Any] = {
    "format": "sonae-shelter-choice-1",
    "groups": [
        {"id": "a", "persons": 4, "node": 0},
        {"id": "b", "persons": 2, "node": 0, "needs": ["pets"]},
        {"id": "c", "persons": 1, "node": 3},
    ],
    "shelters": [
        {"id": "near", "capacity": 100, "node": 1},
        {"id": "far", "capacity": None, "node": 2, "takes": ["pets"]},
        {"id": "shut", "capacity": 100, "node": 0, "open": False},
    ],
    "roads": {"nodes": 4, "edges": [[0, 1, 100, None], [1, 2, 100, 7200], [0, 3, 50, 1800]]},
}


def solved(**changed: Any) -> dict[str, Any]:
    return solve(read_problem(json.dumps({**ROADS, **changed}).encode()), choice_rules())


def test_needs_closed_shelters_and_water_are_heeded() -> None:
    plan = solved()
    assert [(one["id"], one["shelter"]) for one in plan["groups"]] == [
        ("a", "near"),
        ("b", "far"),
        ("c", None),
    ]
    assert plan["unreached"] == ["c"], "the road would be left less than half an hour before the water"
    assert [one["capacity_assumed"] for one in plan["shelters"]] == [False, True, False]
    assert plan["plan"]["unreached_persons"] == 1


def test_who_would_come_too_late_is_sent_nowhere() -> None:
    assert solved(latest_s=150)["unreached"] == ["b", "c"]


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

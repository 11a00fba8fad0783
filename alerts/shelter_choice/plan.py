"""The plan as it is written (docs/shelter-choice.md): who goes where and when, who stays and why. Pure."""

from __future__ import annotations

from typing import Any

from alerts.shelter_choice.arrangement import Arrangement, arrange
from alerts.shelter_choice.choice import NOWHERE, Choice, Outcome, choose, nearest, outcome
from alerts.shelter_choice.problem import FORMAT, ChoiceRules, Problem
from alerts.shelter_choice.staying import staying


def solve(problem: Problem, rules: ChoiceRules) -> dict[str, Any]:
    """Return the plan ready for JSON: groups, shelters, who stays, bound and gap, against the nearest."""
    arrangement = arrange(problem, rules)
    found = choose(arrangement.case)
    walked = arrangement.walked()
    stays = staying(problem, rules, arrangement, found.shelter)
    return {
        "format": f"{FORMAT}-plan",
        "name": problem.name,
        "synthetic": problem.synthetic,
        "roads_known": problem.roads is not None,
        "hazard": problem.hazard,
        "groups": [_group(problem, arrangement, found, row) for row in range(len(problem.groups))],
        "shelters": [_place(problem, arrangement, found, at) for at in range(len(problem.shelters))],
        "unreached": [one["id"] for one in stays],
        "staying": stays,
        "cost_person_s": found.cost,
        "bound_person_s": found.bound,
        "gap": found.gap,
        "plan": _told(outcome(walked, found.shelter)),
        "nearest": _told(outcome(walked, nearest(walked))),
    }


def _group(problem: Problem, arrangement: Arrangement, found: Choice, row: int) -> dict[str, Any]:
    group, to = problem.groups[row], int(found.shelter[row])
    if to == NOWHERE:
        return {"id": group.id, "shelter": None, "arrives_s": None, "unmet": []}
    return {
        "id": group.id,
        "shelter": problem.shelters[to].id,
        "arrives_s": round(float(arrangement.arrive_s[row, to]), 1),
        "unmet": sorted(set(group.needs) - set(problem.shelters[to].takes)),
    }


def _place(problem: Problem, arrangement: Arrangement, found: Choice, at: int) -> dict[str, Any]:
    place = problem.shelters[at]
    return {
        "id": place.id,
        "load": float(found.load[at]),
        "capacity": float(arrangement.case.capacity[at]),
        "capacity_assumed": place.capacity is None,
        "usable": bool(arrangement.usable[at]),
        "price_s": round(float(found.price_s[at]), 1),
    }


def _told(one: Outcome) -> dict[str, float]:
    return {
        "person_minutes": round(one.person_minutes, 1),
        "longest_minutes": round(one.longest_minutes, 1),
        "overload_persons": round(one.overload, 1),
        "fullest": round(one.fullest, 3),
        "unreached_persons": one.unreached_persons,
    }

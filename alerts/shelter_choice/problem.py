"""A problem of the choice of shelters as a file (docs/public.md), and its plan as JSON.

Pure: bytes in, a checked problem or an error that names the field out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import msgspec
import numpy as np

from alerts.shelter_choice.arrival import Floats, Integers, Roads, over_roads_s, straight_s
from alerts.shelter_choice.choice import NOWHERE, Case, Choice, Outcome, choose, nearest, outcome

FORMAT: Final = "sonae-shelter-choice-1"
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Lon = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Lat = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Node = Annotated[int, msgspec.Meta(ge=0)]
Need = Literal["wheelchair", "pets", "care"]


class ProblemError(ValueError):
    """Raised when a file is no such problem; names the field."""


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A household, or people who go together. `node` stands in the roads, if there are any."""

    id: Id
    persons: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    lon: Lon | None = None
    lat: Lat | None = None
    node: Node | None = None
    speed_m_s: Annotated[float, msgspec.Meta(gt=0, le=30)] | None = None
    leave_s: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    needs: list[Need] = []


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shelter. `capacity` null = unknown; `takes`: which needs it can meet; unknown is no."""

    id: Id
    capacity: Annotated[int, msgspec.Meta(ge=1)] | None
    lon: Lon | None = None
    lat: Lat | None = None
    node: Node | None = None
    present: Annotated[int, msgspec.Meta(ge=0)] = 0
    open: bool = True
    takes: list[Need] = []


class Network(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Roads: `edges` of node, node, length [m], and when the water closes them [s] (null = never)."""

    nodes: Annotated[int, msgspec.Meta(ge=1)]
    edges: list[tuple[Node, Node, Annotated[float, msgspec.Meta(ge=0)], float | None]]


class Problem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file. `latest_s`: who is not there by then has come too late (null = no limit)."""

    format: Literal["sonae-shelter-choice-1"]
    groups: Annotated[list[Group], msgspec.Meta(min_length=1)]
    shelters: Annotated[list[Place], msgspec.Meta(min_length=1)]
    roads: Network | None = None
    latest_s: float | None = None
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class ChoiceRules:
    """What a problem is reckoned with where it says nothing (`rules/shelter-choice.toml`)."""

    comfortable: float
    crush_s: float
    assumed_capacity: float
    speed_m_s: float
    slow_m_s: float
    detour: float
    margin_s: float


def read_problem(text: bytes) -> Problem:
    """Return the problem in a file. Raises `ProblemError` naming what is wrong."""
    try:
        problem = msgspec.json.decode(text, type=Problem)
    except msgspec.DecodeError as fault:
        raise ProblemError(str(fault)) from fault
    sides: list[tuple[str, Sequence[Group | Place]]] = [
        ("groups", problem.groups),
        ("shelters", problem.shelters),
    ]
    for kind, members in sides:
        seen: set[str] = set()
        for number, member in enumerate(members):
            if member.id in seen:
                raise ProblemError(f"{kind}[{number}]: the id {member.id!r} stands twice")
            seen.add(member.id)
            _check_place(f"{kind}[{number}] ({member.id})", member, problem.roads)
    for number, (start, end, _, _) in enumerate(problem.roads.edges if problem.roads else ()):
        if problem.roads is not None and max(start, end) >= problem.roads.nodes:
            raise ProblemError(f"roads.edges[{number}] names a node that is not there")
    return problem


def _check_place(where: str, member: Group | Place, roads: Network | None) -> None:
    if roads is not None:
        if member.node is None or member.node >= roads.nodes:
            raise ProblemError(f"{where}: node must be one of the {roads.nodes} nodes of the roads")
    elif member.lon is None or member.lat is None:
        raise ProblemError(f"{where}: without roads, lon and lat are needed")


def case_of(problem: Problem, rules: ChoiceRules) -> Case:
    """Return the arrays of a problem."""
    travel_s = _travel_s(problem, rules)
    for column, place in enumerate(problem.shelters):
        if not place.open:
            travel_s[:, column] = np.inf
    for row, group in enumerate(problem.groups):
        unmet = [not set(group.needs) <= set(place.takes) for place in problem.shelters]
        travel_s[row, unmet] = np.inf
    if problem.latest_s is not None:
        travel_s[travel_s > problem.latest_s] = np.inf
    return Case(
        persons=_floats([group.persons for group in problem.groups]),
        travel_s=travel_s,
        capacity=_floats([place.capacity or rules.assumed_capacity for place in problem.shelters]),
        present=_floats([place.present for place in problem.shelters]),
        comfortable=rules.comfortable,
        crush_s=rules.crush_s,
    )


def _travel_s(problem: Problem, rules: ChoiceRules) -> Floats:
    groups, places = problem.groups, problem.shelters
    leave_s = _floats([group.leave_s for group in groups])
    speed_m_s = _floats([group.speed_m_s or _speed(group, rules) for group in groups])
    if problem.roads is None:
        ends = [_floats([(one.lon or 0.0, one.lat or 0.0) for one in side]) for side in (groups, places)]
        return straight_s(ends[0], ends[1], speed_m_s, leave_s, rules.detour)
    edges = problem.roads.edges
    roads = Roads(
        nodes=problem.roads.nodes,
        start=_integers([edge[0] for edge in edges]),
        end=_integers([edge[1] for edge in edges]),
        length_m=_floats([edge[2] for edge in edges]),
        closes_s=_floats([np.inf if edge[3] is None else edge[3] for edge in edges]),
    )
    at = [_integers([one.node or 0 for one in side]) for side in (groups, places)]
    return over_roads_s(roads, at[0], at[1], speed_m_s, leave_s, margin_s=rules.margin_s)


def _speed(group: Group, rules: ChoiceRules) -> float:
    return rules.slow_m_s if {"wheelchair", "care"} & set(group.needs) else rules.speed_m_s


def solve(problem: Problem, rules: ChoiceRules) -> dict[str, Any]:
    """Return the plan as it is written: who goes where, how full it gets, against the nearest."""
    case = case_of(problem, rules)
    found = choose(case)
    return {
        "format": f"{FORMAT}-plan",
        "name": problem.name,
        "groups": [_group(problem, case, found, row) for row in range(len(problem.groups))],
        "shelters": [_place(problem, case, found, column) for column in range(len(problem.shelters))],
        "unreached": [
            group.id for group, to in zip(problem.groups, found.shelter, strict=True) if to == NOWHERE
        ],
        "cost_person_s": found.cost,
        "bound_person_s": found.bound,
        "gap": found.gap,
        "plan": _told(outcome(case, found.shelter)),
        "nearest": _told(outcome(case, nearest(case))),
    }


def _group(problem: Problem, case: Case, found: Choice, row: int) -> dict[str, Any]:
    to = int(found.shelter[row])
    return {
        "id": problem.groups[row].id,
        "shelter": None if to == NOWHERE else problem.shelters[to].id,
        "arrives_s": None if to == NOWHERE else round(float(case.travel_s[row, to]), 1),
    }


def _place(problem: Problem, case: Case, found: Choice, column: int) -> dict[str, Any]:
    place = problem.shelters[column]
    return {
        "id": place.id,
        "load": float(found.load[column]),
        "capacity": float(case.capacity[column]),
        "capacity_assumed": place.capacity is None,
        "price_s": round(float(found.price_s[column]), 1),
    }


def _told(one: Outcome) -> dict[str, float]:
    return {
        "person_minutes": round(one.person_minutes, 1),
        "longest_minutes": round(one.longest_minutes, 1),
        "overload_persons": round(one.overload, 1),
        "fullest": round(one.fullest, 3),
        "unreached_persons": one.unreached_persons,
        "cost_person_s": one.cost,
    }


def _floats(values: Any) -> Floats:  # noqa: ANN401 - what numpy takes
    return np.array(values, dtype=np.float64)


def _integers(values: Any) -> Integers:  # noqa: ANN401
    return np.array(values, dtype=np.int64)

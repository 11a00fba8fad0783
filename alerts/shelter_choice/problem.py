"""A problem of the choice of shelters as a file (docs/shelter-choice.md), read and checked.

Pure: bytes in, a checked problem or an error that names the field out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

import msgspec

FORMAT: Final = "sonae-shelter-choice-1"
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Lon = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Lat = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Node = Annotated[int, msgspec.Meta(ge=0)]
Persons = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]
Need = Literal["wheelchair", "pets", "care"]
Pace = Literal["adult", "elderly", "stroller", "slow"]


class ProblemError(ValueError):
    """Raised when a file is no such problem; names the field."""


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of the records of a problem: unknown fields are refused, so that a misspelt one is noticed."""


class Group(Record, frozen=True):
    """A household, or people who go together. `node` stands in the roads, if there are any.

    `leave_s`: when they leave (null: after the delay of the rules); `pace`: how they walk (null: slowly with
    a wheelchair or care, else as adults), or `speed_m_s` itself. Of the house, for who must stay: `floors`,
    `depth_m` (expected water), `flooded_h` (for how long), `collapse_zone` (家屋倒壊等氾濫想定区域);
    null = not known.
    """

    id: Id
    persons: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    lon: Lon | None = None
    lat: Lat | None = None
    node: Node | None = None
    speed_m_s: Annotated[float, msgspec.Meta(gt=0, le=30)] | None = None
    pace: Pace | None = None
    leave_s: NotNegative | None = None
    needs: list[Need] = []
    floors: Annotated[int, msgspec.Meta(ge=1, le=200)] | None = None
    depth_m: NotNegative | None = None
    flooded_h: NotNegative | None = None
    collapse_zone: bool | None = None


class Place(Record, frozen=True):
    """A shelter. `capacity` null = unknown; `takes`, `hazards`: what it meets and stands; unknown is no.

    `present` are there, `expected` are on their way or have said to come: both take room before anybody of
    this problem does.
    """

    id: Id
    capacity: Annotated[int, msgspec.Meta(ge=1)] | None
    lon: Lon | None = None
    lat: Lat | None = None
    node: Node | None = None
    present: Persons = 0
    expected: Persons = 0
    open: bool = True
    takes: list[Need] = []
    hazards: list[str] = []


class Network(Record, frozen=True):
    """Roads: `edges` of node, node, length [m], and when the water closes them [s] (null = never)."""

    nodes: Annotated[int, msgspec.Meta(ge=1)]
    edges: list[tuple[Node, Node, NotNegative, float | None]]


class Problem(Record, frozen=True):
    """The file. `latest_s`: who is not there by then has come too late (null = no limit).

    `hazard`: what a shelter must be designated for; null = not looked at.
    """

    format: Literal["sonae-shelter-choice-1"]
    groups: Annotated[list[Group], msgspec.Meta(min_length=1)]
    shelters: Annotated[list[Place], msgspec.Meta(min_length=1)]
    roads: Network | None = None
    latest_s: float | None = None
    night: bool = False
    hazard: str | None = "flood"
    name: str = ""
    #: generated, not observed: shown wherever the plan is shown
    synthetic: bool = False


@dataclass(frozen=True, kw_only=True)
class ChoiceRules:
    """What a problem is reckoned with where it says nothing (`rules/shelter-choice.toml`).

    `pace_m_s`: walking speeds by pace; `night_factor` on them; `delay_s`, `night_delay_s` until people leave;
    `soft_s`: needs that may stay unmet, at this price a person [s], all others are hard; `floor_m`: height of
    the ground, first, second … upper floor over the street [m]; `endure_h`: for how long a household lasts.
    """

    comfortable: float
    crush_s: float
    assumed_capacity: float
    speed_m_s: float
    slow_m_s: float
    detour: float
    margin_s: float
    pace_m_s: Mapping[str, float] = field(default_factory=dict)
    night_factor: float = 1.0
    delay_s: float = 0.0
    night_delay_s: float = 0.0
    soft_s: Mapping[str, float] = field(default_factory=dict)
    floor_m: Sequence[float] = ()
    endure_h: float = 0.0


def read_problem(text: bytes) -> Problem:
    """Return the problem in a file. Raises `ProblemError` naming what is wrong."""
    try:
        problem = msgspec.json.decode(text, type=Problem)
    except msgspec.DecodeError as fault:
        raise ProblemError(str(fault)) from fault
    check_problem(problem)
    return problem


def check_problem(problem: Problem) -> None:
    """Raise `ProblemError` for the first id that stands twice and the first place that is nowhere."""
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


def _check_place(where: str, member: Group | Place, roads: Network | None) -> None:
    if roads is not None:
        if member.node is None or member.node >= roads.nodes:
            raise ProblemError(f"{where}: node must be one of the {roads.nodes} nodes of the roads")
    elif member.lon is None or member.lat is None:
        raise ProblemError(f"{where}: without roads, lon and lat are needed")

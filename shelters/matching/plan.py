"""A plan as it is handed out (docs/matching.md): loads, runs, what does not come and why."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """Goods of one lot for one shelter; `amount` in the item's unit."""

    depot: str
    shelter: str
    item: str
    lot: str
    amount: float
    cases: float
    pinned: bool = False


class RunStop(msgspec.Struct, frozen=True, kw_only=True):
    """A shelter on a run: `loads` are positions in the plan's loads with the cases that this truck brings."""

    shelter: str
    arrives: datetime
    kg: float
    m3: float
    loads: list[tuple[int, int]]
    #: something that it brings was due before
    late: bool = False


class TruckRun(msgspec.Struct, frozen=True, kw_only=True):
    """One truck out and back; `overtime_min` tells by how much it returns after the end of the plan."""

    depot: str
    truck_class: str
    truck: int
    departs: datetime
    returns: datetime
    km: float
    kg: float
    m3: float
    fill: float
    stops: list[RunStop]
    overtime_min: float = 0.0


class ReasonTold(msgspec.Struct, frozen=True, kw_only=True):
    """Why `amount` [item units] does not come; `roads` to open where one is cut or too narrow."""

    cause: str
    amount: float
    ja: str
    en: str
    lot: str | None = None
    roads: list[str] = []


class Unmet(msgspec.Struct, frozen=True, kw_only=True):
    """What a need lacks after the plan; `quota`: of it, people who need it free of allergens."""

    need: int
    shelter: str
    item: str
    amount: float
    of: float
    person_days: float
    quota: bool
    reasons: list[ReasonTold]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """How good the plan is: `cost` and `bound` in minutes of a truck, `gap` = (cost − bound) ÷ cost."""

    cost: float
    bound: float
    gap: float
    solver: str
    wanted_person_days: float
    unmet_person_days: float
    unmet_by_criticality: dict[int, float]
    km: float
    runs: int
    trucks: int
    kg: float
    late_stops: int
    overtime_runs: int
    #: runs that leave after the end of the plan: the depot has too few trucks for its share
    runs_after_end: int
    #: loads taken off because they would spoil before their truck comes
    taken_off: int


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a problem: a proposal; it becomes orders only when a person confirms it."""

    name: str
    synthetic: bool
    start: datetime
    hours: float
    summary: Summary
    loads: list[Load]
    runs: list[TruckRun]
    unmet: list[Unmet]
    reasons: dict[str, float]

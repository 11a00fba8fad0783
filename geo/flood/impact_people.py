"""People in water over time: by class of depth, by municipality and district, and who can no longer walk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.depth_rules import DepthRules
from geo.flood.count import count, counts, sums
from geo.flood.exposure import AGE_GROUPS, AreaName, Indices, People
from geo.flood.passing import Numbers, adult_stopped, hazard_class
from geo.flood.soundings import Soundings

#: names of the totals in the document
TOTALS: Final = (
    *("people", "households", "people_by_class", "people_total", "people_unknown", "people_ever"),
    *("households_ever", *AGE_GROUPS, "people_by_hazard", "people_hazard_unknown"),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class AreaPeople:
    """People of the areas of one kind (a,), over time (t,). Households are NaN where not known for all."""

    kind: str
    names: Sequence[AreaName]
    people: Numbers
    households: Numbers
    ever: Numbers
    unknown: Numbers
    #: earliest arrival [s] and largest depth [m] where people live
    arrival_s: Numbers
    deepest_m: Numbers


@dataclass(frozen=True, kw_only=True, eq=False)
class PeopleImpact:
    """People in water: per time (t,) and class (t, c); `ever` at any time; `unknown` not on known ground."""

    total: float
    unknown: float
    ever: float
    households_ever: float | None
    people: Numbers
    by_class: Numbers
    households: Numbers | None
    groups: dict[str, Numbers | None]
    #: people standing where an adult on foot, a child or helped person, a car cannot go on (t,)
    stopped: dict[str, Numbers]
    #: people by hazard class (t, 6) and where the speed is not known (t,); None without speeds
    by_hazard: Numbers | None
    areas: tuple[AreaPeople, ...]

    def document(self) -> dict[str, Any]:
        """Return the totals for JSON."""
        return {
            "people": counts(self.people),
            "households": None if self.households is None else counts(self.households),
            "people_by_class": [counts(row) for row in self.by_class],
            "people_total": count(self.total),
            "people_unknown": count(self.unknown),
            "people_ever": count(self.ever),
            "households_ever": None if self.households_ever is None else count(self.households_ever),
            **{name: None if (row := self.groups.get(name)) is None else counts(row) for name in AGE_GROUPS},
            "people_by_hazard": None
            if self.by_hazard is None
            else [counts(row[1:]) for row in self.by_hazard],
            "people_hazard_unknown": None if self.by_hazard is None else counts(self.by_hazard[:, 0]),
        }

    def stopped_document(self, *, speed_known: bool) -> dict[str, Any]:
        """Return for JSON how many people stand where somebody cannot go on."""
        return {"speed": speed_known, **{name: counts(row) for name, row in self.stopped.items()}}


def people_impact(people: People, points: Soundings, rules: DepthRules) -> PeopleImpact:
    """Return the impact on `people`, under whose points `points` was sounded."""
    wet = np.flatnonzero(points.wet)
    water = points.only(wet)
    persons = people.persons[wet]
    codes = np.searchsorted(
        np.array(rules.class_limits_m, water.depth_m.dtype), water.depth_m, side="right"
    )  # 0 = dry at that time
    number = len(rules.classes)
    by_class = np.zeros((len(codes), number))
    for at, row in enumerate(codes):
        by_class[at] = sums(row, persons, number + 1)[1:]
    in_water = codes > 0
    households = people.households[wet]
    return PeopleImpact(
        total=float(people.persons.sum()),
        unknown=float(people.persons[points.unknown].sum()),
        ever=float(persons.sum()),
        households_ever=None if np.isnan(households).any() else float(households.sum()),
        people=by_class.sum(axis=1),
        by_class=by_class,
        households=_known_sum(in_water, households),
        groups={name: _known_sum(in_water, values[wet]) for name, values in people.groups.items()},
        stopped=_stopped(water, persons, rules),
        by_hazard=_by_hazard(water, in_water, persons, rules),
        areas=(
            _areas("municipality", people.municipality, people.municipalities, people, points, wet, in_water),
            _areas("district", people.district, people.districts, people, points, wet, in_water),
        ),
    )


def _known_sum(in_water: NDArray[np.bool_], weights: Numbers) -> Numbers | None:
    """Return the weight in water per time (t,); None when it is not known for all who ever stand in it."""
    return None if np.isnan(weights).any() else _weigh(in_water, weights)


def _weigh(where: NDArray[np.bool_], weights: Numbers) -> Numbers:
    return np.array([weights[row].sum() for row in where], np.float64)


def _stopped(water: Soundings, persons: Numbers, rules: DepthRules) -> dict[str, Numbers]:
    limits, number = rules.limits, water.depth_m.dtype.type
    return {
        "adult_closed": _weigh(adult_stopped(water.depth_m, water.speed_m_s, limits), persons),
        "assisted_closed": _weigh(water.depth_m >= number(limits.assisted_m), persons),
        "car_closed": _weigh(water.depth_m >= number(limits.car_m), persons),
    }


def _by_hazard(
    water: Soundings, in_water: NDArray[np.bool_], persons: Numbers, rules: DepthRules
) -> Numbers | None:
    if water.speed_m_s is None:
        return None
    classes = len(rules.hazards) + 1
    counted = np.zeros((len(in_water), classes))
    for row, (depth, speed, wet) in enumerate(zip(water.depth_m, water.speed_m_s, in_water, strict=True)):
        found = hazard_class(depth[wet], speed[wet], rules.hazards).astype(np.int64)
        counted[row] = sums(found + 1, persons[wet], classes)
    return counted


def _areas(
    kind: str,
    index: Indices,
    names: Sequence[AreaName],
    people: People,
    points: Soundings,
    wet: Indices,
    in_water: NDArray[np.bool_],
) -> AreaPeople:
    """Sum by area; the points of no area are a last one without a name."""
    areas = len(names) + 1
    place = np.where(index < 0, len(names), index)
    there, persons = place[wet], people.persons[wet]
    households = people.households[wet]
    arrival, deepest = np.full(areas, np.inf), np.zeros(areas)
    np.fmin.at(arrival, there, points.arrival_s[wet])
    np.maximum.at(deepest, there, points.peak_m[wet].astype(np.float64))
    return AreaPeople(
        kind=kind,
        names=[*names, AreaName(None, None)],
        people=_by_area(in_water, there, persons, areas),
        households=_by_area(in_water, there, households, areas),
        ever=sums(there, persons, areas),
        unknown=sums(place[points.unknown], people.persons[points.unknown], areas),
        arrival_s=np.where(np.isinf(arrival), np.nan, arrival),
        deepest_m=deepest,
    )


def _by_area(in_water: NDArray[np.bool_], there: Indices, weights: Numbers, areas: int) -> Numbers:
    """Return weights in water (t, areas), NaN where some weight of an area's wet points is not known."""
    known = np.nan_to_num(weights)
    totals = np.zeros((len(in_water), areas))
    for row, wet in enumerate(in_water):
        totals[row] = sums(there[wet], known[wet], areas)
    totals[:, np.unique(there[np.isnan(weights)])] = np.nan
    return totals

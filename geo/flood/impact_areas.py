"""The impact by municipality and district: people over time, ground under water, earliest arrival."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.flood.count import count, counts, depth, second
from geo.flood.exposure import AreaName, Exposure
from geo.flood.impact_people import AreaPeople, PeopleImpact
from geo.flood.passing import Depths, Numbers


@dataclass(frozen=True, kw_only=True, eq=False)
class AreaImpact:
    """One municipality or district.

    People are None where no population is known, areas [km²] NaN where the ground was not looked at;
    `arrival_s` and `deepest_m` are those of the ground, without it those of the people's places.
    """

    kind: str
    name: AreaName
    people: Numbers | None
    households: Numbers | None
    people_ever: float | None
    people_unknown: float | None
    arrival_s: float
    deepest_m: float
    wet_km2: float
    #: ground within the raster whose depth is not known
    unknown_km2: float

    def document(self) -> dict[str, Any]:
        """Return it for JSON."""
        people = self.people
        return {
            "code": self.name.code,
            "name": self.name.name,
            "kind": self.kind,
            "people": None if people is None else counts(people),
            "households": None
            if self.households is None or np.isnan(self.households).any()
            else counts(self.households),
            "people_peak": None if people is None else count(float(people.max(initial=0.0))),
            "people_ever": None if self.people_ever is None else count(self.people_ever),
            "people_unknown": None if self.people_unknown is None else count(self.people_unknown),
            "arrival_s": second(self.arrival_s),
            "deepest_m": depth(self.deepest_m),
            "wet_km2": count(self.wet_km2),
            "unknown_km2": count(self.unknown_km2),
        }


def area_impacts(
    exposure: Exposure, people: PeopleImpact | None, arrival_s: Depths, peak_m: Depths, flooded_m: float
) -> list[AreaImpact]:
    """Return the areas where ground or people are in water, or people are on unknown ground.

    Municipalities come first, each kind in the order of arrival.
    """
    found: dict[tuple[str, AreaName], AreaImpact] = {}
    for areas in () if people is None else people.areas:
        found |= {(areas.kind, name): _of_people(areas, index) for index, name in enumerate(areas.names)}
    for impact in _of_ground(exposure, arrival_s, peak_m, flooded_m):
        key = ("municipality", impact.name)
        found[key] = _joined(found[key], impact) if key in found else impact
    told = [impact for impact in found.values() if _counts(impact)]
    return sorted(told, key=_order)


def _counts(impact: AreaImpact) -> bool:
    # a district has no name where nobody gave one: its people are in the municipality's row
    if impact.kind == "district" and impact.name.name is None:
        return False
    return bool(impact.wet_km2 > 0 or impact.people_ever or impact.people_unknown)


def _order(impact: AreaImpact) -> tuple[bool, float, str, str]:
    arrival = np.inf if np.isnan(impact.arrival_s) else impact.arrival_s
    return impact.kind == "district", arrival, impact.name.code or "~", impact.name.name or "~"


def _of_people(areas: AreaPeople, index: int) -> AreaImpact:
    return AreaImpact(
        kind=areas.kind,
        name=areas.names[index],
        people=areas.people[:, index],
        households=areas.households[:, index],
        people_ever=float(areas.ever[index]),
        people_unknown=float(areas.unknown[index]),
        arrival_s=float(areas.arrival_s[index]),
        deepest_m=float(areas.deepest_m[index]),
        wet_km2=np.nan,
        unknown_km2=np.nan,
    )


def _of_ground(exposure: Exposure, arrival_s: Depths, peak_m: Depths, flooded_m: float) -> list[AreaImpact]:
    if exposure.areas is None:
        return []
    number = len(exposure.areas.names)
    labels = exposure.areas.labels.reshape(-1).astype(np.int64)
    named = labels >= 0
    peak = peak_m.reshape(-1)
    unknown = np.bincount(labels[np.isnan(peak) & named], minlength=number)
    wet = np.flatnonzero((peak >= peak.dtype.type(flooded_m)) & named)
    area = np.bincount(labels[wet], minlength=number)
    arrival, deepest = _extremes(labels[wet], arrival_s.reshape(-1)[wet], peak[wet], number)
    km2 = exposure.cell_m2 / 1e6
    return [
        AreaImpact(
            kind="municipality",
            name=name,
            people=None,
            households=None,
            people_ever=None,
            people_unknown=None,
            arrival_s=float(arrival[index]),
            deepest_m=float(deepest[index]),
            wet_km2=float(area[index] * km2),
            unknown_km2=float(unknown[index] * km2),
        )
        for index, name in enumerate(exposure.areas.names)
    ]


def _extremes(
    labels: NDArray[np.int64], arrival_s: Depths, peak_m: Depths, number: int
) -> tuple[Numbers, Numbers]:
    """Return the earliest arrival and the largest depth by label."""
    arrival, deepest = np.full(number, np.inf), np.zeros(number)
    np.fmin.at(arrival, labels, arrival_s.astype(np.float64))
    np.maximum.at(deepest, labels, peak_m.astype(np.float64))
    return np.where(np.isinf(arrival), np.nan, arrival), deepest


def _joined(people: AreaImpact, ground: AreaImpact) -> AreaImpact:
    return replace(
        people,
        arrival_s=float(np.fmin(people.arrival_s, ground.arrival_s)),
        deepest_m=max(people.deepest_m, ground.deepest_m),
        wet_km2=ground.wet_km2,
        unknown_km2=ground.unknown_km2,
    )

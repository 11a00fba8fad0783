"""Where else to go when a shelter would be crushed: from the plan for the people of each municipality. Pure.

A proposal of the system for a free choice, not an order. Suggested is only what staff said is open and what
is designated for floods; a shelter that nobody reported on is neither filled nor suggested.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from alerts.public.picture import SILENT, Content, Known, shelter
from alerts.shelter_choice.arrival import Floats, straight_s
from alerts.shelter_choice.choice import NOWHERE, Case
from alerts.shelter_choice.problem import ChoiceRules
from alerts.shelter_choice.suggest import suggest_others

Row = Mapping[str, Any]

HAZARD: Final = "flood"


@dataclass(frozen=True, kw_only=True)
class Suggestions:
    """Expected persons by shelter, and the better choice of those that would be crushed."""

    expected: Mapping[str, float] = field(default_factory=dict)
    suggested: Mapping[str, str] = field(default_factory=dict)


def open_shelters(known: Known) -> dict[str, list[Content]]:
    """Return by municipality what staff said is open and can be reached, and who has not fallen silent."""
    found: dict[str, list[Content]] = {}
    for row in known.places:
        status = known.statuses.get(row["id"])
        if row["area"] is None or status is None:
            continue
        told = shelter(row, known)
        if told["open"] == "open" and not told["cut_off"] and told["silence"] not in SILENT:
            found.setdefault(row["area"], []).append(told)
    return found


def suggest(
    shelters: Mapping[str, Sequence[Content]],
    districts: Iterable[Row],
    rules: ChoiceRules,
    *,
    share: float,
) -> Suggestions:
    """Return suggestions for all municipalities.

    `districts` have `area`, `lon`, `lat`, `persons`; `share` of them go to shelters.
    """
    homes: dict[str, list[Row]] = {}
    for row in districts:
        if row["lon"] is not None and row["persons"]:
            homes.setdefault(row["area"], []).append(row)
    expected: dict[str, float] = {}
    suggested: dict[str, str] = {}
    for area, places in shelters.items():
        case = _case(places, homes.get(area, []), rules, share)
        found = suggest_others(case, _on_s(places, rules), fit=_fit(places), full=_full(places))
        # Where nobody counted who is there, what is expected is not known either.
        expected |= {
            place["id"]: float(load)
            for place, load in zip(places, found.load, strict=True)
            if place["people"] is not None
        }
        suggested |= {
            places[int(at)]["id"]: places[int(found.other[at])]["id"]
            for at in np.flatnonzero(found.other != NOWHERE)
        }
    return Suggestions(expected=expected, suggested=suggested)


def _case(places: Sequence[Content], homes: Sequence[Row], rules: ChoiceRules, share: float) -> Case:
    present = np.array([float((place["people"] or 0) + place["reserved"]) for place in places])
    total = sum(row["persons"] for row in homes) * share
    # Who is there already is among those who go.
    left = max(total - present.sum(), 0.0) / total if total > 0 else 0.0
    homes = [row for row in homes if row["persons"] * share * left >= 1]
    where = np.array([(row["lon"], row["lat"]) for row in homes], dtype=np.float64).reshape(-1, 2)
    travel_s = straight_s(
        where,
        _positions(places),
        np.full(len(homes), rules.speed_m_s),
        np.zeros(len(homes)),
        rules.detour,
    )
    return Case(
        persons=np.array([row["persons"] * share * left for row in homes], dtype=np.float64),
        travel_s=travel_s,
        capacity=np.array([float(place["capacity"] or rules.assumed_capacity) for place in places]),
        present=present,
        comfortable=rules.comfortable,
        crush_s=rules.crush_s,
    )


def _positions(places: Sequence[Content]) -> Floats:
    return np.array([(place["lon"], place["lat"]) for place in places], dtype=np.float64).reshape(-1, 2)


def _on_s(places: Sequence[Content], rules: ChoiceRules) -> Floats:
    """Return the way on foot from each shelter to each [s]."""
    where, count = _positions(places), len(places)
    return straight_s(where, where, np.full(count, rules.speed_m_s), np.zeros(count), rules.detour)


def _fit(places: Sequence[Content]) -> NDArray[np.bool_]:
    return np.array([HAZARD in (place["hazards"] or ()) for place in places], dtype=bool)


def _full(places: Sequence[Content]) -> NDArray[np.bool_]:
    return np.array([place["congestion"] == "full" for place in places], dtype=bool)

"""Where else to go when a shelter would be crushed: from the plan for the people of each municipality. Pure.

A proposal of the system for a free choice, not an order. Suggested is only what staff said is open and what
is designated for floods; a shelter that nobody reported on is neither filled nor suggested.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from alerts.public.picture import SILENT, Content, Known, shelter
from alerts.shelter_choice.arrival import Floats, straight_s
from alerts.shelter_choice.choice import Case, choose
from alerts.shelter_choice.problem import ChoiceRules

Row = Mapping[str, Any]

HAZARD: Final = "flood"
#: another shelter must save at least this to be suggested [s]: nobody is sent about for a minute
LEAST_SAVED_S: Final = 300.0


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
    group_persons: float,
) -> Suggestions:
    """Return suggestions for all municipalities.

    `districts` have `area`, `lon`, `lat`, `persons`; `share` of them go to shelters, in groups of at most
    `group_persons`.
    """
    homes: dict[str, list[Row]] = {}
    for row in districts:
        if row["lon"] is not None and row["persons"]:
            homes.setdefault(row["area"], []).append(row)
    expected: dict[str, float] = {}
    suggested: dict[str, str] = {}
    for area, places in shelters.items():
        case = _case(places, homes.get(area, []), rules, share, group_persons)
        found = choose(case)
        # Where nobody counted who is there, what is expected is not known either.
        expected |= {
            place["id"]: float(load)
            for place, load in zip(places, found.load, strict=True)
            if place["people"] is not None
        }
        suggested |= _better(places, found.price_s, rules)
    return Suggestions(expected=expected, suggested=suggested)


def _case(
    places: Sequence[Content], homes: Sequence[Row], rules: ChoiceRules, share: float, group_persons: float
) -> Case:
    present = np.array([float((place["people"] or 0) + place["reserved"]) for place in places])
    total = sum(row["persons"] for row in homes) * share
    # Who is there already is among those who go.
    left = max(total - present.sum(), 0.0) / total if total > 0 else 0.0
    groups = [group for row in homes for group in _groups(row, share * left, group_persons)]
    where = np.array([(lon, lat) for lon, lat, _ in groups]).reshape(-1, 2)
    travel_s = straight_s(
        where,
        _positions(places),
        np.full(len(groups), rules.speed_m_s),
        np.zeros(len(groups)),
        rules.detour,
    )
    return Case(
        persons=np.array([persons for _, _, persons in groups]),
        travel_s=travel_s,
        capacity=np.array([float(place["capacity"] or rules.assumed_capacity) for place in places]),
        present=present,
        comfortable=rules.comfortable,
        crush_s=rules.crush_s,
    )


def _groups(row: Row, share: float, most: float) -> list[tuple[float, float, float]]:
    persons = row["persons"] * share
    if persons < 1:
        return []
    parts = max(int(np.ceil(persons / most)), 1)
    return [(row["lon"], row["lat"], persons / parts)] * parts


def _positions(places: Sequence[Content]) -> Floats:
    return np.array([(place["lon"], place["lat"]) for place in places], dtype=np.float64).reshape(-1, 2)


def _better(places: Sequence[Content], price_s: Floats, rules: ChoiceRules) -> dict[str, str]:
    """Return for each shelter with a price the one that is worth the way on."""
    where, count = _positions(places), len(places)
    on_s = straight_s(where, where, np.full(count, rules.speed_m_s), np.zeros(count), rules.detour)
    total_s = on_s + price_s
    fit = [HAZARD in (place["hazards"] or ()) and place["congestion"] != "full" for place in places]
    total_s[:, ~np.array(fit, dtype=bool)] = np.inf
    np.fill_diagonal(total_s, np.inf)
    best = np.argmin(total_s, axis=1)
    saved_s = price_s - total_s[np.arange(count), best]
    # A shelter that staff called full is left for any that fits.
    full = np.array([place["congestion"] == "full" for place in places])
    has_room = price_s[best] < rules.crush_s * (1 - rules.comfortable)
    reached = np.isfinite(total_s[np.arange(count), best])
    worth = reached & ((saved_s >= LEAST_SAVED_S) | (full & has_room))
    return {places[int(j)]["id"]: places[int(best[j])]["id"] for j in np.flatnonzero(worth)}

"""What proposals are computed from, read from the database: the ground (kept), and how things stand now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from alerts.order_event import short_name
from alerts.proposal_rules import Travel
from alerts.proposal_store import Cursor
from alerts.proposal_time import share_within, ways_m
from geo.exposure.ages import group_sum
from geo.queries import load

Row = Mapping[str, Any]
Floats = NDArray[np.float64]

_SQL = load("alerts", "proposal.sql")
#: the hazard that an evacuation site is designated for, by the hazard of a proposal
SITE_HAZARDS: Final = {
    "flood": "flood",
    "landslide": "landslide",
    "surge": "storm_surge",
    "inland": "inland_flood",
}
_ELDERLY: Final = 65


@dataclass(frozen=True, kw_only=True)
class Place:
    """A small area: a municipality or a district, and who is there; None = not known."""

    kind: str
    #: five digits, or `{municipality}.{district}`
    id: str
    name: str
    municipality: str
    municipality_name: str
    lon: float
    lat: float
    people: float | None
    households: float | None
    elderly: float | None
    synthetic: bool
    facilities: tuple[tuple[str, int], ...]
    #: how far `Travel.share` of its people have to go, by hazard [m]; without an entry not known
    ways_m: Mapping[str, float]

    @property
    def key(self) -> str:
        """Kind and id."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How things stand: rows of the statements in `sql/proposal.sql`."""

    gauges: Sequence[Row]
    warnings: Sequence[Row]
    bindings: Sequence[Row]
    orders: Sequence[Row]
    flooded: Sequence[Row]


def read_standing(cursor: Cursor, incident_id: int) -> Standing:
    """Read how things stand."""
    names = ("gauges", "warnings", "bindings", "orders", "flooded")
    rows = {name: cursor.execute(_SQL[name], {"incident": incident_id}).fetchall() for name in names}
    return Standing(**rows)


def read_skill(cursor: Cursor, gauges: Sequence[str]) -> dict[str, Any]:
    """Return the past skill of the forecasts of gauges, and over all (`*`), by subject."""
    cursor.execute(_SQL["skill"], {"subjects": [*gauges, "*"]})
    return {row["subject"]: row["document"] for row in cursor.fetchall()}


def read_places(cursor: Cursor, travel: Travel) -> dict[str, Place]:
    """Read all municipalities, and all districts whose people are known, by `Place.key`."""
    areas = cursor.execute(_SQL["areas"]).fetchall()
    people = cursor.execute(_SQL["people"]).fetchall()
    refuges = cursor.execute(_SQL["refuges"]).fetchall()
    facilities: dict[str, list[tuple[str, int]]] = {}
    for row in cursor.execute(_SQL["facilities"]):
        facilities.setdefault(row["area_code"], []).append((row["kind"], row["count"]))
    ways = _ways(people, refuges, travel)
    towns: dict[str, list[int]] = {}
    districts: dict[tuple[str, str], list[int]] = {}
    for at, row in enumerate(people):
        towns.setdefault(row["area_code"], []).append(at)
        if row["district"]:
            districts.setdefault((row["area_code"], row["district"]), []).append(at)
    places = {}
    for area in areas:
        code, name = area["code"], short_name(area["name"], area["code"])
        common = {"municipality": code, "municipality_name": name}
        told = _told(towns.get(code, []), people, ways, travel)
        kinds = tuple(facilities.get(code, ()))
        place = Place(
            kind="municipality", id=code, name=name, lon=area["lon"], lat=area["lat"], facilities=kinds,
            **common, **told,
        )  # fmt: skip
        places[place.key] = place
    for (code, district), members in districts.items():
        town = places.get(f"municipality:{code}")
        if town is None:
            continue
        lon, lat = (float(np.mean([people[at][name] for at in members])) for name in ("lon", "lat"))
        place = Place(
            kind="district", id=f"{code}.{district}", name=f"{town.name} {district}", lon=lon, lat=lat,
            municipality=code, municipality_name=town.name, facilities=(),
            **_told(members, people, ways, travel),
        )  # fmt: skip
        places[place.key] = place
    return places


def _ways(people: Sequence[Row], refuges: Sequence[Row], travel: Travel) -> dict[str, Floats]:
    """Return how far each of `people` is from the nearest refuge, by hazard; without refuges no entry."""
    found = {}
    lon, lat = (np.array([row[name] for row in people], dtype=float) for name in ("lon", "lat"))
    for hazard, designated in SITE_HAZARDS.items():
        sites = [row for row in refuges if designated in row["hazards"]]
        if sites and len(people):
            to_lon, to_lat = (np.array([row[name] for row in sites]) for name in ("lon", "lat"))
            found[hazard] = ways_m(lon, lat, to_lon, to_lat, travel.detour)
    return found


def _told(
    members: Sequence[int], people: Sequence[Row], ways: Mapping[str, Floats], travel: Travel
) -> dict[str, Any]:
    """Return the figures of the people at `members`; None where nothing is known of them."""
    rows = [people[at] for at in members]
    persons = np.array([row["persons"] for row in rows], dtype=float)
    way = {hazard: share_within(way_m[members], persons, travel.share) for hazard, way_m in ways.items()}
    return {
        "people": float(persons.sum()) if rows else None,
        "households": _whole([row["households"] for row in rows]),
        "elderly": _whole([_elderly(row["ages"]) for row in rows]),
        "synthetic": any(row["synthetic"] for row in rows),
        "ways_m": {hazard: metres for hazard, metres in way.items() if not np.isnan(metres)},
    }


def _elderly(ages: Mapping[str, float] | None) -> float | None:
    found = group_sum(ages, _ELDERLY, None)
    return None if np.isnan(found) else found


def _whole(values: Sequence[float | None]) -> float | None:
    """Return the sum where every value is known."""
    known = [value for value in values if value is not None]
    return float(sum(known)) if values and len(known) == len(values) else None

"""What a city publishes about its people and facilities, as files of a scenario (高松市, CC BY 4.0)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from geo.facility_kinds import kind_of

#: file of the population, and its columns that are kept
POPULATION: Final = "population_by_district_202602.csv"
AGE_COLUMNS: Final = tuple(f"{sex}{band}" for band in range(1, 19) for sex in ("man", "woman"))
PEOPLE_COLUMNS: Final = (
    *("#property", "prefCode", "prefName", "cityName", "surveyDate", "regionName", "totalPopulation"),
    *AGE_COLUMNS,
    *("numberOfHouseholds", "location"),
)
FACILITY_COLUMNS: Final = (
    *("id", "kind", "name", "address", "area_code", "lon", "lat", "capacity", "category"),
)
#: files of facilities, with the kind of those whose rows do not tell it
FACILITY_FILES: Final[Mapping[str, str | None]] = {
    "hospital": None,
    "elderly_welfare_facility": "care_home",
    "nursing_home": "care_home",
    "group_home": "care_home",
    "disabled_welfare_facility": "disabled_care",
    "primary_school": "school",
    "middle_school": "school",
    "high_school": "school",
    "nursery_school": "nursery",
    "fire_station": "fire_station",
}
AREA_CODE: Final = "37201"
#: digits kept of a coordinate [degrees]: a tenth of a metre
DIGITS: Final = 6


def people(city: Path) -> list[dict[str, str]]:
    """Return the rows of `people.csv`: the city's districts with age, households and their point."""
    with (city / POPULATION).open(encoding="utf-8-sig", newline="") as file:
        return [{name: row[name] for name in PEOPLE_COLUMNS} for row in csv.DictReader(file)]


def facilities(city: Path) -> list[dict[str, Any]]:
    """Return the rows of `facilities.csv`, those of one file together."""
    rows: list[dict[str, Any]] = []
    for name, kind in FACILITY_FILES.items():
        collection = json.loads((city / f"{name}.geojson").read_text(encoding="utf-8"))
        rows += facility_rows(collection["features"], name, kind)
    return rows


def facility_rows(features: Iterable[Mapping[str, Any]], file: str, kind: str | None) -> list[dict[str, Any]]:
    """Return one row for each feature of a file; `kind` None = the feature's own category tells.

    Raises `ValueError` for a category that is not known.
    """
    rows = []
    for number, feature in enumerate(features, 1):
        facts = feature["properties"]
        category = facts.get("service") or facts.get("certifiedType") or facts.get("alternativeName") or ""
        found = kind or kind_of(category)
        if found is None:
            raise ValueError(f"{file}, feature {number}: what is {category!r}?")
        lon, lat = feature["geometry"]["coordinates"][:2]
        rows.append(
            {
                "id": f"{file}-{number}",
                "kind": found,
                "name": " ".join(facts["name"].split()),
                "address": facts["address"],
                "area_code": AREA_CODE,
                "lon": round(lon, DIGITS),
                "lat": round(lat, DIGITS),
                "capacity": facts.get("capacity") or facts.get("numberOfBeds"),
                "category": " ".join(category.split()),
            }
        )
    return rows

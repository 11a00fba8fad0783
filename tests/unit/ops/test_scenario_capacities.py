"""Capacities of a city's evacuation spaces, given to the shelters they belong to."""

from __future__ import annotations

import csv
import gzip
import io
from typing import Any

from ops.scenario import FOLDER
from ops.scenarios.capacities import COLUMN, match, plain_name

SHELTERS: list[dict[str, Any]] = [
    {"施設・場所名": "高松市立中央小学校", "緯度": 34.30, "経度": 134.05},
    {"施設・場所名": "東中学校", "緯度": 34.31, "経度": 134.06},
    {"施設・場所名": "東中学校", "緯度": 34.3101, "経度": 134.0601},
]


def space(name: str, capacity: str = "238", lat: float = 34.30, lon: float = 134.05) -> dict[str, Any]:
    return {"name": name, "address": "番町1", "capacity": capacity, "latitude": lat, "longitude": lon}


def test_name_and_place_must_agree() -> None:
    rows, unmatched = match(SHELTERS, [space("中央 小学校")])
    assert [row[COLUMN] for row in rows] == ["238", "", ""]
    assert unmatched == []
    assert all(COLUMN not in shelter for shelter in SHELTERS), "the input stays as it was"


def test_what_fits_none_is_named_with_the_reason() -> None:
    spaces = [
        space("中央小学校", lat=34.32),
        space("どこか"),
        space("東中学校", lat=34.31, lon=134.06),
        space("中央小学校", capacity=""),
        space("中央小学校"),
        space("中央小学校", capacity="99"),
    ]
    rows, unmatched = match(SHELTERS, spaces)
    assert [(one["name"], one["reason"]) for one in unmatched] == [
        ("中央小学校", "0 shelters of this name within 500 m"),
        ("どこか", "no shelter of this name"),
        ("東中学校", "2 shelters of this name within 500 m"),
        ("中央小学校", "no capacity is given"),
        ("中央小学校", "another space of this name gave its capacity already"),
    ]
    assert rows[0][COLUMN] == "238"


def test_names_are_compared_without_width_blanks_and_owner() -> None:
    assert plain_name("高松市立　中央小学校（体育館）") == plain_name("中央小学校(体育館)")


def test_every_space_of_the_scenario_is_accounted_for() -> None:
    folder = FOLDER / "shikoku-2026-06"
    shelters = list(
        csv.DictReader(io.StringIO(gzip.decompress((folder / "shelters.csv.gz").read_bytes()).decode()))
    )
    with (folder / "capacity-unmatched.csv").open(encoding="utf-8", newline="") as file:
        unmatched = list(csv.DictReader(file))
    given = [row for row in shelters if row[COLUMN]]
    assert len(given) + len(unmatched) == 195
    assert len(given) > 140
    assert all(row["都道府県名及び市町村名"] == "香川県高松市" for row in given)

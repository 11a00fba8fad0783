"""Places on a real PostGIS: the same file again changes nothing, a changed row is updated, no row is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg
import pytest
from shapely.geometry import MultiPolygon, box

from geo.area import Municipality, Stored, store_areas
from geo.engine import connect
from shelters.designated import Refuge
from shelters.register import Registered, register

SITE = Refuge(
    kind="site",
    id="E3620100002201",
    name="川内北小学校",
    kana=None,
    address="徳島県徳島市川内町",
    area_code="36201",
    lon=134.58,
    lat=34.1,
    hazards=("flood", "tsunami"),
    also_other_kind=True,
    accepts=None,
    welfare=False,
    capacity=810,
    elevation_m=None,
    notes="2階以上",
    raw={"共通ID": "E3620100002201", "想定収容人数": "810人（2平方メートルあたり1人）"},
)
SHELTER = replace(SITE, kind="shelter", id="E3620100004121", hazards=(), accepts="要配慮者", welfare=True)


@pytest.fixture
def database(database_url: str) -> Any:
    with connect(database_url, autocommit=True) as connection:
        yield connection


def test_sites_are_written_by_id_and_again_changes_nothing(database: psycopg.Connection) -> None:
    sites = [SITE, replace(SITE, id="36201:0001", hazards=(), capacity=None)]
    assert register(database, "site", sites, source="国土地理院") == Registered(2, 0, 0)
    assert register(database, "site", sites, source="国土地理院") == Registered(0, 0, 2)
    row = database.execute(
        "SELECT name, area_code, ST_X(geom), ST_Y(geom), ST_SRID(geom), hazards, also_shelter, capacity,"
        " notes, source, raw FROM evacuation_site WHERE id = %s",
        (SITE.id,),
    ).fetchone()
    assert row == (
        *("川内北小学校", "36201", 134.58, 34.1, 4326, ["flood", "tsunami"], True, 810, "2階以上"),
        *("国土地理院", SITE.raw),
    )


def test_a_changed_row_is_updated_and_others_stay(database: psycopg.Connection) -> None:
    register(database, "site", [SITE], source="a")
    changed = replace(SITE, hazards=("earthquake",), lon=134.59)
    other = replace(SITE, id="36202:0001")
    assert register(database, "site", [changed, other], source="a") == Registered(1, 1, 0)
    assert register(database, "site", [other], source="a") == Registered(0, 0, 1)
    rows = database.execute("SELECT id, hazards, ST_X(geom) FROM evacuation_site ORDER BY id").fetchall()
    assert rows == [
        ("36202:0001", ["flood", "tsunami"], 134.58),
        (SITE.id, ["earthquake"], 134.59),
    ]


def test_shelters_stand_in_a_table_of_their_own(database: psycopg.Connection) -> None:
    assert register(database, "shelter", [SHELTER], source="a") == Registered(1, 0, 0)
    assert register(database, "shelter", [SHELTER], source="a") == Registered(0, 0, 1)
    row = database.execute("SELECT accepts, welfare, also_site FROM shelter").fetchone()
    assert row == ("要配慮者", True, True)
    with pytest.raises(ValueError, match="is a shelter, not a site"):
        register(database, "site", [SITE, SHELTER], source="a")
    assert database.execute("SELECT count(*) FROM evacuation_site").fetchone() == (0,)


def test_areas_are_written_by_code(database: psycopg.Connection) -> None:
    ground = MultiPolygon([box(134.5, 34, 134.6, 34.1)])
    areas = [Municipality("36201", "徳島県徳島市", ground), Municipality("36202", "徳島県鳴門市", ground)]
    assert store_areas(database, areas, source="N03") == Stored(2, 0, 0)
    moved = [areas[0], replace(areas[1], ground=MultiPolygon([box(134.6, 34.1, 134.7, 34.2)]))]
    assert store_areas(database, moved, source="N03") == Stored(0, 1, 1)
    inside = database.execute(
        "SELECT code FROM area WHERE ST_Covers(geom, ST_SetSRID(ST_MakePoint(134.65, 34.15), 4326))"
    ).fetchall()
    assert inside == [("36202",)]

"""The open data of Yaizu, whole: every file goes in, and its emergency roads are a network."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import psycopg
from psycopg.rows import dict_row
from rich.console import Console

import ops
from geo.engine import connect
from geo.incident import open_incident
from geo.roads.network import Closure, RoadNet
from geo.roads.reading import read_road_net
from ops.depots import import_depots
from ops.exposures import import_facilities, import_roads
from ops.places import import_places
from shelters.matching.problem import FORMAT, Depot, Problem, Shelter
from shelters.matching.settings import read_settings
from shelters.matching.travel import journeys
from shelters.matching_rules import matching_defaults
from shelters.rulebook import read_rules
from shelters.supply_ways import great_circle_m, places_of, ways

FOLDER = Path(ops.__file__).parent / "scenarios" / "yaizu-city"
ROADS = [FOLDER / f"roads-{name}.geojson" for name in ("first", "second", "third")]
WALL = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_every_file_goes_in_and_trucks_can_drive(database_url: str) -> None:
    console = Console(file=io.StringIO())
    (shelters,) = import_places(
        database_url, [FOLDER / "shelters.geojson"], console=console, kind="shelter", source="焼津市"
    )
    (sites,) = import_places(
        database_url, [FOLDER / "sites.geojson"], console=console, kind="site", source="焼津市"
    )
    facilities = [
        *import_facilities(
            database_url, [FOLDER / "facilities.geojson.gz"], kind=None, source="焼津市", console=console
        ),
        *import_facilities(
            database_url, [FOLDER / "underpasses.geojson"], kind="underpass", source="焼津市", console=console
        ),
        *import_facilities(
            database_url, [FOLDER / "heliports.geojson"], kind="heliport", source="焼津市", console=console
        ),
    ]
    roads = import_roads(database_url, ROADS, name_column=None, source="焼津市", console=console)
    assert len(shelters.file.refuges) == 56
    assert len(sites.file.refuges) == 31
    assert [result.rows - result.rejected for result in facilities] == [277, 48, 12]
    assert sum(result.rows - result.rejected for result in roads) >= 90
    with connect(database_url, autocommit=True) as connection:
        incident = open_incident(connection, slug="y", name="焼津", kind="drill", opened_at=WALL)
        count = import_depots(
            database_url,
            [FOLDER / "depots.geojson"],
            source="焼津市",
            stocked_persons=500,
            seed=1,
            wall=WALL,
            console=console,
        )
        assert count == 5
        lots = connection.execute("SELECT count(*), bool_and(note LIKE '合成%') FROM depot_lot").fetchone()
        assert lots is not None
        assert lots[0] >= 5 * 10
        assert lots[1]
        assert connection.execute("SELECT bool_and(synthetic) FROM depot").fetchone() == (True,)
        kept = "SELECT (SELECT count(*) FROM facility), (SELECT count(*) FROM road)"
        # Files of one source whose rows have the same numbers do not overwrite each other.
        assert connection.execute(kept).fetchone() == (277 + 48 + 12, 31 + 23 + 40)
        check_net(connection, incident.id)


def check_net(connection: psycopg.Connection[tuple[object, ...]], incident: int) -> None:
    """The roads are one large net and a few small ones; closing one stretch closes a short piece."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        places = cursor.execute(
            "SELECT ST_X(geom) AS lon, ST_Y(geom) AS lat FROM shelter UNION ALL"
            " SELECT ST_X(geom), ST_Y(geom) FROM depot"
        ).fetchall()
        at = [(row["lon"], row["lat"]) for row in places]
        net = read_road_net(cursor, incident, at, [])
        assert net is not None
        assert net.net_m[0] / sum(net.net_m) > 0.5
        assert net.flood is None
        middle = net.nodes[net.start[len(net.start) // 2]]
        cut = read_road_net(cursor, incident, at, [Closure(label="冠水", lon=middle[0], lat=middle[1])])
    assert cut is not None
    closed = [length for length, by in zip(cut.length_m, cut.closed_by, strict=True) if by is not None]
    assert 0 < sum(closed) < 1500
    check_ways(connection, net)


def check_ways(connection: psycopg.Connection[tuple[object, ...]], net: RoadNet) -> None:
    """Every store reaches every shelter over roads; with all of them closed no straight line stands in."""
    rows = connection.execute("SELECT id, ST_X(geom), ST_Y(geom) FROM shelter ORDER BY id").fetchall()
    stores = connection.execute("SELECT id, ST_X(geom), ST_Y(geom) FROM depot ORDER BY id").fetchall()
    depots = [Depot(id=id_, handling_kg_h=1, trucks=[], lon=lon, lat=lat) for id_, lon, lat in stores]
    shelters = [Shelter(id=id_, truck_class="2t", lon=lon, lat=lat) for id_, lon, lat in rows]
    rules = read_rules("supply-plan")["travel"]
    settings = read_settings(matching_defaults(), {})
    found = {}
    for name, state in (("open", net), ("cut", replace(net, closed_by=["冠水"] * len(net.start)))):
        driven = ways(state, depots, shelters, rules, WALL + timedelta(hours=12))
        assert (driven.told["basis"], driven.told["estimated_pairs"]) == ("roads", 0)
        problem = Problem(
            format=FORMAT, start=WALL, hours=12, items=[], depots=driven.depots, shelters=driven.shelters,
            lots=[], needs=[], roads=driven.roads,
        )  # fmt: skip
        found[name] = journeys(problem, settings)
    km = found["open"].km
    assert np.isfinite(km).all()
    assert 5 < km.max() < 40
    straight = great_circle_m(places_of(depots), places_of(shelters)) / 1000
    assert (km[0] >= straight * 0.98).all()
    assert np.isfinite(found["cut"].km).mean() < 0.05

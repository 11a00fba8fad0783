"""The open data of Yaizu, whole: every file goes in, and its emergency roads are a network."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg.rows import dict_row
from rich.console import Console

import ops
from geo.engine import connect
from geo.incident import open_incident
from geo.roads.network import Closure
from geo.roads.reading import read_road_net
from ops.depots import import_depots
from ops.exposures import import_facilities, import_roads
from ops.places import import_places

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

"""The watch over the air on a real database: losses, nearness, airspaces; and a process that starts anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from geo import heartbeat
from geo.engine import connect
from geo.heartbeat import Sign
from geo.incident import Incident, open_incident
from ingest.air_near import NearnessDuty
from ingest.air_spaces import AirspaceDuty
from ingest.air_watch import ContactDuty
from ops.servers.postgres import DATABASE, PrivatePostgres

START = datetime(2026, 6, 2, 14, tzinfo=UTC)
AREA = """
INSERT INTO area (code, name, geom, source) VALUES
 ('36201', '徳島市', ST_Multi(ST_MakeEnvelope(134.4, 33.9, 134.6, 34.1, 4326)), 'test')
"""
VEHICLE = """
INSERT INTO vehicle (id, source, source_id, kind, callsign, registered)
VALUES (%(id)s, 'own', %(id)s, %(kind)s, %(callsign)s, true) ON CONFLICT DO NOTHING
"""
STATE = """
INSERT INTO vehicle_state (incident_id, vehicle_id, version, geom, observed_at, received_at, altitudes,
    height_tp_m, ground_speed_m_s, course_deg, climb_m_s, trust, flag, reasons, contact_since, interval_s,
    trail, memory, goodbye, on_ground)
VALUES (%(incident)s, %(id)s, 1, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), %(at)s, %(at)s, '[]',
    %(height)s, %(speed)s, %(course)s, %(climb)s, 'authenticated', 1, '{}', %(at)s, 1, '[]', '{}', false,
    false)
ON CONFLICT (incident_id, vehicle_id) DO UPDATE SET version = vehicle_state.version + 1,
    geom = excluded.geom, observed_at = excluded.observed_at, received_at = excluded.received_at,
    height_tp_m = excluded.height_tp_m
"""
SPACE = """
INSERT INTO airspace (incident_id, kind, name, geom, ceiling_tp_m, from_at, exempt, source)
VALUES (%s, 'emergency', '勝浦川', ST_Multi(ST_MakeEnvelope(134.49, 33.99, 134.51, 34.01, 4326)), 300, %s,
        '{d2}', '試験') RETURNING id
"""


class Air:
    """An incident whose clock is set by hand, and what was written of it."""

    def __init__(self, connection: psycopg.Connection[Any], incident: Incident) -> None:
        self.connection, self.incident = connection, incident
        self.now = START
        self.begin()

    def begin(self) -> None:
        """Start the duties anew, as a process that was restarted."""
        self.contact = ContactDuty(lambda: self.now)
        self.near = NearnessDuty(lambda: self.now, monotonic=lambda: self.now.timestamp())
        self.spaces = AirspaceDuty(lambda: self.now)

    def hear(self, name: str, lon: float, lat: float = 34.0, **more: Any) -> None:
        values = {
            "incident": self.incident.id, "id": name, "lon": lon, "lat": lat, "at": self.now,
            "kind": "drone" if name.startswith("d") else "helicopter", "callsign": name.upper(),
            "height": 100.0, "speed": 0.0, "course": 0.0, "climb": 0.0, **more,
        }  # fmt: skip
        self.connection.execute(VEHICLE, values)
        self.connection.execute(STATE, values)

    def ingest(self, state: str = "up") -> None:
        for name in ("ingest", "broker"):
            sign = Sign(
                service_id=name, state=state if name == "broker" else "up",
                started_at=START - timedelta(hours=1), seen_at=self.now,
            )  # fmt: skip
            heartbeat.beat(self.connection, self.incident.id, [sign])

    def pass_by(self, seconds: float, *, listening: bool = True) -> None:
        """Let time go by and everything be looked at."""
        self.now += timedelta(seconds=seconds)
        if listening:
            self.ingest()
        for duty in (self.contact, self.spaces, self.near):
            duty.work(self.connection, self.incident)

    def told(self) -> list[tuple[str, str, int]]:
        rows = self.connection.execute(
            "SELECT object_id, code, severity FROM chronology WHERE incident_id = %s ORDER BY id",
            (self.incident.id,),
        ).fetchall()
        return [tuple(row) for row in rows]

    def value(self, kind: str, name: str) -> Any:
        """The newest value that the screens were told."""
        row = self.connection.execute(
            "SELECT value::text FROM change WHERE incident_id = %s AND kind = %s AND object_id = %s"
            " ORDER BY id DESC LIMIT 1",
            (self.incident.id, kind, name),
        ).fetchone()
        return None if row is None or row[0] is None else json.loads(row[0])

    def contact_of(self, name: str) -> str:
        cursor = self.connection.cursor(row_factory=dict_row)
        row = cursor.execute(
            "SELECT contact FROM vehicle_state WHERE incident_id = %s AND vehicle_id = %s",
            (self.incident.id, name),
        ).fetchone()
        assert row is not None
        return str(row["contact"])


@pytest.fixture(scope="module")
def air_url(postgres: PrivatePostgres) -> Iterator[str]:
    """Return the address of one database for these tests: each has an incident of its own."""
    url = postgres.create_database("air_watch", template=DATABASE)
    with connect(url, autocommit=True) as connection:
        connection.execute(AREA)
    yield url
    postgres.drop_database("air_watch")


@pytest.fixture
def air(air_url: str, request: pytest.FixtureRequest) -> Iterator[Air]:
    with connect(air_url, autocommit=True) as connection:
        slug = request.node.name
        incident = open_incident(connection, slug=slug, name="試験", kind="drill", opened_at=START)
        yield Air(connection, incident)


def test_a_loss_is_told_once_also_by_a_process_that_starts_anew_and_so_is_the_return(air: Air) -> None:
    air.hear("h1", 134.5, climb=-3.0)
    air.hear("h2", 134.3, height=900.0)  # outside of every municipality, one is near: over the sea
    air.pass_by(3)
    assert air.contact_of("h1") == "live"
    air.pass_by(4)
    assert air.contact_of("h1") == "stale"
    assert air.value("vehicle", "h1")["state"] == "stale"
    air.pass_by(5)
    assert air.told() == [("h1", "air.lost", 5), ("h2", "air.lost", 4)]
    assert air.value("vehicle", "h1")["state"] == "lost"
    air.begin()
    air.pass_by(60)
    assert len(air.told()) == 2
    air.hear("h1", 134.5)
    air.pass_by(0.5)
    assert air.told()[2:] == [("h1", "air.heard-again", 0)]
    assert (air.contact_of("h1"), air.contact_of("h2")) == ("live", "lost")


def test_nobody_is_lost_while_nobody_listens(air: Air) -> None:
    air.hear("h1", 134.5)
    air.pass_by(2)
    air.pass_by(60, listening=False)
    assert air.contact_of("h1") == "stale"
    assert air.contact.detail["listening"] is False
    # it listens again: the silence begins now
    air.pass_by(1)
    air.pass_by(8)
    assert air.contact_of("h1") == "stale"
    air.pass_by(4)
    assert air.contact_of("h1") == "lost"
    air.hear("h3", 134.5)
    air.pass_by(1)
    air.now += timedelta(seconds=60)
    air.ingest("disconnected")
    air.pass_by(0, listening=False)
    assert air.contact_of("h3") == "stale"
    assert air.contact_of("h1") == "lost"


def test_two_are_near_until_they_are_apart_and_their_moment_of_entry_stays(air: Air) -> None:
    air.hear("h1", 134.500)
    air.hear("d1", 134.503)
    air.pass_by(0.5)
    first = air.value("proximity", "d1|h1")
    assert first["vehicles"] == ["d1", "h1"]
    assert (first["horizontal_only"], first["vertical_m"]) == (False, 0.0)
    assert air.told() == [("d1", "air.near", 1)]
    air.begin()
    air.hear("h1", 134.500)
    air.hear("d1", 134.5025, height=None)
    air.pass_by(2)
    second = air.value("proximity", "d1|h1")
    assert (second["since"], second["entry_at"]) == (first["since"], first["entry_at"])
    assert (second["horizontal_only"], second["vertical_m"]) == (True, None)
    # whose place is too old says nothing: the pair stands until it is lost or apart
    air.hear("h1", 134.500)
    air.hear("d1", 134.52)
    air.pass_by(0.5)
    air.hear("d1", 134.52)
    air.hear("h1", 134.500)
    air.pass_by(1)
    air.hear("d1", 134.52)
    air.hear("h1", 134.500)
    air.pass_by(1)
    assert air.value("proximity", "d1|h1") is None
    air.hear("d1", 134.503)
    air.pass_by(1)
    assert len(air.told()) == 1  # again within minutes: on the map, not in the chronology


def test_a_drone_in_an_emergency_airspace_is_told_and_an_exempt_one_as_such(air: Air) -> None:
    row = air.connection.execute(SPACE, (air.incident.id, START)).fetchone()
    assert row is not None
    space = str(row[0])
    air.hear("d1", 134.5)
    air.hear("d2", 134.505, height=None)
    air.hear("h1", 134.495)
    air.hear("d3", 134.6)
    air.pass_by(0.5)
    near = {"air.near"}
    assert [one for one in air.told() if one[1] not in near] == [
        ("d1", "air.entered", 4),
        ("d2", "air.entered", 1),
    ]
    present = {one["vehicle"]: one for one in air.value("airspace", space)["present"]}
    assert set(present) == {"d1", "d2", "h1"}
    assert (present["d2"]["exempt"], present["d2"]["horizontal_only"]) == (True, True)
    air.begin()
    air.hear("d1", 134.52)
    air.hear("d2", 134.505, height=None)
    air.hear("h1", 134.495)
    air.pass_by(0.5)
    assert [one for one in air.told() if one[1] not in near][2:] == [("d1", "air.left", 0)]
    assert {one["vehicle"] for one in air.value("airspace", space)["present"]} == {"d2", "h1"}
    # whoever has left the picture for good is in no airspace
    air.connection.execute("DELETE FROM vehicle_state WHERE vehicle_id = 'd2'")
    air.pass_by(0.5)
    assert {one["vehicle"] for one in air.value("airspace", space)["present"]} == {"h1"}

"""Vehicles from a real broker into a real database: real flights, once each, in the picture and told."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from psycopg.rows import dict_row

from geo.air_value import vehicle_value
from geo.arrays import register
from geo.engine import connect
from geo.incident import open_incident
from geo.queries import load
from geo.vehicle import VehicleIdentity
from ingest.sources import read_vehicle_sources
from ingest.subscriber import Message
from ingest.track_desk import TrackDesk
from ingest.track_vehicle import TrackRules
from ingest.track_writer import REFUSED, Months, let_leave, write_apart, write_tracks
from ops.device import add_device, revoke_device
from ops.errors import InstallationError
from ops.installation import source_filters
from sensors.altitude import altitude_rules
from sensors.codecs.vehicle_table import VehicleTable
from sensors.field_event import field_event_rules
from sensors.motion.limits import motion_limits
from sensors.track_limits import track_limits
from tests.integration.ingest_stand import GAUGES, PASSWORD, IngestStand, ingest_stand, wait_for

DATA = Path(__file__).parents[1] / "data"
HELI = "sonae/v1/36201/heli/a/"


@pytest.fixture
def stand(database_url: str, tmp_path: Path) -> Iterator[IngestStand]:
    with ingest_stand(database_url, tmp_path) as made:
        made.broker.let_ingest_read(source_filters(tmp_path))
        writes = ("adsb/#", "mavlink/px4/telemetry")
        made.broker.add_accounts(dict.fromkeys(GAUGES, PASSWORD), writes={"b": writes})
        told = VehicleIdentity(callsign="うずしお", icao24="86DCB1")
        add_device(database_url, None, "a", kind="heli", vehicle=told)
        yield made


def helicopter(now: datetime) -> list[tuple[str, bytes]]:
    """REGA1 as a receiver would tell it, so that its last position is of now."""
    rows = json.loads(gzip.decompress((DATA / "aircraft" / "rega-sg.json.gz").read_bytes()))
    shift_s = now.timestamp() - rows[-1]["timestamp"] / 1000
    return [
        (
            "adsb/aircraft",
            json.dumps(
                {
                    "now": row["timestamp"] / 1000 + shift_s,
                    "aircraft": [
                        {
                            "hex": row["icao24"], "flight": row["callsign"], "lat": row["latitude"],
                            "lon": row["longitude"], "alt_baro": row["altitude"], "gs": row["groundspeed"],
                            "alt_geom": row["geoaltitude"], "track": row["track"], "category": "A7",
                            "baro_rate": row["vertical_rate"], "seen_pos": 0.0,
                        }
                    ],
                }
            ).encode(),
        )
        for row in rows
    ]  # fmt: skip


def drone(now: datetime) -> list[tuple[str, bytes]]:
    """The fixes of a PX4 log as MAVLink dictionaries, with the clock that tells when they were taken."""
    fixes = json.loads((DATA / "drones" / "px4-fixes.json").read_text(encoding="utf-8"))
    last = fixes[-1]["timestamp"]
    clock = {
        "mavpackettype": "SYSTEM_TIME", "time_boot_ms": last // 1000,
        "time_unix_usec": int(now.timestamp() * 1e6),
    }  # fmt: skip
    positions = [
        {
            "mavpackettype": "GLOBAL_POSITION_INT", "time_boot_ms": fix["timestamp"] // 1000,
            "lat": fix["lat"], "lon": fix["lon"], "alt": fix["alt"], "relative_alt": 0,
            "vx": round(fix["vel_n_m_s"] * 100), "vy": round(fix["vel_e_m_s"] * 100),
            "vz": round(fix["vel_d_m_s"] * 100), "hdg": 65535,
        }
        for fix in fixes
    ]  # fmt: skip
    return [("mavlink/px4/telemetry", json.dumps(document).encode()) for document in [clock, *positions]]


def own(stream: str, at: datetime, **fields: Any) -> tuple[str, bytes]:
    return HELI + stream, json.dumps({"time": at.isoformat(), "lon": 134.5, "lat": 34.0} | fields).encode()


def send(stand: IngestStand, account: str, messages: list[tuple[str, bytes]]) -> None:
    device = stand.device(account)
    for info in [device.publish(topic, payload, qos=1) for topic, payload in messages]:
        info.wait_for_publish(10)


def points(stand: IngestStand, vehicle: str) -> int:
    return stand.count("SELECT count(*) FROM track_point WHERE vehicle_id = %s", vehicle)


def values(stand: IngestStand, vehicle: str) -> list[tuple[int, dict[str, Any]]]:
    """What the change feed told of a vehicle: version and value."""
    rows = "SELECT version, value FROM change WHERE kind = 'vehicle' AND object_id = %s ORDER BY id"
    return [(row[0], row[1]) for row in stand.query(rows, vehicle)]


def state(stand: IngestStand, vehicle: str) -> dict[str, Any]:
    """What a fresh snapshot shows of a vehicle, and its version."""
    with connect(stand.database_url) as connection, connection.cursor(row_factory=dict_row) as cursor:
        parameters = {"incident": 1, "vehicles": [vehicle]}
        row = cursor.execute(load("geo", "vehicle.sql")["states"], parameters).fetchone()
    assert row is not None
    return {"version": row["version"], **json.loads(json.dumps(vehicle_value(row)))}


def is_told(stand: IngestStand, vehicle: str) -> bool:
    return bool(values(stand, vehicle)[-1][0] == state(stand, vehicle)["version"])


def test_real_flights_are_in_the_picture_once_each(stand: IngestStand) -> None:
    stand.start()
    now = datetime.now(UTC)
    flight, fixes = helicopter(now), drone(now)
    send(stand, "b", flight + fixes + flight)
    wait_for(lambda: points(stand, "mavlink:px4") == 32, what="32 fixes of the drone")
    wait_for(lambda: points(stand, "readsb:4b43ac") == 135, what="135 positions of the helicopter")
    bad = own("track", now, lon=0, lat=0)
    sos = own("event", now, code="sos", text="転覆", id="e-1")
    send(stand, "a", [own("track", now, id="t-1"), own("track", now, id="t-1"), bad, sos, sos])
    send(stand, "a", [own("pose", now, yaw_deg=10, pitch_deg=-30, camera="nose")])
    wait_for(lambda: stand.count("SELECT count(*) FROM pose_point") == 1, what="the pose")

    told = "SELECT kind, callsign, registered FROM vehicle WHERE id = %s"
    assert stand.query(told, "readsb:4b43ac") == [("helicopter", "REGA1", False)]
    assert stand.query(told, "a") == [("helicopter", "うずしお", True)]
    assert points(stand, "a") == 1
    assert points(stand, "readsb:4b43ac") == 135
    heard = "SELECT count(*) FROM track_point WHERE vehicle_id = %s AND NOT 'outside' = ANY (reasons)"
    assert stand.count(heard, "mavlink:px4") == 0, "Norway lies outside the area"
    assert stand.query("SELECT error_code, count FROM quarantine") == [("out-of-range", 1)]
    assert stand.query("SELECT code, severity FROM chronology WHERE category = 'air'") == [
        ("air.emergency", 5)
    ]
    assert stand.count("SELECT count(*) FROM field_event") == 1
    for vehicle in ("readsb:4b43ac", "mavlink:px4", "a"):
        wait_for(partial(is_told, stand, vehicle), what=f"the last state of {vehicle} on the change feed")
        version, value = values(stand, vehicle)[-1]
        assert {"version": version, **value} == state(stand, vehicle)

    before = state(stand, "readsb:4b43ac")
    assert before["state"] == "live"
    assert before["interval_s"] < 3.0
    assert stand.query(
        "SELECT round(height_tp_m) IS NULL, altitudes FROM vehicle_state WHERE vehicle_id = 'a'"
    )
    stand.kill()
    stand.start()
    send(stand, "b", flight[-3:])
    send(stand, "a", [own("track", now + timedelta(seconds=1), id="t-2")])
    wait_for(lambda: points(stand, "a") == 2, what="the position after the restart")
    wait_for(lambda: stand.count("SELECT count(*) FROM vehicle_state") == 3, what="three vehicles")
    assert points(stand, "readsb:4b43ac") == 135, "what comes again after a restart is there already"
    assert state(stand, "readsb:4b43ac")["trail"] == before["trail"]
    assert state(stand, "a")["emergency"] == "sos"


def test_a_vehicle_is_registered_with_who_it_is(database_url: str) -> None:
    told = VehicleIdentity(callsign="うずしお", registration="JA01FD", icao24="86dcb1")
    add_device(database_url, None, "uzushio", kind="heli", vehicle=told)
    for name, kind, address, fault in [
        ("other", "heli", "86DCB1", "is the address of 'uzushio'"),
        ("other", "drone", "no", "no ICAO address"),
        ("gauge", "gauge", "86dcb2", "is no vehicle"),
    ]:
        with pytest.raises(InstallationError, match=fault):
            add_device(database_url, None, name, kind=kind, vehicle=VehicleIdentity(icao24=address))
    add_device(database_url, None, "uzushio", kind="heli", vehicle=VehicleIdentity(organisation="県防災"))
    query = "SELECT id, kind, callsign, icao24, organisation, registered FROM vehicle"
    with connect(database_url) as connection:
        known = ("uzushio", "helicopter", "うずしお", "86dcb1", "県防災")
        assert connection.execute(query).fetchall() == [(*known, True)]
    revoke_device(database_url, None, "uzushio")
    with connect(database_url) as connection:
        assert connection.execute(query).fetchall() == [(*known, False)]
        assert connection.execute("SELECT count(*) FROM device").fetchone() == (1,)


def test_what_the_database_refuses_is_set_aside_and_the_rest_goes_on(
    database_url: str, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    rules = TrackRules(
        limits=track_limits(), altitude=altitude_rules(), contact=motion_limits().contact,
        events=field_event_rules(),
    )  # fmt: skip
    desk = TrackDesk(VehicleTable.from_files(read_vehicle_sources(tmp_path)), rules)
    batch = [
        Message(f"sonae/v1/-/heli/{name}/track", own("track", now)[1], now, number, 1, 1)
        for number, name in enumerate("abc")
    ]
    with connect(database_url) as connection:
        register(connection)
        incident = open_incident(connection, slug="t", name="t", kind="actual", opened_at=now)
        work, months = desk.prepare(batch, incident), Months()
        work.points[1][1]["flag"] = 77
        with pytest.raises(REFUSED):
            write_tracks(connection, incident.id, work, months)
        assert write_apart(connection, incident.id, work, months).points == 2
        kept = connection.execute("SELECT vehicle_id FROM track_point ORDER BY 1").fetchall()
        assert kept == [("a",), ("c",)]
        aside = connection.execute("SELECT topic, error_code FROM quarantine").fetchall()
        assert aside == [("sonae/v1/-/heli/b/track", "refused-by-database")]
        told = connection.execute("SELECT object_id FROM change WHERE kind = 'vehicle' ORDER BY 1").fetchall()
        assert told == [("a",), ("b",), ("c",)]
        assert let_leave(connection, incident.id, now) == []
        gone = let_leave(connection, incident.id, now + timedelta(hours=1))
        assert sorted(gone) == ["a", "b", "c"], "nobody registered them"
        last = "SELECT value FROM change WHERE kind = 'vehicle' ORDER BY id DESC LIMIT 3"
        assert connection.execute(last).fetchall() == [(None,)] * 3
        desk.forget(gone)
        assert [row["trail"] for row in desk.prepare(batch[:1], incident).states.values()] == []
        connection.rollback()
        connection.execute("SELECT 1")
        with pytest.raises(RuntimeError, match="a transaction is open"):
            write_tracks(connection, incident.id, work, months)

"""Vehicles, airspaces and pairs in a real database and on its change feed, as its writers put them there."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Json

from geo.air_value import airspace_value, proximity_id, proximity_value, vehicle_value
from geo.change import Change, record
from geo.engine import connect
from geo.queries import load

_VEHICLE, _AIRSPACE = load("geo", "vehicle.sql"), load("geo", "airspace.sql")
WHO = ("kind", "callsign", "registration", "icao24", "organisation", "registered", "synthetic", "formation")
IDENTITY = """
INSERT INTO vehicle (id, source, source_id, kind, callsign, registration, icao24, organisation, registered,
                     synthetic, formation)
VALUES (%(id)s, %(source)s, %(id)s, %(kind)s, %(callsign)s, %(registration)s, %(icao24)s, %(organisation)s,
        %(registered)s, %(synthetic)s, %(formation)s)
ON CONFLICT (id) DO NOTHING
"""
STATE = """
INSERT INTO vehicle_state (
    incident_id, vehicle_id, version, geom, observed_at, received_at, horizontal_accuracy_m, ground_speed_m_s,
    course_deg, heading_deg, climb_m_s, turn_deg_per_s, on_ground, battery_percent, endurance_until, link,
    emergency, trust, stale_at, flag, reasons, contact, contact_since, goodbye, interval_s, trail, altitudes,
    height_tp_m, height_way, height_sd_m, memory)
VALUES (
    %(incident)s, %(id)s, %(version)s, ST_SetSRID(ST_Point(%(lon)s, %(lat)s), 4326), %(observed_at)s,
    %(received_at)s, %(accuracy_m)s, %(speed_m_s)s, %(course_deg)s, %(heading_deg)s, %(climb_m_s)s,
    %(turn_deg_per_s)s, %(on_ground)s, %(battery_percent)s, %(endurance_until)s, %(link)s, %(emergency)s,
    %(trust)s, %(stale_at)s, %(flag)s, %(reasons)s, %(contact)s, %(received_at)s, %(goodbye)s, %(interval_s)s,
    %(trail)s, %(altitudes)s, %(height_tp_m)s, %(height_way)s, %(height_sd_m)s, '{}')
ON CONFLICT (incident_id, vehicle_id) DO UPDATE SET
    version = excluded.version, geom = excluded.geom, observed_at = excluded.observed_at,
    received_at = excluded.received_at, ground_speed_m_s = excluded.ground_speed_m_s,
    course_deg = excluded.course_deg, heading_deg = excluded.heading_deg, emergency = excluded.emergency,
    contact = excluded.contact, interval_s = excluded.interval_s, trail = excluded.trail,
    endurance_until = excluded.endurance_until
"""
SPACE = """
INSERT INTO airspace (incident_id, kind, name, geom, floor_tp_m, ceiling_tp_m, from_at, to_at, exempt, source)
VALUES (%(incident)s, %(kind)s, %(name)s, ST_SetSRID(ST_GeomFromGeoJSON(%(geometry)s), 4326), %(floor_m)s,
        %(ceiling_m)s, %(from_at)s, %(to_at)s, '{}', %(source)s)
RETURNING id
"""
INSIDE = """
INSERT INTO airspace_presence (airspace_id, vehicle_id, inside, since, horizontal_only, exempt, memory)
VALUES (%(space)s, %(vehicle)s, true, %(now)s, false, %(exempt)s, '{}')
"""
PAIR = """
INSERT INTO proximity_state (incident_id, first_id, second_id, version, since, entry_at, closest_at,
                             horizontal_m, vertical_m, horizontal_only)
VALUES (%(incident)s, %(first)s, %(second)s, 1, %(now)s, %(entry_at)s, %(closest_at)s, %(horizontal_m)s,
        %(vertical_m)s, %(flat)s)
RETURNING *
"""
#: a helicopter that reports each minute: it stays live while nobody writes
HELICOPTER: dict[str, Any] = {
    "source": "readsb",
    "kind": "helicopter",
    "callsign": None,
    "registration": None,
    "icao24": None,
    "organisation": None,
    "registered": True,
    "synthetic": False,
    "formation": None,
    "lon": 134.30,
    "lat": 34.05,
    "accuracy_m": 12.0,
    "speed_m_s": 55.0,
    "course_deg": 60.0,
    "heading_deg": 62.0,
    "climb_m_s": 0.2,
    "turn_deg_per_s": None,
    "on_ground": False,
    "battery_percent": None,
    "endurance_min": None,
    "link": None,
    "emergency": None,
    "trust": "authenticated",
    "stale_at": None,
    "flag": 1,
    "reasons": [],
    "contact": "live",
    "goodbye": False,
    "interval_s": 60.0,
    "altitudes": [{"value_m": 649.0, "reference": "ellipsoid", "accuracy_m": 12.0}],
    "height_tp_m": 612.0,
    "height_way": "geoid",
    "height_sd_m": 12.0,
    "ago_s": 1.0,
}
DRONE: dict[str, Any] = {
    "source": "dji",
    "kind": "drone",
    "speed_m_s": 8.0,
    "battery_percent": 64.0,
    "altitudes": [{"value_m": 90.0, "reference": "takeoff", "accuracy_m": None}],
    "height_tp_m": 131.0,
    "height_way": "takeoff + terrain",
    "height_sd_m": 15.0,
}


@dataclass
class Sky:
    """What flies over a house of the dashboard's tests."""

    url: str
    incident_id: int
    versions: dict[str, int] = field(default_factory=dict)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)

    def fly(self, id_: str, **changed: Any) -> None:
        """Write one vehicle's state: `changed` over what it told last, at first over a helicopter's."""
        with connect(self.url) as connection:
            self.fly_all(connection, {id_: changed})

    def fly_all(self, connection: psycopg.Connection[Any], all_changed: dict[str, dict[str, Any]]) -> None:
        """Write the states of many vehicles in one transaction, with their changes."""
        cursor = connection.cursor(row_factory=dict_row)
        for id_, changed in all_changed.items():
            known = id_ in self.told
            told = {**self.told.get(id_, {**HELICOPTER, "callsign": id_}), **changed}
            self.told[id_] = told
            self.versions[id_] = self.versions.get(id_, 0) + 1
            if not known:
                cursor.execute(IDENTITY, {"id": id_, **told})
            cursor.execute(STATE, self._state(id_, told))
        cursor.execute(_VEHICLE["states"], {"incident": self.incident_id, "vehicles": list(all_changed)})
        changes = [
            Change("vehicle", row["id"], row["version"], vehicle_value(row)) for row in cursor.fetchall()
        ]
        record(cursor, self.incident_id, changes)
        connection.commit()

    def space(self, kind: str, name: str, ring: list[list[float]], **changed: Any) -> None:
        """Set an airspace, with `inside`, the vehicles in it, exempt ones in `exempt`."""
        now = datetime.now(UTC)
        given = {
            "floor_m": None,
            "ceiling_m": 300.0,
            "source": "試験",
            "ahead_min": -30,
            "to_at": None,
            **changed,
        }
        geometry = json.dumps({"type": "MultiPolygon", "coordinates": [[ring]]})
        with connect(self.url) as connection:
            cursor = connection.cursor(row_factory=dict_row)
            times = {"from_at": now + timedelta(minutes=given["ahead_min"]), "incident": self.incident_id}
            made = cursor.execute(
                SPACE, {**given, **times, "kind": kind, "name": name, "geometry": geometry}
            ).fetchone()
            assert made is not None
            for vehicle in given.get("inside", []):
                exempt = vehicle in given.get("exempt", [])
                cursor.execute(
                    INSIDE, {"space": made["id"], "vehicle": vehicle, "now": now, "exempt": exempt}
                )
            found = cursor.execute(_AIRSPACE["airspaces"], {"incident": self.incident_id, "id": made["id"]})
            row = found.fetchone()
            assert row is not None
            record(
                cursor,
                self.incident_id,
                [Change("airspace", str(row["id"]), row["version"], airspace_value(row))],
            )
            connection.commit()

    def near(self, first: str, second: str, *, entry_s: float, vertical_m: float | None) -> None:
        """Set a pair that comes near in `entry_s` [s]; the height is unknown where `vertical_m` is None."""
        now = datetime.now(UTC)
        with connect(self.url) as connection:
            cursor = connection.cursor(row_factory=dict_row)
            pair = dict(zip(("first", "second"), sorted((first, second)), strict=True))
            times = {
                "now": now,
                "entry_at": now + timedelta(seconds=entry_s),
                "closest_at": now + timedelta(seconds=entry_s + 20),
            }
            cursor.execute(
                PAIR,
                {
                    "incident": self.incident_id,
                    **pair,
                    **times,
                    "horizontal_m": 410.0,
                    "vertical_m": vertical_m,
                    "flat": vertical_m is None,
                },
            )
            row = cursor.fetchone()
            assert row is not None
            record(
                cursor,
                self.incident_id,
                [Change("proximity", proximity_id(first, second), 1, proximity_value(row))],
            )
            connection.commit()

    def _state(self, id_: str, told: dict[str, Any]) -> dict[str, Any]:
        now = datetime.now(UTC)
        seen = now - timedelta(seconds=told["ago_s"])
        until = told["endurance_min"]
        return {
            **told,
            "id": id_,
            "incident": self.incident_id,
            "version": self.versions[id_],
            "observed_at": seen,
            "received_at": seen + timedelta(seconds=0.2),
            "endurance_until": None if until is None else now + timedelta(minutes=until),
            "trail": Json(told.get("trail") or trail(told)),
            "altitudes": Json(told["altitudes"]),
        }


def trail(told: dict[str, Any], *, points: int = 24, step_s: float = 12.0) -> list[list[float]]:
    """Return a bent way to where a vehicle is, oldest first."""
    lon, lat, course = told["lon"], told["lat"], math.radians(told["course_deg"] or 0.0)
    found = []
    for _ in range(points):
        lon -= math.sin(course) * told["speed_m_s"] * step_s / (111_320 * math.cos(math.radians(lat)))
        lat -= math.cos(course) * told["speed_m_s"] * step_s / 111_320
        course += 0.07
        found.append([round(lon, 6), round(lat, 6)])
    return found[::-1]


def hear(sky: Sky) -> None:
    """Let intake and watch be up, so that silences are the vehicles' own; seen ahead: nobody beats here."""
    with connect(sky.url) as connection:
        connection.execute(
            "INSERT INTO service (id, state, started_at, seen_at, detail, version)"
            " SELECT id, 'up', now() - interval '1 hour', now() + interval '1 hour', '{}', 1"
            " FROM unnest(ARRAY['ingest', 'field']) id"
        )
        connection.commit()


def busy_sky(sky: Sky) -> None:
    """Fill the sky of a night: every kind, every state, fuel known and unknown, airspaces and a pair."""
    hear(sky)
    sky.fly(
        "高知県警1", organisation="高知県警察", endurance_min=95, registration="JA6911", lon=134.21, lat=34.02
    )
    sky.fly(
        "うずしお",
        organisation="徳島県消防防災航空隊",
        endurance_min=14,
        lon=134.36,
        lat=34.085,
        course_deg=250.0,
    )
    sky.fly(
        "さぬき", endurance_min=48, lon=134.41, lat=34.02, course_deg=330.0, turn_deg_per_s=4.0, climb_m_s=3.0
    )
    sky.fly("海保MH964", ago_s=14.0, interval_s=5.0, contact="stale", endurance_min=70, lon=134.28, lat=34.11)
    sky.fly("RESCUE 21", ago_s=420.0, contact="lost", endurance_min=20, lon=134.33, lat=33.98)
    sky.fly(
        "JA01TV",
        trust="broadcast",
        registered=False,
        lon=134.24,
        lat=34.09,
        height_tp_m=None,
        height_way=None,
        height_sd_m=None,
        altitudes=[{"value_m": 823.0, "reference": "standard pressure", "accuracy_m": None}],
    )
    sky.fly("ドクターヘリ", on_ground=True, speed_m_s=0.0, lon=134.33, lat=34.07, endurance_min=120)
    sky.fly("MAYDAY7", emergency="general", lon=134.30, lat=34.04, endurance_min=33)
    sky.fly("ASUKA 2", kind="aeroplane", speed_m_s=95.0, lon=134.45, lat=34.09, height_tp_m=2450.0)
    sky.fly("M30-01", **{**DRONE, "lon": 134.345, "lat": 34.05, "synthetic": True, "course_deg": 10.0})
    sky.fly("M30-02", **{**DRONE, "lon": 134.352, "lat": 34.062, "battery_percent": 22.0})
    sky.fly("班3", kind="ground", speed_m_s=1.0, altitudes=[], height_tp_m=None, lon=134.32, lat=34.06)
    sky.fly(
        "86d3f1",
        kind="unknown",
        callsign=None,
        icao24="86d3f1",
        lon=134.39,
        lat=34.05,
        altitudes=[],
        height_tp_m=None,
    )
    square = [[134.32, 34.03], [134.40, 34.03], [134.40, 34.08], [134.32, 34.08], [134.32, 34.03]]
    sky.space(
        "emergency",
        "吉野川中流",
        square,
        source="国空航第123号",
        inside=["M30-01", "M30-02"],
        exempt=["M30-01"],
    )
    later = [[134.20, 34.06], [134.27, 34.06], [134.27, 34.12], [134.20, 34.12], [134.20, 34.06]]
    sky.space("operation", "物資輸送A", later, ahead_min=40, ceiling_m=900.0, floor_m=300.0)
    sky.near("うずしお", "さぬき", entry_s=40, vertical_m=60.0)
    sky.near("JA01TV", "高知県警1", entry_s=-5, vertical_m=None)

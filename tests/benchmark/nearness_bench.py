"""Who comes near whom: 300 and 2,000 aircraft against a naive double loop; and the whole watch over 300.

The double loop asks each pair in plain Python for the same exact times; of 2,000 aircraft it takes a share
of the rows and is scaled up. The watch is what the field process does each half second: contact, airspaces
and nearness of 300 aircraft, all of which have moved, on a database of its own.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg

from geo import heartbeat
from geo.engine import connect, make_engine
from geo.heartbeat import Sign
from geo.incident import Incident, open_incident
from geo.migrations.run import upgrade
from ingest.air_near import NearnessDuty
from ingest.air_spaces import AirspaceDuty
from ingest.air_watch import ContactDuty
from ops.servers.postgres import temporary_postgres
from sensors.motion.air_rules import air_rules
from sensors.motion.proximity import Aircraft, Cylinder, near_pairs

START = datetime(2026, 6, 2, 14, tzinfo=UTC)
FLEET, MANY, AREA_M = 300, 2_000, 60_000.0
#: rows of the double loop that are really asked of 2,000
SHARE = 100
VEHICLES = """
INSERT INTO vehicle (id, source, source_id, kind, registered)
SELECT 'v' || n, 'own', 'v' || n, CASE WHEN n %% 3 = 0 THEN 'drone' ELSE 'helicopter' END, true
FROM generate_series(1, %s) n
"""
STATES = """
INSERT INTO vehicle_state (incident_id, vehicle_id, version, geom, observed_at, received_at, altitudes,
    height_tp_m, ground_speed_m_s, course_deg, climb_m_s, trust, flag, contact_since, interval_s, trail,
    memory)
SELECT %(incident)s, 'v' || n, 1,
    ST_SetSRID(ST_MakePoint(134.2 + (n %% 20) * 0.03 + %(step)s * 0.0004, 33.9 + (n / 20) * 0.03), 4326),
    %(at)s, %(at)s, '[]', 200 + (n * 37) %% 700, 40, 90, 0, 'authenticated', 1, %(at)s, 1, '[]', '{}'
FROM generate_series(1, %(count)s) n
ON CONFLICT (incident_id, vehicle_id) DO UPDATE SET version = vehicle_state.version + 1,
    geom = excluded.geom, observed_at = excluded.observed_at, received_at = excluded.received_at
"""
SPACES = """
INSERT INTO airspace (incident_id, kind, name, geom, ceiling_tp_m, from_at, source)
SELECT %s, 'emergency', 's' || n,
    ST_Multi(ST_Buffer(ST_SetSRID(ST_MakePoint(134.3 + n * 0.05, 34.0), 4326), 0.03)), 300, %s, 'bench'
FROM generate_series(1, 10) n
"""


def fleet(count: int) -> Aircraft:
    chance = np.random.default_rng(4)
    heading, speed = chance.uniform(0, 2 * np.pi, count), chance.uniform(0, 80, count)
    return Aircraft(
        chance.uniform(0, AREA_M * math.sqrt(count / FLEET), (count, 2)),
        np.column_stack([speed * np.sin(heading), speed * np.cos(heading)]),
        chance.uniform(50, 1500, count),
        chance.uniform(-5, 5, count),
        np.full(count, 10.0),
        np.full(count, 10.0),
        np.full(count, 1.0),
    )


def entry_s(a: list[float], b: list[float], cylinder: Cylinder) -> float | None:
    """The time of entry of one pair (east, north, height and their speeds), None when it never enters."""
    x, y, z, u, v, w = (second - first for first, second in zip(a, b, strict=True))
    radius = cylinder.radius_m + math.hypot(u, v) * 1.0 + 2 * math.hypot(10.0, 10.0)
    tall = cylinder.height_m + 2 * math.hypot(10.0, 10.0)
    begin, end = 0.0, cylinder.look_ahead_s
    p, q, r = u * u + v * v, x * u + y * v, x * x + y * y - radius * radius
    if p < 1e-12:
        if r > 0:
            return None
    else:
        d = q * q - p * r
        if d < 0:
            return None
        begin, end = max(begin, (-q - math.sqrt(d)) / p), min(end, (-q + math.sqrt(d)) / p)
    if abs(w) < 1e-6:
        if abs(z) > tall:
            return None
    else:
        low, high = sorted(((-tall - z) / w, (tall - z) / w))
        begin, end = max(begin, low), min(end, high)
    return begin if begin <= end else None


def double_loop(aircraft: Aircraft, cylinder: Cylinder, rows: int) -> int:
    """How many pairs come near, the first `rows` against all behind them."""
    states = np.column_stack(
        [aircraft.position_m, aircraft.height_m, aircraft.velocity_m_s, aircraft.climb_m_s]
    ).tolist()
    return sum(
        entry_s(states[i], states[j], cylinder) is not None
        for i in range(rows)
        for j in range(i + 1, len(states))
    )


def pairs(count: int, rows: int) -> dict[str, Any]:
    aircraft, cylinder = fleet(count), air_rules().nearness.manned
    times = []
    for _ in range(5):
        began = time.perf_counter()
        near = near_pairs(aircraft, cylinder)
        times.append(time.perf_counter() - began)
    began = time.perf_counter()
    found = double_loop(aircraft, cylinder, rows)
    asked = rows * count - rows * (rows + 1) // 2
    naive_s = (time.perf_counter() - began) * (count * (count - 1) / 2) / asked
    ours = int(np.count_nonzero(near.first < rows))
    if ours != found:
        raise SystemExit(f"the two disagree: {ours} pairs and {found}")
    ours_s = statistics.median(times)
    return {
        "aircraft": count,
        "near": len(near.first),
        "ms": round(ours_s * 1000, 2),
        "naive_ms": round(naive_s * 1000, 1),
        "times_faster": round(naive_s / ours_s, 1),
    }


def watch(connection: psycopg.Connection[Any], incident: Incident) -> dict[str, Any]:
    """What each duty takes for a turn in which everybody has moved [ms]."""
    moment = [START]
    duties = {
        "contact": ContactDuty(lambda: moment[0]),
        "airspaces": AirspaceDuty(lambda: moment[0]),
        "nearness": NearnessDuty(lambda: moment[0]),
    }
    connection.execute(VEHICLES, (FLEET,))
    connection.execute(SPACES, (incident.id, START))
    took: dict[str, list[float]] = {name: [] for name in duties}
    for step in range(25):
        moment[0] = START + timedelta(seconds=step)
        sign = Sign(service_id="ingest", state="up", started_at=START, seen_at=moment[0])
        heartbeat.beat(connection, incident.id, [sign])
        given = {"incident": incident.id, "step": step, "at": moment[0], "count": FLEET}
        connection.execute(STATES, given)
        for name, duty in duties.items():
            began = time.perf_counter()
            duty.work(connection, incident)
            took[name].append((time.perf_counter() - began) * 1000)
    found = {f"{name}_ms": round(statistics.median(times[5:]), 1) for name, times in took.items()}
    near = duties["nearness"].detail["near"]
    whole = statistics.median([sum(turn) for turn in zip(*took.values(), strict=True)][5:])
    return {"aircraft": FLEET, "airspaces": 10, "near": near, **found, "whole_ms": round(whole, 1)}


def measure() -> dict[str, Any]:
    """Return what is measured, as one section of the benchmark of tracks."""
    with temporary_postgres() as server:
        engine = make_engine(server.url())
        upgrade(engine)
        engine.dispose()
        with connect(server.url(), autocommit=True) as connection:
            incident = open_incident(connection, slug="b", name="b", kind="drill", opened_at=START)
            found = watch(connection, incident)
    return {"pairs": [pairs(FLEET, FLEET), pairs(MANY, SHARE)], "watch": found}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    measured = measure()
    if parser.parse_args().json:
        print(json.dumps(measured))
        return
    for one in measured["pairs"]:
        print(
            f"{one['aircraft']:5d} aircraft, {one['near']} pairs near: {one['ms']} ms,"
            f" the double loop {one['naive_ms']} ms ({one['times_faster']} times)"
        )
    told = measured["watch"]
    print(
        f"the whole watch over {told['aircraft']} aircraft and {told['airspaces']} airspaces:"
        f" {told['whole_ms']} ms (contact {told['contact_ms']}, airspaces {told['airspaces_ms']},"
        f" nearness {told['nearness_ms']})"
    )


if __name__ == "__main__":
    main()

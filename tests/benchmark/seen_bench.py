"""Who saw a place, among a million footprints: milliseconds of the whole answer's search, and its plan.

Not part of the benchmark command: it fills a database of its own, which takes minutes.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from geo.engine import connect, make_engine
from geo.incident import open_incident
from geo.migrations.run import upgrade
from geo.queries import load
from ops.servers.postgres import temporary_postgres

_SQL = load("geo", "seen.sql")
START = datetime(2026, 6, 2, 12, tzinfo=UTC)
#: forty cameras that fly over 40 x 30 km for seven hours, a footprint a second each, 300 to 1,500 m wide;
#: every fourth camera looks at the same breach for most of the time
FILL = """
INSERT INTO footprint (incident_id, camera_kind, camera_id, observed_at, key, position, height_tp_m, geom,
                       way, open, centre, uncertainty_m, sample_m, area_m2)
SELECT 1, 'vehicle', 'heli-' || camera, %(start)s::timestamptz + make_interval(secs => second), second::text,
       ST_SetSRID(ST_MakePoint(lon, lat - 0.01), 4326), 500,
       ST_Multi(ST_Buffer(ST_SetSRID(ST_MakePoint(lon, lat), 4326), size, 6)), 'terrain', false,
       ST_SetSRID(ST_MakePoint(lon, lat), 4326), 25, 0.1 + size * 20, pi() * (size * 1e5) ^ 2
FROM (
    SELECT camera, second, 0.0015 + 0.006 * random() AS size,
           CASE WHEN camera %% 4 = 0 AND second %% 3600 < 3000 THEN 134.36 + 0.004 * (random() - 0.5)
                ELSE 134.36 + 0.2 * sin(second / 500.0 + camera) END AS lon,
           CASE WHEN camera %% 4 = 0 AND second %% 3600 < 3000 THEN 34.07 + 0.004 * (random() - 0.5)
                ELSE 34.07 + 0.14 * cos(second / 700.0 + 2 * camera) END AS lat
    FROM generate_series(1, 40) camera, generate_series(1, %(seconds)s) second
) poses
"""


def ask(connection: psycopg.Connection[Any], lon: float, lat: float, hours: float) -> dict[str, Any]:
    to_at = START + timedelta(hours=6.9)
    parameters = {
        "incident": 1, "lon": lon, "lat": lat, "gap_s": 5.0, "intervals": 2.5,
        "longest_interval_s": 60.0,
        "from": to_at - timedelta(hours=hours), "to": to_at,
    }  # fmt: skip
    took_ms = []
    for _ in range(5):
        began = time.perf_counter()
        rows = connection.execute(_SQL["spans"], parameters).fetchall()
        took_ms.append((time.perf_counter() - began) * 1000)
    plan = connection.execute("EXPLAIN (ANALYZE, BUFFERS) " + _SQL["spans"], parameters).fetchall()
    return {
        "hours": hours,
        "cameras": len({row[1] for row in rows}),
        "footprints": sum(row[4] for row in rows),
        "median_ms": round(sorted(took_ms)[2], 1),
        "plan": [line for (line,) in plan],
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--count", type=int, default=1_000_000)
    given = parser.parse_args()
    with temporary_postgres() as server:
        engine = make_engine(server.url())
        upgrade(engine)
        engine.dispose()
        with connect(server.url(), autocommit=True) as connection:
            connection.execute("INSERT INTO installation (kind) VALUES ('demo')")
            open_incident(connection, slug="bench", name="bench", kind="drill", opened_at=START)
            began = time.perf_counter()
            connection.execute(FILL, {"start": START, "seconds": given.count // 40})
            filled_s = time.perf_counter() - began
            connection.execute("ANALYZE footprint")
            found = [
                {"place": name, **ask(connection, lon, lat, hours)}
                for name, lon, lat in (("watched breach", 134.36, 34.07), ("a place passed", 134.45, 34.10))
                for hours in (1, 6.9)
            ]
    if given.json:
        print(json.dumps({"filled_s": round(filled_s, 1), "questions": found}))
        return
    print(f"filled in {filled_s:.0f} s")
    for one in found:
        print(
            f"{one['place']}, {one['hours']} h: {one['median_ms']} ms, {one['footprints']} footprints of"
            f" {one['cameras']} cameras"
        )
        print("\n".join(one["plan"]))


if __name__ == "__main__":
    main()

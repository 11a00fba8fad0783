"""How long it takes from readings committed to their forecasts in the change feed, for 200 gauges at once.

Each round commits one new reading of every gauge, as ingest does, and waits until a reader of the feed sees
the forecasts of all of them, made by the real process from two days of ten-minute readings. The baseline of
the same round is the bare inference of the same gauges in numpy, from arrays at hand: what is left is
reading, deriving times and peaks, writing, and telling.

python tests/benchmark/forecast_bench.py [--json]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from geo import arrays
from geo.change import CHANNEL, Change, record
from geo.engine import connect, make_engine
from geo.flood.levels.forecast import forecast
from geo.flood.levels.gauges import Gauges
from geo.flood.levels.parameters import load as load_parameters
from geo.flood.levels.readings import Readings
from geo.incident import open_incident
from geo.migrations.run import upgrade
from geo.partition import ensure_months
from geo.queries import load
from ops.heartbeat import is_fresh
from ops.servers.postgres import temporary_postgres
from ops.servers.process import wait_until

ROOT = Path(__file__).parents[2]
#: gauges of a prefecture, and the readings each has behind it, one in ten minutes
GAUGES, BEHIND = 200, 288
STEP_S = 600.0
PATIENCE_S = 60.0

READINGS = """
INSERT INTO reading (gauge_id, observed_at, key, incident_id, received_at, level_m, flag, source)
SELECT n.gauge, n.at, n.at::text, %(incident)s, n.at, n.level, 1, 'bench'
FROM unnest(%(gauges)s::text[], %(observed)b::timestamptz[], %(levels)b::float8[]) AS n(gauge, at, level)
"""
STATES = """
INSERT INTO river_state (incident_id, gauge_id, version, level_m, observed_at, received_at, source, flag,
                         reasons, river_class, provisional, alarm, threshold_doubt, trend)
SELECT incident_id, gauge_id, 1, level_m, observed_at, received_at, source, 1, '{}', 'start', false, false,
       false, 'rising'
FROM reading WHERE observed_at = %s
ON CONFLICT (incident_id, gauge_id) DO UPDATE SET
    version = river_state.version + 1, level_m = excluded.level_m, observed_at = excluded.observed_at
"""


@dataclass(frozen=True)
class Levels:
    """A flood: levels [m] of all gauges over time, float64[gauges, times]."""

    observed_s: NDArray[np.float64]
    level_m: NDArray[np.float64]

    def readings(self, until: int) -> Readings:
        """Return the first `until` readings of every gauge."""
        gauge = np.repeat(np.arange(GAUGES), until)
        return Readings(gauge, np.tile(self.observed_s[:until], GAUGES), self.level_m[:, :until].ravel())


def levels(rounds: int) -> Levels:
    """Return levels that end a few minutes ago."""
    times = BEHIND + rounds
    end_s = datetime.now(UTC).replace(microsecond=0).timestamp() - 60
    observed_s: NDArray[np.float64] = end_s - STEP_S * np.arange(times, dtype=np.float64)[::-1]
    rng = np.random.default_rng(0)
    return Levels(observed_s, 2 + np.cumsum(rng.normal(0, 0.03, (GAUGES, times)), axis=1))


class Bench:
    """A database with gauges and readings, and a reader of its change feed."""

    def __init__(self, url: str, flood: Levels, connection: psycopg.Connection[Any]) -> None:
        self._url, self._flood, self._connection = url, flood, connection
        self._parameters = load_parameters()
        arrays.register(connection)
        opened = datetime.now(UTC) - timedelta(days=3)
        incident = open_incident(connection, slug="bench", name="bench", kind="actual", opened_at=opened)
        self._incident_id = incident.id
        self._position = (0, 0)

    def prepare(self) -> None:
        """Write the gauges and what lies behind them."""
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO gauge (id, name, geom, start_m, caution_m, danger_m, source)"
                " SELECT 'g' || lpad(n::text, 3, '0'), 'g', ST_SetSRID(ST_MakePoint(134, 34), 4326),"
                " 1, 2.5, 3, 'bench' FROM generate_series(0, %s) n",
                (GAUGES - 1,),
            )
            months = {datetime.fromtimestamp(at, UTC) for at in self._flood.observed_s}
            ensure_months(cursor, {(at.year, at.month) for at in months})
            self._write(cursor, slice(0, BEHIND))

    def _write(self, cursor: psycopg.Cursor[Any], times: slice) -> None:
        observed_s = self._flood.observed_s[times]
        names = [f"g{number:03d}" for number in range(GAUGES) for _ in observed_s]
        level_m = self._flood.level_m[:, times].ravel()
        parameters = {
            "incident": self._incident_id,
            "gauges": names,
            "observed": arrays.timestamptz_array(np.tile(observed_s, GAUGES)),
            "levels": arrays.float8_array(level_m),
        }
        cursor.execute(READINGS, parameters)
        cursor.execute(STATES, (datetime.fromtimestamp(float(observed_s[-1]), UTC),))
        # ingest tells the screens of every gauge in the same transaction
        record(cursor, self._incident_id, [Change("gauge", name, 1, {}) for name in set(names)])

    def refresh(self, turn: int) -> float:
        """Commit the next reading of every gauge; return after how long all forecasts are seen [s]."""
        at = BEHIND + turn
        with self._connection.transaction(), self._connection.cursor() as cursor:
            self._write(cursor, slice(at, at + 1))
        began = time.perf_counter()
        self.wait_for_all()
        return time.perf_counter() - began

    def wait_for_all(self) -> None:
        """Follow the feed until the forecasts of all gauges have come."""
        missing, deadline = GAUGES, time.monotonic() + PATIENCE_S
        while missing > 0:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{missing} forecasts did not come within {PATIENCE_S:.0f} s")
            missing -= sum(kind == "forecast" for kind in self._read_feed())
            if missing > 0:
                list(self._connection.notifies(timeout=0.2, stop_after=1))

    def _read_feed(self) -> list[str]:
        transaction, number = self._position
        parameters = {
            "incident": self._incident_id, "transaction": transaction, "id": number, "limit": 5000,
        }  # fmt: skip
        rows = self._connection.execute(load("geo", "change.sql")["read_after"], parameters).fetchall()
        if rows:
            self._position = rows[-1][0], rows[-1][1]
        return [row[2] for row in rows]

    def bare(self, turn: int) -> float:
        """Return how long the bare inference of the same gauges takes [s]."""
        readings = self._flood.readings(BEHIND + turn + 1)
        gauges = Gauges(np.full(GAUGES, 1.0), np.full(GAUGES, 3.0))
        at_s = np.full(GAUGES, time.time())
        began = time.perf_counter()
        forecast(readings, gauges, np.arange(GAUGES), at_s, self._parameters)
        return time.perf_counter() - began


@contextmanager
def forecast_process(url: str) -> Iterator[None]:
    """Run the process that is measured."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "SONAE_DATABASE_URL": url, "SONAE_MQTT_URL": "mqtt://127.0.0.1:1", "SONAE_STATE_DIR": folder,
            "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        process = subprocess.Popen([sys.executable, "-m", "ops", "forecast"], env=os.environ | environment)
        try:
            if not wait_until(lambda: is_fresh(url, "forecast") is True, PATIENCE_S):
                raise RuntimeError("the forecast process does not come up")
            yield
        finally:
            process.terminate()
            process.wait(20)


def measure(rounds: int, report: Callable[[str], None]) -> dict[str, object]:
    """Return medians of the rounds [s] and their ratio."""
    flood = levels(rounds)
    refreshed: list[float] = []
    bare: list[float] = []
    with temporary_postgres() as server:
        engine = make_engine(server.url())
        upgrade(engine)
        engine.dispose()
        with connect(server.url(), autocommit=True) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            bench = Bench(server.url(), flood, connection)
            bench.prepare()
            with forecast_process(server.url()):
                bench.wait_for_all()
                for turn in range(rounds):
                    bare.append(bench.bare(turn))
                    refreshed.append(bench.refresh(turn))
                    report(f"round {turn + 1}: {refreshed[-1]:.3f} s, bare inference {bare[-1]:.3f} s")
    return {
        "gauges": GAUGES,
        "readings_behind": BEHIND,
        "rounds": rounds,
        "refresh_s": round(statistics.median(refreshed), 3),
        "refresh_worst_s": round(max(refreshed), 3),
        "bare_inference_s": round(statistics.median(bare), 3),
        "refresh_to_bare": round(statistics.median(r / b for r, b in zip(refreshed, bare, strict=True)), 2),
        "target": "refresh_s <= 1",
    }


def main(*, as_json: bool = False, rounds: int = 7) -> None:
    """Measure and print, as JSON or in words."""
    result = measure(rounds, lambda line: None if as_json else print(line, flush=True))
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main(as_json="--json" in sys.argv)

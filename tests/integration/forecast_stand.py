"""A stand for level forecasts: a few gauges, readings through the real intake, a clock held by the test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row

from geo.clock import ReplayClock
from geo.engine import connect
from geo.flood.levels.parameters import load
from geo.forecast.level_duty import LevelDuty
from geo.incident import Incident, IncidentKind, find_incident, open_incident
from ingest.intake import Intake
from ingest.subscriber import Message
from ingest.writer import Writer

#: gauges with start 1 m, caution 2 m, danger 3 m; `bare` has no threshold
GAUGES = ("a", "b", "bare")
T0 = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PARAMETERS = load()
#: a river that rises by 20 cm an hour to 2.6 m, and by 30 at last
RISING = (1.1, 1.2, 1.3, 1.5, 1.7, 1.9, 2.1, 2.3, 2.6)


@dataclass
class ForecastStand:
    """A database with gauges and an open incident, and the duty over levels."""

    url: str
    connection: psycopg.Connection[Any]
    duty: LevelDuty

    @property
    def incident(self) -> Incident:
        return find_incident(self.connection)

    def send(self, gauge: str, *levels: tuple[datetime, float]) -> None:
        """Let readings come, each when it was made, as ingest writes them."""
        for at, level_m in levels:
            payload = json.dumps({"time": at.isoformat(), "level_m": level_m}).encode()
            message = Message(f"sonae/v1/36201/gauge/{gauge}/level", payload, at, 1, 1, 1)
            incident = self.incident
            # fresh each time: it seeds itself with what is there, as after a restart
            intake = Intake.load(self.connection, incident, [])
            work, _ = intake.prepare([message], incident)
            Writer(self.connection, incident.id, intake.known).write(work)

    def rise(self, gauge: str, until: datetime = T0, levels: tuple[float, ...] = RISING) -> None:
        """Let a river rise by hourly readings, the last at `until`."""
        first = until - (len(levels) - 1) * HOUR
        self.send(gauge, *((first + number * HOUR, level) for number, level in enumerate(levels)))

    def work(self, now: datetime, duty: LevelDuty | None = None) -> None:
        """Let the duty work once, when the incident's clock shows `now`."""
        clock = ReplayClock(base=now, wall=T0, speed=1.0, end=now)
        (duty or self.duty).work(self.connection, replace(self.incident, clock=clock))

    def restarted(self) -> LevelDuty:
        """Return the duty of a process that has just been started."""
        return LevelDuty(lambda: T0, parameters=PARAMETERS)

    def query(self, statement: str, *parameters: Any) -> list[dict[str, Any]]:
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement, parameters).fetchall()  # type: ignore[arg-type]

    def forecasts(self, gauge: str) -> list[dict[str, Any]]:
        """Return the stored forecasts of a gauge, oldest first."""
        return self.query("SELECT * FROM level_forecast WHERE gauge_id = %s ORDER BY origin_at", gauge)

    def shown(self, gauge: str) -> dict[str, Any]:
        """Return what screens hold of a gauge's forecast."""
        (row,) = self.query("SELECT version, value FROM forecast_state WHERE gauge_id = %s", gauge)
        return {"v": row["version"], **row["value"]}

    def told(self, gauge: str) -> list[dict[str, Any]]:
        """Return what the change feed said of a gauge's forecast, oldest first."""
        rows = self.query(
            "SELECT version, value FROM change WHERE kind = 'forecast' AND object_id = %s ORDER BY id", gauge
        )
        return [{"v": row["version"], **row["value"]} for row in rows]

    def chronology(self) -> list[dict[str, Any]]:
        return self.query("SELECT * FROM chronology WHERE category = 'forecast' ORDER BY id")


def register_gauges(connection: psycopg.Connection[Any], *, kind: IncidentKind = "drill") -> None:
    """Write the gauges, and open an incident."""
    connection.execute("INSERT INTO installation (kind) VALUES ('demo') ON CONFLICT DO NOTHING")
    open_incident(connection, slug="test", name="試験", kind=kind, opened_at=T0 - 48 * HOUR)
    for number, gauge in enumerate(GAUGES):
        start, caution, danger = (None, None, None) if gauge == "bare" else (1.0, 2.0, 3.0)
        connection.execute(
            "INSERT INTO gauge (id, name, river, geom, start_m, caution_m, danger_m, source)"
            " VALUES (%s, %s, '試験川', ST_SetSRID(ST_MakePoint(%s, 34), 4326), %s, %s, %s, 'test')",
            (gauge, f"{gauge}橋", 134 + number / 10, start, caution, danger),
        )


@contextmanager
def forecast_stand(url: str) -> Iterator[ForecastStand]:
    """Lend a stand whose gauges have sent nothing yet."""
    with connect(url, autocommit=True) as connection:
        register_gauges(connection)
        yield ForecastStand(url, connection, LevelDuty(lambda: T0, parameters=PARAMETERS))

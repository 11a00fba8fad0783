"""A stand for the ingest process: a few gauges, a device that publishes, and the process itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from geo.engine import connect
from geo.incident import open_incident
from ops.servers.broker import PrivateBroker, temporary_broker
from ops.servers.broker_accounts import INGEST

PASSWORD = "a device's password"
GAUGES = ("a", "b", "c")


def wait_for(condition: Callable[[], bool], *, timeout_s: float = 30, what: str = "the condition") -> None:
    """Wait until `condition` holds; fail the test, naming `what`, when it does not in time."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout_s:g} s in vain for {what}")
        time.sleep(0.05)


@dataclass
class IngestStand:
    """Gauges `a`, `b`, `c` with start 1 m, caution 2 m, danger 3 m, and one ingest process."""

    database_url: str
    broker: PrivateBroker
    process: subprocess.Popen[bytes] | None = None
    devices: dict[str, Client] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, **variables: str) -> None:
        """Start the ingest process and wait for its heartbeat."""
        started = datetime.now(UTC)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ops", "ingest"], env=self.environment | variables
        )
        wait_for(
            lambda: bool(
                self.query(
                    "SELECT 1 FROM service WHERE id = 'broker' AND seen_at > %s AND state = 'up'", started
                )
            ),
            what="the heartbeat of ingest",
        )

    def kill(self) -> None:
        """End the process as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)
        self.process = None

    def stop(self) -> None:
        """Ask everything to end."""
        if self.process is not None:
            self.process.terminate()
            assert self.process.wait(timeout=20) == 0
            self.process = None
        for device in self.devices.values():
            device.disconnect()
            device.loop_stop()

    def device(self, gauge: str) -> Client:
        """Return the connected client of a gauge's own account."""
        if gauge not in self.devices:
            client = Client(CallbackAPIVersion.VERSION2, client_id=gauge, protocol=MQTTProtocolVersion.MQTTv5)
            client.username_pw_set(gauge, PASSWORD)
            client.reconnect_delay_set(1, 1)
            client.connect("127.0.0.1", self.broker.port)
            client.loop_start()
            wait_for(client.is_connected, what=f"the connection of {gauge}")
            self.devices[gauge] = client
        return self.devices[gauge]

    def send(self, gauge: str, at: datetime, level_m: float | None, **more: Any) -> MQTTMessageInfo:
        """Publish one reading as the gauge's device would."""
        payload = json.dumps({"time": at.isoformat(), "level_m": level_m, **more})
        return self.raw(gauge, payload.encode())

    def raw(self, gauge: str, payload: bytes) -> MQTTMessageInfo:
        """Publish bytes on the gauge's own level topic."""
        return self.device(gauge).publish(f"sonae/v1/36201/gauge/{gauge}/level", payload, qos=1)

    def query(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run one query; an empty answer while the database is away."""
        try:
            with connect(self.database_url) as connection:
                return connection.execute(statement, parameters).fetchall()  # type: ignore[arg-type]
        except psycopg.OperationalError:
            return []

    def count(self, statement: str, *parameters: Any) -> int:
        """Run a query that counts; −1 while the database is away."""
        rows = self.query(statement, *parameters)
        return int(rows[0][0]) if rows else -1

    def state(self, gauge: str) -> dict[str, Any]:
        """Return the river's state, empty when there is none."""
        rows = self.query("SELECT to_jsonb(s) FROM river_state s WHERE gauge_id = %s", gauge)
        return dict(rows[0][0]) if rows else {}


@contextmanager
def ingest_stand(database_url: str, state_dir: Path) -> Iterator[IngestStand]:
    """Lend a stand with its gauges registered and a broker of its own; ingest is started by the test."""
    _register(database_url)
    with temporary_broker() as broker:
        broker.add_accounts(dict.fromkeys((*GAUGES, INGEST), PASSWORD))
        stand = IngestStand(database_url, broker)
        stand.environment = {
            **os.environ,
            "SONAE_DATABASE_URL": database_url,
            "SONAE_MQTT_URL": broker.url(INGEST, PASSWORD),
            "SONAE_STATE_DIR": str(state_dir),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        try:
            yield stand
        finally:
            stand.stop()


def _register(database_url: str) -> None:
    with connect(database_url) as connection:
        connection.execute("INSERT INTO installation (kind) VALUES ('operational') ON CONFLICT DO NOTHING")
        opened = datetime.now(UTC) - timedelta(days=2)
        open_incident(connection, slug="test", name="test", kind="actual", opened_at=opened)
        for number, gauge in enumerate(GAUGES):
            connection.execute(
                "INSERT INTO gauge (id, name, river, geom, start_m, caution_m, danger_m, source)"
                " VALUES (%s, %s, '試験川', ST_SetSRID(ST_MakePoint(%s, 34), 4326), 1, 2, 3, 'test')",
                (gauge, gauge, 134 + number / 10),
            )

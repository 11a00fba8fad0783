"""What 300 aircraft at 1 Hz cost the ingest process: its share of one core, and how late the screens hear.

Each aircraft is a message of its own, spread over the second, with heights, speed and course. In the same
run the plainest loop (`bare_track_loop.py`: json.loads, two statements and a commit for each message, no
judging, no telling) takes the same messages. The processor time is that of the process itself, its own and
the kernel's for it; the database's and the broker's are not in it.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from geo.engine import connect, make_engine
from geo.incident import open_incident
from geo.migrations.run import upgrade
from ops.servers.broker import PrivateBroker, temporary_broker
from ops.servers.broker_accounts import INGEST
from ops.servers.postgres import temporary_postgres

PASSWORD = "bench"
AIRCRAFT, SECONDS = 300, 15
ROOT = Path(__file__).parents[2]
#: what the plainest loop writes into
TABLES = (
    "DROP TABLE IF EXISTS bare_point, bare_state;"
    " CREATE TABLE bare_point (id text, at timestamptz, lon float8, lat float8, told json,"
    " PRIMARY KEY (id, at));"
    " CREATE TABLE bare_state (id text PRIMARY KEY, at timestamptz, lon float8, lat float8)"
)


def cpu_s(pid: int) -> float:
    """Return the processor time a process has used, its own and the kernel's for it [s]."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def position(number: int, second: float) -> bytes:
    """One aircraft on its circle of 2 km, at 50 m/s."""
    angle = second * 50 / 2000 + number
    return json.dumps(
        {
            "id": f"{number}-{second:.3f}",
            "time": datetime.now(UTC).isoformat(),
            "lon": round(134.0 + number % 20 / 20 + math.cos(angle) * 0.0217, 6),
            "lat": round(33.7 + number // 20 / 20 + math.sin(angle) * 0.018, 6),
            "altitudes": [{"value_m": 600, "reference": "ellipsoid", "accuracy_m": 8}],
            "ground_speed_m_s": 50,
            "course_deg": round(math.degrees(-angle) % 360, 1),
            "climb_m_s": 0.5,
            "endurance_s": 5000,
        }
    ).encode()


class Sender(threading.Thread):
    """Sends `AIRCRAFT` positions a second, one after the other, for `seconds`."""

    def __init__(self, broker: PrivateBroker, seconds: float) -> None:
        super().__init__()
        self.seconds, self.sent = seconds, 0
        self.client = Client(
            CallbackAPIVersion.VERSION2, client_id="sender", protocol=MQTTProtocolVersion.MQTTv5
        )
        self.client.username_pw_set("sender", PASSWORD)
        self.client.connect("127.0.0.1", broker.port)
        self.client.loop_start()

    def run(self) -> None:
        begun = time.perf_counter()
        total = int(AIRCRAFT * self.seconds)
        while self.sent < total:
            second = time.perf_counter() - begun
            while self.sent < min(total, int(second * AIRCRAFT)):
                number = self.sent % AIRCRAFT
                self.client.publish(f"sonae/v1/-/heli/h{number}/track", position(number, second), qos=1)
                self.sent += 1
            time.sleep(0.003)

    def close(self) -> None:
        """End the connection."""
        self.client.disconnect()
        self.client.loop_stop()


@contextmanager
def process(
    database_url: str, broker: PrivateBroker, command: list[str]
) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "SONAE_DATABASE_URL": database_url,
        "SONAE_MQTT_URL": broker.url(INGEST, PASSWORD), "SONAE_STATE_DIR": tempfile.gettempdir(),
    }  # fmt: skip
    started = subprocess.Popen([sys.executable, *command], env=environment, stderr=subprocess.DEVNULL)
    try:
        time.sleep(4)
        assert started.poll() is None, "the process ended"
        yield started
    finally:
        started.terminate()
        started.wait(timeout=20)


def share(started: subprocess.Popen[bytes], broker: PrivateBroker, query: str, url: str) -> float:
    """Return the share of one core that a process needs while the aircraft fly; all must arrive."""
    expected = 0
    for seconds in (2, SECONDS):
        one = Sender(broker, seconds)
        before_s, begun = cpu_s(started.pid), time.perf_counter()
        one.start()
        one.join()
        time.sleep(0.5)
        used = (cpu_s(started.pid) - before_s) / (time.perf_counter() - begun)
        one.close()
        expected += one.sent
    deadline = time.perf_counter() + 10
    with psycopg.connect(url, autocommit=True) as connection:
        while (row := connection.execute(query).fetchone()) != (expected,):
            assert time.perf_counter() < deadline, f"{row} of {expected} positions arrived"
            time.sleep(0.1)
    return used


def idle(started: subprocess.Popen[bytes]) -> float:
    """Return the share of one core that a process needs while nothing comes."""
    before_s = cpu_s(started.pid)
    time.sleep(3)
    return (cpu_s(started.pid) - before_s) / 3


def measure() -> dict[str, object]:
    """Return shares of one core, their ratio, and how late changes are [ms]."""
    with temporary_postgres() as server, temporary_broker() as broker:
        broker.add_accounts({INGEST: PASSWORD, "sender": PASSWORD}, writes={"sender": ["sonae/v1/#"]})
        engine = make_engine(server.url())
        upgrade(engine)
        engine.dispose()
        with connect(server.url()) as connection:
            opened = datetime.now(UTC) - timedelta(days=1)
            open_incident(connection, slug="bench", name="bench", kind="actual", opened_at=opened)
            connection.execute(
                "INSERT INTO installation (kind) VALUES ('operational') ON CONFLICT DO NOTHING"
            )
            connection.execute(TABLES)
        with process(server.url(), broker, ["-m", "ops", "ingest"]) as ingest:
            resting = idle(ingest)
            ours = share(ingest, broker, "SELECT count(*) FROM track_point", server.url())
        bare_command = [
            str(ROOT / "tests/benchmark/bare_track_loop.py"), server.url(), "127.0.0.1", str(broker.port),
            INGEST, PASSWORD,
        ]  # fmt: skip
        with process(server.url(), broker, bare_command) as bare:
            plain = share(bare, broker, "SELECT count(*) FROM bare_point", server.url())
        with psycopg.connect(server.url()) as connection:
            late = connection.execute(
                "SELECT percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY extract(epoch FROM at -"
                " (value->>'observed_at')::timestamptz)), count(*) FROM change WHERE kind = 'vehicle'"
            ).fetchone()
    assert late is not None
    return {
        "aircraft": AIRCRAFT,
        "seconds": SECONDS,
        "ingest_core_share": round(ours, 3),
        "ingest_idle_core_share": round(resting, 3),
        "bare_core_share": round(plain, 3),
        "ingest_to_bare": round(ours / plain, 2),
        "change_after_ms": {"p50": round(late[0][0] * 1000), "p99": round(late[0][1] * 1000)},
        "changes": late[1],
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))

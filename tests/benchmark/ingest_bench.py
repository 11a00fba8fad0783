"""How fast readings get from the broker into the database, acknowledged after the commit.

Four loops drain the same queue of QoS 1 messages, held by the broker for a session that was away, in the
same run: a bare paho loop into a list (nothing stored), a bare paho-to-PostgreSQL loop (`bare_loop.py`), a
bare COPY of the same rows (no broker), and the whole ingest process with decoding, quality control, river
states, chronology and change feed. The figure is ingest ÷ bare paho-to-PostgreSQL, median of the rounds.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from geo.engine import connect, make_engine
from geo.incident import open_incident
from geo.migrations.run import upgrade
from ingest.subscriber import RECEIVE_MAXIMUM
from ops.servers.broker import PrivateBroker, temporary_broker
from ops.servers.broker_accounts import INGEST
from ops.servers.postgres import temporary_postgres

PASSWORD = "bench"
#: gauges of a prefecture, and readings of each
GAUGES, PER_GAUGE = 200, 250
FILTER = "sonae/v1/+/gauge/+/level"
ROOT = Path(__file__).parents[2]

#: the columns, key and constraints of `reading`, in one piece
BARE_TABLE = "DROP TABLE IF EXISTS bare_reading; CREATE TABLE bare_reading (LIKE reading INCLUDING ALL)"


@dataclass(frozen=True)
class Row:
    """One reading to be sent."""

    gauge: str
    at: datetime
    level_m: float

    @property
    def payload(self) -> bytes:
        """What the device sends."""
        body = {
            "id": f"{self.gauge}-{self.at.timestamp():.0f}",
            "time": self.at.isoformat(),
            "level_m": self.level_m,
        }
        return json.dumps(body).encode()


def rows(per_gauge: int) -> list[Row]:
    """Readings of a flood, one a minute, all gauges in turn."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=per_gauge + 1)
    return [
        Row(
            f"g{gauge:03d}",
            start + timedelta(minutes=turn),
            round(2 + math.sin(turn / 80 + gauge / 7) + gauge % 5 / 10, 2),
        )
        for turn in range(per_gauge)
        for gauge in range(GAUGES)
    ]


@dataclass(frozen=True)
class Drained:
    """What one drained queue cost."""

    per_second: float
    #: processor time of the consuming process [µs]; the machine's other load hardly moves it
    cpu_us: float


def cpu_s(pid: int) -> float:
    """Return the processor time a process has used, its own and the kernel's for it [s]."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Bench:
    """One database, one broker, and the loops that are compared."""

    def __init__(self, database_url: str, broker: PrivateBroker, sent: list[Row]) -> None:
        self.database_url = database_url
        self.broker = broker
        self.sent = sent

    def fill(self, client_id: str) -> None:
        """Let the broker hold all messages for the session `client_id`, which is away."""
        self._client(client_id, INGEST, clean_start=True).disconnect()
        waiting = self._client(client_id, INGEST)
        waiting.subscribe(FILTER, qos=1)
        time.sleep(0.2)
        waiting.disconnect()
        waiting.loop_stop()
        sender = self._client("sender", "sender")
        infos = [
            sender.publish(f"sonae/v1/36201/gauge/{row.gauge}/level", row.payload, qos=1) for row in self.sent
        ]
        infos[-1].wait_for_publish(120)
        sender.disconnect()
        sender.loop_stop()

    def bare_list(self) -> float:
        """Messages per second of paho into a list, acknowledged at once."""
        self.fill("list")
        arrived: list[bytes] = []
        times: list[float] = []
        client = Client(CallbackAPIVersion.VERSION2, client_id="list", protocol=MQTTProtocolVersion.MQTTv5)

        def on_message(_client: object, _data: object, message: object) -> None:
            arrived.append(message.payload)  # type: ignore[attr-defined]
            if len(arrived) in (1, len(self.sent)):
                times.append(time.perf_counter())

        client.on_message = on_message
        self._connect(client, INGEST)
        while len(times) < 2:
            time.sleep(0.01)
        client.disconnect()
        client.loop_stop()
        return (len(self.sent) - 1) / (times[1] - times[0])

    def bare_copy(self) -> float:
        """Rows per second of one COPY of the same rows."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute(BARE_TABLE)
            started = time.perf_counter()
            with connection.cursor().copy(
                "COPY bare_reading (gauge_id, observed_at, key, incident_id, received_at, device_at, level_m,"
                " flag, source) FROM STDIN (FORMAT BINARY)"
            ) as copy:
                copy.set_types(
                    [
                        "text",
                        "timestamptz",
                        "text",
                        "int4",
                        "timestamptz",
                        "timestamptz",
                        "float8",
                        "int2",
                        "text",
                    ]
                )
                for row in self.sent:
                    copy.write_row((row.gauge, row.at, row.gauge, 1, row.at, row.at, row.level_m, 1, "bare"))
            return len(self.sent) / (time.perf_counter() - started)

    def bare_postgres(self) -> Drained:
        """The bare paho-to-PostgreSQL loop."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute(BARE_TABLE)
        self.fill("bare")
        command = [
            str(ROOT / "tests/benchmark/bare_loop.py"),
            self.database_url,
            "127.0.0.1",
            str(self.broker.port),
            INGEST,
            PASSWORD,
            str(RECEIVE_MAXIMUM),
        ]
        return self._drain(command, "bare_reading")

    def ingest(self) -> Drained:
        """The whole ingest process."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute("TRUNCATE reading, reading_verdict, river_state, change, chronology")
        self.fill("sonae-operational-ingest")
        return self._drain(["-m", "ops", "ingest"], "reading")

    def _drain(self, command: list[str], table: str) -> Drained:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SONAE_DATABASE_URL": self.database_url,
            "SONAE_MQTT_URL": self.broker.url(INGEST, PASSWORD),
            "SONAE_STATE_DIR": tempfile.gettempdir(),
        }
        process = subprocess.Popen(
            [sys.executable, *command], env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        try:
            with psycopg.connect(self.database_url, autocommit=True) as connection:
                first = self._seen(connection, table, self.sent[0], process)
                busy_s = cpu_s(process.pid)
                last = self._seen(connection, table, self.sent[-1], process)
                busy_s = cpu_s(process.pid) - busy_s
                count = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]
            assert count == (len(self.sent),), f"{count} of {len(self.sent)} rows arrived"
            # the first batch, of unknown size, was there when the clock started
            counted = len(self.sent) - RECEIVE_MAXIMUM / 2
            return Drained(counted / (last - first), busy_s / counted * 1e6)
        finally:
            process.terminate()
            process.wait(timeout=20)

    @staticmethod
    def _seen(
        connection: psycopg.Connection, table: str, row: Row, process: subprocess.Popen[bytes]
    ) -> float:
        query = f"SELECT 1 FROM {table} WHERE gauge_id = %s AND observed_at = %s"
        while connection.execute(query, (row.gauge, row.at)).fetchone() is None:  # type: ignore[arg-type]
            assert process.poll() is None, "the process ended"
            time.sleep(0.005)
        return time.perf_counter()

    def _client(self, client_id: str, account: str, *, clean_start: bool = False) -> Client:
        client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTProtocolVersion.MQTTv5)
        client.max_inflight_messages_set(1000)
        client.max_queued_messages_set(0)
        self._connect(client, account, clean_start=clean_start)
        return client

    def _connect(self, client: Client, account: str, *, clean_start: bool = False) -> None:
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 3600
        properties.ReceiveMaximum = RECEIVE_MAXIMUM
        client.username_pw_set(account, PASSWORD)
        client.connect("127.0.0.1", self.broker.port, clean_start=clean_start, properties=properties)
        client.loop_start()
        while not client.is_connected():
            time.sleep(0.01)


def prepare(database_url: str) -> None:
    """Bring the schema, open an incident, register the gauges."""
    engine = make_engine(database_url)
    upgrade(engine)
    engine.dispose()
    with connect(database_url) as connection:
        opened = datetime.now(UTC) - timedelta(days=1)
        open_incident(connection, slug="bench", name="bench", kind="actual", opened_at=opened)
        connection.execute(
            "INSERT INTO gauge (id, name, geom, start_m, caution_m, danger_m, source)"
            " SELECT 'g' || lpad(n::text, 3, '0'), 'g', ST_SetSRID(ST_MakePoint(134, 34), 4326),"
            " 1, 2.5, 3, 'bench'"
            " FROM generate_series(0, %s) n",
            (GAUGES - 1,),
        )


def measure(rounds: int, per_gauge: int, report: Callable[[str], None]) -> dict[str, object]:
    """Run the loops in turn `rounds` times; return rates [1/s], processor time [µs] and their ratios."""
    rates: dict[str, list[float]] = {"bare_list": [], "bare_copy": []}
    drained: dict[str, list[Drained]] = {"bare_postgres": [], "ingest": []}
    with temporary_postgres() as server, temporary_broker() as broker:
        broker.add_accounts(
            {INGEST: PASSWORD, "sender": PASSWORD}, writes={"sender": ["sonae/v1/+/gauge/+/level"]}
        )
        prepare(server.url())
        bench = Bench(server.url(), broker, rows(per_gauge))
        for turn in range(1, rounds + 1):
            for name, measured in rates.items():
                measured.append(getattr(bench, name)())
                report(f"round {turn}: {name} {measured[-1]:,.0f}/s")
            for name, results in drained.items():
                results.append(getattr(bench, name)())
                report(
                    f"round {turn}: {name} {results[-1].per_second:,.0f}/s, {results[-1].cpu_us:.1f} µs each"
                )
    pairs = list(zip(drained["ingest"], drained["bare_postgres"], strict=True))
    return {
        "messages": GAUGES * per_gauge,
        "rounds": rounds,
        "per_second": {
            **{name: round(statistics.median(measured)) for name, measured in rates.items()},
            **{
                name: round(statistics.median(r.per_second for r in results))
                for name, results in drained.items()
            },
        },
        "cpu_us_per_message": {
            name: round(statistics.median(r.cpu_us for r in results), 1) for name, results in drained.items()
        },
        "rate_to_bare_postgres": round(statistics.median(i.per_second / b.per_second for i, b in pairs), 3),
        "cpu_to_bare_postgres": round(statistics.median(i.cpu_us / b.cpu_us for i, b in pairs), 3),
        "target": "rate_to_bare_postgres >= 0.9",
    }


def main(*, as_json: bool = False, rounds: int = 5, per_gauge: int = PER_GAUGE) -> None:
    """Measure and print, as JSON or in words."""
    result = measure(rounds, per_gauge, lambda line: None if as_json else print(line, flush=True))
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main(as_json="--json" in sys.argv)

"""How fast and how cheaply changes get onto screens, against Mosquitto's websocket listener in the same run.

`fan-out`: 2,000 screens are sent a 2 KB delta ten times a second, by the dashboard (through database and
change feed) and by Mosquitto (the same text, QoS 0) to the same clients; the figure is the CPU time of the
server process per frame.
`chain`: 500 readings a second go the whole way, broker → ingest → PostGIS → change feed → 200 screens.
`stall`: five screens stop reading for half a minute beside twenty that read.
"""

from __future__ import annotations

import json as json_text
import math
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from rich.console import Console
from rich.table import Table

from dashboard.account import Role, create_account
from dashboard.run import allow_many_connections
from geo.change import Change, record
from geo.engine import connect, make_engine
from geo.incident import open_incident
from geo.migrations.run import upgrade
from ops.servers.broker import temporary_broker
from ops.servers.broker_accounts import INGEST
from ops.servers.postgres import DATABASE, temporary_postgres

ROOT = Path(__file__).parents[2]
CLIENT = Path(__file__).with_name("live_client.py")
PASSWORD = "password of the bench"
TICKS_PER_S = os.sysconf("SC_CLK_TCK")

SCREENS, HZ, DELTA_BYTES, FAN_OUT_S = 2000, 10, 2048, 15
CHAIN_SCREENS, CHAIN_PER_S, CHAIN_S = 200, 500, 20
STALL_HEALTHY, STALL_STALLED, STALL_S = 20, 5, 30
STALL_HZ, STALL_OBJECTS = 10, 60


@dataclass(frozen=True)
class Process:
    """A running process and what it has used."""

    child: subprocess.Popen[str]

    def cpu_s(self) -> float:
        """CPU time so far [s]."""
        fields = Path(f"/proc/{self.child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    def rss_mb(self) -> float:
        """Resident memory [MB]."""
        pages = int(Path(f"/proc/{self.child.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Screens(Process):
    """A process of light clients; `live_client.py` tells what it does."""

    def say(self, word: str) -> None:
        """Give it a word."""
        assert self.child.stdin is not None
        print(word, file=self.child.stdin, flush=True)

    def answer(self) -> dict[str, Any]:
        """Return its next answer."""
        assert self.child.stdout is not None
        line = self.child.stdout.readline()
        if not line:
            raise RuntimeError("the clients ended; see above")
        answer: dict[str, Any] = json_text.loads(line)
        return answer


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(arguments: list[str], **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program of ours until the context ends."""
    child = subprocess.Popen(
        arguments,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(10)


@contextmanager
def screens(count: int, port: int, **options: Any) -> Iterator[Screens]:
    """Connect `count` clients and wait until all are served."""
    words = json_text.dumps({"clients": count, "port": port, **options})
    with running([sys.executable, str(CLIENT), words]) as child:
        clients = Screens(child)
        clients.answer()
        yield clients


@contextmanager
def dashboard(database_url: str) -> Iterator[tuple[Process, int, str]]:
    """Run a dashboard; yield its process, its port and the cookie of somebody who is signed in."""
    port = free_port()
    code = "from dashboard.run import main; from geo.settings import read_settings; main(read_settings())"
    with running(
        [sys.executable, "-c", code],
        SONAE_INSTALLATION="demo",
        SONAE_DATABASE_URL=database_url,
        SONAE_HTTP_PORT=str(port),
        SONAE_SECURE_COOKIES="no",
    ) as child:
        yield Process(child), port, _sign_in(port)


def _sign_in(port: int) -> str:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/sign-in",
        json_text.dumps({"login": "bench", "password": PASSWORD}).encode(),
        {"Content-Type": "application/json"},
    )
    for _attempt in range(100):
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return str(answer.headers["Set-Cookie"]).partition(";")[0]
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the dashboard does not answer")


@contextmanager
def mosquitto_websockets() -> Iterator[tuple[Process, int, int]]:
    """Run a Mosquitto with a websocket listener; yield process, websocket port, MQTT port."""
    web, plain = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="sonae-bench-") as folder:
        configuration = Path(folder, "mosquitto.conf")
        configuration.write_text(
            "log_dest none\nallow_anonymous true\n"
            f"listener {plain} 127.0.0.1\nlistener {web} 127.0.0.1\nprotocol websockets\n"
        )
        path = "/usr/sbin/mosquitto" if Path("/usr/sbin/mosquitto").exists() else "mosquitto"
        with running([path, "-c", str(configuration)]) as child:
            time.sleep(1)
            yield Process(child), web, plain


def prepare(database_url: str, gauges: int) -> int:
    """Fill a database: an incident, somebody who may sign in, gauges. Return the incident's id."""
    engine = make_engine(database_url)
    upgrade(engine)
    engine.dispose()
    with connect(database_url) as connection:
        connection.execute("INSERT INTO installation (kind) VALUES ('demo') ON CONFLICT DO NOTHING")
        incident = open_incident(
            connection, slug="bench", name="bench", kind="drill", opened_at=datetime.now(UTC)
        )
        create_account(
            connection,
            login="bench",
            display_name="bench",
            password=PASSWORD,
            roles=[Role(name="duty_officer")],
            demo=True,
        )
        connection.execute(
            "INSERT INTO gauge (id, name, river, geom, start_m, danger_m, source)"
            " SELECT 'g' || n, '橋' || n, '川', ST_SetSRID(ST_Point(134 + n * 0.0001, 34), 4326),"
            " 1, 9, 'bench'"
            " FROM generate_series(1, %s) n",
            (gauges,),
        )
        connection.execute("INSERT INTO device (id, kind, gauge_id) SELECT id, 'gauge', id FROM gauge")
    return incident.id


class Publisher:
    """Writes changes of made-up objects into the feed.

    `renew` makes other objects each time, so that none is left out because a newer value is there.
    """

    def __init__(
        self, database_url: str, incident_id: int, *, objects: int, object_bytes: int, renew: bool = False
    ) -> None:
        self._connection = connect(database_url)
        self._incident_id = incident_id
        self._renew = renew
        self._objects, self._filling = objects, "x" * object_bytes
        self.version = 0
        #: when the newest batch was published [ns, CLOCK_MONOTONIC]
        self.sent_ns = 0

    def publish(self) -> None:
        """Commit one batch in which every object changes."""
        self.version += 1
        self.sent_ns = time.monotonic_ns()
        value = {"filling": self._filling, "sent_ns": self.sent_ns}
        name = f"o{self.version}-" if self._renew else "o"
        others = {"filling": self._filling}
        changes = [
            Change("bench", f"{name}{number}", self.version, others if number else value)
            for number in range(self._objects)
        ]
        with self._connection.transaction(), self._connection.cursor() as cursor:
            record(cursor, self._incident_id, changes)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def steadily(hz: float, seconds: float) -> Iterator[int]:
    """Yield `hz` times a second, by the clock and not by waits."""
    begun = time.monotonic()
    for number in range(int(hz * seconds)):
        time.sleep(max(0.0, begun + number / hz - time.monotonic()))
        yield number


def fan_out(database_url: str, incident_id: int) -> dict[str, Any]:
    """Return cost, share delivered and latency of 2,000 screens, of ours and of Mosquitto."""
    with ExitStack() as stack:
        server, port, cookie = stack.enter_context(dashboard(database_url))
        clients = stack.enter_context(screens(SCREENS, port, path="/live", cookie=cookie))
        publisher = Publisher(
            database_url, incident_id, objects=1, object_bytes=DELTA_BYTES - 220, renew=True
        )
        ours = _measured(server, clients, publisher.publish)
        publisher.close()
    with ExitStack() as stack:
        broker, web, plain = stack.enter_context(mosquitto_websockets())
        clients = stack.enter_context(screens(SCREENS, web, path="/mqtt", mqtt="bench"))
        sender = Client(CallbackAPIVersion.VERSION2)
        sender.connect("127.0.0.1", plain)
        sender.loop_start()
        filling = "x" * (DELTA_BYTES - 40)

        def publish() -> None:
            sender.publish("bench", f'{{"filling":"{filling}","sent_ns":{time.monotonic_ns()}}}')

        baseline = _measured(broker, clients, publish)
        sender.disconnect()
        sender.loop_stop()
    ratio = round(ours["cpu_us_per_frame"] / baseline["cpu_us_per_frame"], 2)
    return {"dashboard": ours, "mosquitto": baseline, "cost_ratio": ratio}


def _measured(server: Process, clients: Screens, publish: Any) -> dict[str, Any]:
    for _number in steadily(HZ, 2):
        publish()
    time.sleep(0.5)
    clients.say("measure")
    time.sleep(0.2)
    before_s = server.cpu_s()
    for _number in steadily(HZ, FAN_OUT_S):
        publish()
    time.sleep(1.0)
    used_s = server.cpu_s() - before_s
    clients.say("stop")
    seen = clients.answer()
    return {
        "cpu_us_per_frame": round(used_s / max(1, seen["frames"]) * 1e6, 2),
        "cpu_share": round(used_s / FAN_OUT_S, 3),
        "delivered": round(seen["changes"] / (SCREENS * HZ * FAN_OUT_S), 4),
        "changes_per_frame": round(seen["changes"] / max(1, seen["frames"]), 2),
        "frame_bytes": round(seen["bytes"] / max(1, seen["frames"])),
        "p50_ms": seen["p50_ms"],
        "p99_ms": seen["p99_ms"],
        "lost": seen["lost"],
        "rss_mb": round(server.rss_mb(), 1),
    }


def chain(database_url: str, gauges: int) -> dict[str, Any]:
    """Return the latency from publishing a reading to its arrival at a screen, through everything."""
    with ExitStack() as stack:
        broker = stack.enter_context(temporary_broker())
        broker.add_accounts({INGEST: PASSWORD, **{f"g{n}": PASSWORD for n in range(1, gauges + 1)}})
        state = stack.enter_context(tempfile.TemporaryDirectory(prefix="sonae-bench-"))
        code = "from ingest.run import main; from geo.settings import read_settings; main(read_settings())"
        stack.enter_context(
            running(
                [sys.executable, "-c", code],
                SONAE_INSTALLATION="demo",
                SONAE_STATE_DIR=state,
                SONAE_DATABASE_URL=database_url,
                SONAE_MQTT_URL=broker.url(INGEST, PASSWORD),
            )
        )
        server, port, cookie = stack.enter_context(dashboard(database_url))
        clients = stack.enter_context(
            screens(CHAIN_SCREENS, port, path="/live", cookie=cookie, observed=True, measure_every=20)
        )
        devices = _devices(broker.port, gauges)
        for number in steadily(CHAIN_PER_S, 3):
            _read(devices, number)
        clients.say("measure")
        before_s = server.cpu_s()
        for number in steadily(CHAIN_PER_S, CHAIN_S):
            _read(devices, number + 3 * CHAIN_PER_S)
        time.sleep(1.0)
        used_s = server.cpu_s() - before_s
        clients.say("stop")
        seen = clients.answer()
        for device in devices:
            device.disconnect()
            device.loop_stop()
    expected = CHAIN_PER_S * CHAIN_S * (CHAIN_SCREENS // 20)
    return {
        "p50_ms": seen["p50_ms"],
        "p99_ms": seen["p99_ms"],
        "seen_share": round(seen["measured"] / expected, 4),
        "frames_per_screen_s": round(seen["frames"] / CHAIN_SCREENS / CHAIN_S, 1),
        "cpu_share": round(used_s / CHAIN_S, 3),
        "lost": seen["lost"],
    }


def _devices(port: int, count: int) -> list[Client]:
    """Return connected devices; a few connections for many gauges would hide what accounts cost."""
    devices = []
    for number in range(1, count + 1):
        client = Client(
            CallbackAPIVersion.VERSION2, client_id=f"g{number}", protocol=MQTTProtocolVersion.MQTTv5
        )
        client.username_pw_set(f"g{number}", PASSWORD)
        client.connect("127.0.0.1", port)
        client.loop_start()
        devices.append(client)
    return devices


def _read(devices: list[Client], number: int) -> None:
    """Let one gauge send what it reads now."""
    index = number % len(devices)
    level_m = round(2 + math.sin(number / len(devices) / 600 + index), 3)
    body = {
        "id": f"{number}",
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level_m": level_m,
    }
    devices[index].publish(f"sonae/v1/-/gauge/g{index + 1}/level", json_text.dumps(body), qos=1)


def stall(database_url: str, incident_id: int) -> dict[str, Any]:
    """Return what healthy screens get and how the server's memory grows beside stalled ones."""
    with ExitStack() as stack:
        server, port, cookie = stack.enter_context(dashboard(database_url))
        publisher = Publisher(database_url, incident_id, objects=STALL_OBJECTS, object_bytes=500)
        healthy = stack.enter_context(screens(STALL_HEALTHY, port, path="/live", cookie=cookie))
        stalled = stack.enter_context(screens(STALL_STALLED, port, path="/live", cookie=cookie))
        for _number in steadily(STALL_HZ, 3):
            publisher.publish()
        time.sleep(0.5)
        before_mb = server.rss_mb()
        healthy.say("measure")
        stalled.say("pause")
        time.sleep(0.2)
        peak_mb, first = before_mb, publisher.version
        for _number in steadily(STALL_HZ, STALL_S):
            publisher.publish()
            peak_mb = max(peak_mb, server.rss_mb())
        time.sleep(0.5)
        published = publisher.version - first
        stalled.say("resume")
        for _number in steadily(STALL_HZ, 2):
            publisher.publish()
        time.sleep(1.0)
        healthy.say("stop")
        stalled.say("stop")
        seen, back = healthy.answer(), stalled.answer()
        publisher.close()
    total = publisher.version - first
    return {
        "healthy_delivered": round(seen["frames"] / (STALL_HEALTHY * total), 4),
        "healthy_p99_ms": seen["p99_ms"],
        "rss_growth_mb": round(peak_mb - before_mb, 1),
        "unbounded_would_be_mb": round(published * STALL_OBJECTS * 560 * STALL_STALLED / 1e6, 1),
        "stalled_lost": back["lost"],
        "stalled_caught_up": sum(seen_ns == publisher.sent_ns for seen_ns in back["newest_ns"]),
    }


def measure(console: Console) -> dict[str, Any]:
    """Run all three, each on a database of its own."""
    found: dict[str, Any] = {}
    with temporary_postgres() as postgres:
        for name, gauges in (("fan_out", 100), ("chain", 100), ("stall", 100)):
            url = postgres.create_database(f"bench_{name}", template=DATABASE)
            incident_id = prepare(url, gauges)
            with console.status(f"{name}…"):
                if name == "fan_out":
                    found[name] = fan_out(url, incident_id)
                elif name == "chain":
                    found[name] = chain(url, gauges)
                else:
                    found[name] = stall(url, incident_id)
    return found


def report(console: Console, found: dict[str, Any]) -> None:
    """Print the figures as a table."""
    table = Table("measured", "Sonae", "Mosquitto", "ratio", title="live")
    ours, baseline = found["fan_out"]["dashboard"], found["fan_out"]["mosquitto"]
    what = f"{SCREENS} screens, {HZ} Hz"
    cost = f"{found['fan_out']['cost_ratio']:.2f} ×"
    table.add_row(
        f"CPU µs a frame, {what}", f"{ours['cpu_us_per_frame']}", f"{baseline['cpu_us_per_frame']}", cost
    )
    for key in ("delivered", "changes_per_frame", "p50_ms", "p99_ms", "rss_mb", "frame_bytes"):
        table.add_row(f"{key}, {what}", f"{ours[key]}", f"{baseline[key]}", "")
    for key, value in found["chain"].items():
        table.add_row(f"{key}, {CHAIN_PER_S} readings/s to {CHAIN_SCREENS} screens", f"{value}", "", "")
    for key, value in found["stall"].items():
        table.add_row(f"{key}, {STALL_STALLED} screens stalled {STALL_S} s", f"{value}", "", "")
    console.print(table)


def main(json: bool = False) -> None:
    """Measure and print."""
    allow_many_connections()
    found = measure(Console(stderr=True))
    if json:
        print(json_text.dumps(found, indent=1))
    else:
        report(Console(), found)


if __name__ == "__main__":
    main(json="--json" in sys.argv)

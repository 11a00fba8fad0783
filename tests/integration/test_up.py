"""A whole installation from one command: what falls stands up again, what was stopped is gone."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ops.servers.broker import free_port
from ops.servers.process import started_ticks, wait_until
from ops.supervise import read_state

PROJECT = Path(__file__).resolve().parents[2]
PARTS = ["database", "broker", "ingest", "field", "forecast", "alerts", "dashboard", "public"]
START_S = 60

pytestmark = pytest.mark.servers


class Box:
    """An installation in a temporary folder, driven by the command line."""

    def __init__(self, folder: Path) -> None:
        self.state_dir = folder / "state"
        self.http_port = free_port()
        self.started: list[subprocess.Popen[bytes]] = []
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SONAE_")},
            "PYTHONPATH": str(PROJECT),
            "SONAE_STATE_DIR": str(self.state_dir),
            "SONAE_HTTP_PORT": str(self.http_port),
            "SONAE_BROKER_PORT": str(free_port()),
            "SONAE_PUBLIC_PORT": str(free_port()),
        }

    def run(self, *arguments: str, text_in: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "ops", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            input=text_in,
            check=False,
            timeout=150,
        )

    def up(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "ops", "up", "--quiet"], env=self.environment, start_new_session=True
        )
        self.started.append(process)
        assert wait_until(lambda: self.ready(process.pid) or process.poll() is not None, START_S)
        assert process.poll() is None, self.log("up")
        return process

    def ready(self, pid: int) -> bool:
        state = self.state()
        return bool(state) and state["supervisor"]["pid"] == pid and state["ready"]

    def state(self) -> dict[str, Any]:
        return read_state(self.state_dir) or {}

    def part(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(part for part in self.state()["parts"] if part["name"] == name)
        return found

    def all_up(self) -> bool:
        parts = self.state().get("parts", [])
        return [part["name"] for part in parts] == PARTS and all(part["state"] == "up" for part in parts)

    def findings(self) -> dict[str, Any]:
        doctor = self.run("doctor", "--json")
        assert doctor.returncode == 1
        return {found["subject"]: found for found in json.loads(doctor.stdout)["findings"]}

    def stood_up(self, names: Iterable[str]) -> bool:
        return self.all_up() and all(self.part(name)["restarts"] == 1 for name in names)

    def pids(self) -> list[int]:
        return [part["pid"] for part in self.state()["parts"]]

    def log(self, name: str) -> str:
        return (self.state_dir / "log" / f"{name}.log").read_text()


@pytest.fixture
def box() -> Iterator[Box]:
    folder = Path(tempfile.mkdtemp(prefix="sonae-up-"))
    folder.chmod(0o711)
    box = Box(folder)
    yield box
    box.run("down")
    for process in box.started:
        process.wait(timeout=60)
    shutil.rmtree(folder)


def test_the_whole_life_of_an_installation(box: Box) -> None:
    ill = box.findings()
    assert {"database", "broker"} <= {name for name, found in ill.items() if found["state"] == "fault"}
    assert all(found["mend"] for found in ill.values() if found["state"] == "fault")
    process = box.up()
    assert box.all_up()
    (box.state_dir / "secrets.json").chmod(0o644)
    found = box.findings()
    healthy = ("database", "schema", "broker", "ingest", "forecast")
    assert [found[name]["state"] for name in healthy] == ["good"] * 5
    assert (found["secrets"]["state"], "chmod 600" in found["secrets"]["mend"]) == ("fault", True)

    status = box.run("status", "--json")
    assert (status.returncode, json.loads(status.stdout)["up"]) == (0, True)
    with urllib.request.urlopen(f"http://127.0.0.1:{box.http_port}/health", timeout=5) as answer:
        assert answer.status == 200

    servers = ("database", "broker")
    for fallen in (*((name,) for name in servers), tuple(set(PARTS) - set(servers))):
        before = {name: box.part(name)["pid"] for name in fallen}
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)
        assert wait_until(lambda fallen=fallen: box.stood_up(fallen), START_S), fallen  # type: ignore[misc]
        for name, pid in before.items():
            assert box.part(name)["pid"] != pid
            assert f"{name}: ended unexpectedly; starting again" in box.log("up")

    again = box.run("up", "--quiet")
    assert (again.returncode, "already running" in again.stderr) == (1, True)

    # A dropped ssh connection must not end the watch.
    os.kill(process.pid, signal.SIGHUP)
    assert not wait_until(lambda: process.poll() is not None, 1)
    assert box.all_up()

    running = [*box.pids(), process.pid]
    stopped = box.run("down")
    assert stopped.stdout.startswith(f"stopped: {box.state_dir} (process {process.pid})")
    assert process.wait(timeout=60) == 0
    assert [started_ticks(pid) for pid in running] == [None] * (len(PARTS) + 1)
    assert box.run("down").stdout == "nothing was running\n"
    assert box.run("status").returncode == 1


def test_a_killed_supervisor_is_followed_by_one_that_takes_over(box: Box) -> None:
    first = box.up()
    before = {part["name"]: part["pid"] for part in box.state()["parts"]}
    first.kill()
    first.wait()
    assert all(started_ticks(pid) for pid in before.values())
    second = box.up()
    after = {part["name"]: part["pid"] for part in box.state()["parts"]}
    # The servers go on as they are; two ingests or dashboards side by side would be one too many.
    assert {name for name in PARTS if after[name] == before[name]} == {"database", "broker"}
    assert started_ticks(before["ingest"]) is None
    assert "ingest: ended, left over" in box.log("up")
    second.kill()
    second.wait()
    assert box.run("down").stdout.startswith(
        "stopped: ingest, field, forecast, alerts, dashboard, public, broker, database"
    )
    assert [started_ticks(pid) for pid in after.values()] == [None] * len(PARTS)


def test_a_taken_port_names_its_holder_and_leaves_nothing_running(box: Box) -> None:
    with socket.create_server(("127.0.0.1", box.http_port)):
        tried = box.run("up")
    assert tried.returncode == 1
    assert f"port {box.http_port} for the dashboard is taken by" in tried.stderr
    assert f"process {os.getpid()}" in tried.stderr
    assert "SONAE_HTTP_PORT" in tried.stderr
    assert box.run("down").stdout == "nothing was running\n"


def test_servers_of_somebody_else_are_used_and_none_is_started(
    box: Box, database_url: str, broker: Any
) -> None:
    broker.add_accounts({"ingest": "i"})
    box.environment["SONAE_DATABASE_URL"] = database_url
    box.environment["SONAE_MQTT_URL"] = broker.url("ingest", "i")
    started = box.run("up", "--detach")
    assert started.returncode == 0, started.stderr
    assert [part["name"] for part in box.state()["parts"]] == [
        "ingest",
        "field",
        "forecast",
        "alerts",
        "dashboard",
        "public",
    ]
    assert not (box.state_dir / "postgres").exists()
    assert not (box.state_dir / "broker").exists()
    box.run("down")
    assert broker.running()
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT kind FROM installation").fetchall() == [("operational",)]


def test_a_database_of_a_demo_is_not_run_as_real(box: Box, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO installation (kind) VALUES ('demo')")
    box.environment["SONAE_DATABASE_URL"] = database_url
    tried = box.run("migrate")
    assert tried.returncode == 1
    assert "belongs to the installation 'demo' and we are 'operational'" in tried.stderr


def test_people_and_devices_without_anything_running(box: Box) -> None:
    assert box.run("migrate").stdout.startswith("schema: empty → 0")
    added = box.run("account", "add", "Sato", "--name", "佐藤", "--role", "duty_officer", "--generate")
    assert (added.returncode, added.stdout.startswith("password ")) == (0, True)
    (person,) = json.loads(box.run("account", "list", "--json").stdout)
    assert (person["login"], person["roles"], person["demo"]) == ("sato", ["duty_officer"], False)
    twice = box.run("account", "add", "sato", "--name", "x", "--generate")
    assert (twice.returncode, twice.stderr) == (1, "sonae: there is an account 'sato' already\n")

    device = box.run("device", "add", "heli-1", "--kind", "heli", "--topic", "opentak/heli-1")
    name, password = (line.split()[1] for line in device.stdout.splitlines())
    assert name == "heli-1"
    stored = (box.state_dir / "broker" / "accounts.json").read_text()
    assert "opentak/heli-1" in stored
    assert password not in stored
    assert password not in (box.state_dir / "secrets.json").read_text()
    unknown = box.run("device", "add", "g", "--gauge", "nowhere")
    assert unknown.stderr == "sonae: there is no gauge 'nowhere' in the database\n"
    assert box.run("device", "add", "ingest").returncode == 1
    assert box.run("device", "revoke", "heli-1").returncode == 0
    (row,) = json.loads(box.run("device", "list", "--json").stdout)
    assert (row["id"], row["enabled"]) == ("heli-1", False)
    assert "heli-1" not in (box.state_dir / "broker" / "passwords").read_text()
    # Nothing stays behind of the server that was borrowed for it.
    assert box.run("down").stdout == "nothing was running\n"

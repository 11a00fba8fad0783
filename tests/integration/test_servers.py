"""The private servers, for real: started, killed, resumed, and what the broker refuses."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ops.errors import AccountNameError, ServerError
from ops.servers.broker import PrivateBroker, free_port
from ops.servers.postgres import SOCKET_PATH_MAX_BYTES, PrivatePostgres, installed_programs
from ops.servers.process import wait_until

pytestmark = pytest.mark.servers

NOT_AUTHORIZED = 135
NO_SUBSCRIBERS = 16


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the servers' accounts can pass through."""
    path = Path(tempfile.mkdtemp(prefix="sonae-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@contextmanager
def cluster(folder: Path) -> Iterator[PrivatePostgres]:
    server = PrivatePostgres(folder / "postgres", durable=False)
    try:
        yield server
    finally:
        server.stop()


def test_a_cluster_is_created_with_postgis_and_an_application_role_without_powers(folder: Path) -> None:
    with cluster(folder) as server, psycopg.connect(server.start()) as connection:
        row = connection.execute(
            "SELECT current_user, rolsuper, rolcreatedb, ST_AsText(ST_Point(1, 2)),"
            " pg_encoding_to_char(encoding) FROM pg_roles, pg_database"
            " WHERE rolname = current_user AND datname = current_database()"
        ).fetchone()
    assert row == ("sonae", False, False, "POINT(1 2)", "UTF8")


def test_its_files_and_socket_are_closed_to_everybody_else(folder: Path) -> None:
    with cluster(folder) as server:
        server.start()
        for path in (server.home, server.data, server.socket_folder):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
            assert path.stat().st_uid == server.account.uid


def test_what_was_committed_survives_kill_9_and_the_next_start_resumes(folder: Path) -> None:
    with cluster(folder) as server:
        with psycopg.connect(server.start()) as connection:
            connection.execute("CREATE TABLE seen (n int)")
            connection.execute("INSERT INTO seen VALUES (42)")
        server.kill()
        assert not server.running()
        assert (server.data / "postmaster.pid").exists()
        resumed = PrivatePostgres(server.folder, durable=False)
        with psycopg.connect(resumed.start()) as connection:
            assert connection.execute("TABLE seen").fetchall() == [(42,)]
        resumed.stop()


def test_a_running_cluster_is_joined_not_started_twice(folder: Path) -> None:
    with cluster(folder) as server:
        server.start()
        other = PrivatePostgres(server.folder, durable=False)
        assert other.start() == server.url()
        assert other.pid == server.pid


def test_a_postmaster_pid_of_a_stranger_does_not_count_as_running(folder: Path) -> None:
    with cluster(folder) as server:
        server.start()
        server.kill()
        pid_file = server.data / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
        assert server.pid is None


def test_a_cluster_of_a_version_that_is_not_installed_is_named(folder: Path) -> None:
    with cluster(folder) as server:
        server.start()
        server.stop()
        (server.data / "PG_VERSION").write_text("9\n")
        with pytest.raises(ServerError, match="made by PostgreSQL 9, which is not installed"):
            server.start()


def test_a_server_that_cannot_start_shows_the_end_of_its_log(folder: Path) -> None:
    with cluster(folder) as server:
        server.start()
        server.stop()
        (server.data / "global" / "pg_control").unlink()
        with pytest.raises(ServerError, match=r"(?s)did not answer within.*pg_control"):
            server.start(timeout_s=1)


def test_a_socket_path_too_long_for_unix_moves_to_the_temporary_folder(folder: Path) -> None:
    deep = folder / ("d" * 60) / ("e" * 60)
    server = PrivatePostgres(deep / "postgres", durable=False)
    try:
        with psycopg.connect(server.start()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert len(str(server.socket_folder / ".s.PGSQL.5432")) <= SOCKET_PATH_MAX_BYTES
        assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
    finally:
        server.stop()
        shutil.rmtree(server.socket_folder)


def test_a_socket_folder_made_by_somebody_else_first_is_refused(folder: Path) -> None:
    deep = folder / ("d" * 60) / ("e" * 60)
    server = PrivatePostgres(deep / "postgres", durable=False)
    trap = folder / "trap"
    trap.mkdir()
    server.socket_folder.symlink_to(trap)
    try:
        with pytest.raises(ServerError, match="belongs to somebody else"):
            server.start()
    finally:
        server.socket_folder.unlink()


def test_an_installed_server_is_found() -> None:
    newest = installed_programs()[0]
    assert newest.major >= 13
    assert (newest.bin_dir / "initdb").exists()


# --- the broker ---------------------------------------------------------------------------------------


class Device:
    """A paho client of one account, connected on entry, with the reasons the broker gave."""

    def __init__(
        self, broker: PrivateBroker, name: str | None, password: str | None = None, **options: Any
    ) -> None:
        self.client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=options.get("client_id", ""),
            protocol=MQTTProtocolVersion.MQTTv5,
        )
        if name is not None:
            self.client.username_pw_set(name, password)
        self.connected: list[str] = []
        self.left = threading.Event()
        self.puback: dict[int, int] = {}
        self.got: list[tuple[str, bytes]] = []
        self.client.on_connect = lambda _c, _u, _f, reason, _p: self.connected.append(str(reason))
        self.client.on_disconnect = lambda *_: self.left.set()
        self.client.on_publish = self._on_publish
        self.client.on_message = self._on_message
        self._port = broker.port
        self._options = options

    def __enter__(self) -> Self:
        expiry = Properties(PacketTypes.CONNECT)
        expiry.SessionExpiryInterval = 3600
        self.client.connect(
            "127.0.0.1",
            self._port,
            clean_start=self._options.get("clean_start", True),
            properties=expiry if "client_id" in self._options else None,
        )
        self.client.loop_start()
        assert wait_until(lambda: bool(self.connected), 10)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def publish(self, topic: str, payload: bytes = b"x", *, retain: bool = False) -> int:
        """Publish with QoS 1 and return the reason code of the broker's answer."""
        info = self.client.publish(topic, payload, qos=1, retain=retain)
        assert wait_until(lambda: info.mid in self.puback, 10)
        return self.puback[info.mid]

    def _on_publish(
        self, _client: Client, _data: object, mid: int, reason: ReasonCode, _properties: object
    ) -> None:
        self.puback[mid] = reason.value

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.got.append((message.topic, message.payload))


@pytest.fixture
def accounts(broker: PrivateBroker) -> PrivateBroker:
    broker.add_accounts({"ingest": "i", "gauge-1": "p1", "gauge-2": "p2"})
    return broker


def test_a_device_writes_below_its_own_topic_and_ingest_hears_it(accounts: PrivateBroker) -> None:
    with Device(accounts, "ingest", "i") as ingest, Device(accounts, "gauge-1", "p1") as gauge:
        ingest.client.subscribe("sonae/v1/#", qos=1)
        assert wait_until(lambda: gauge.publish("sonae/v1/36205/gauge/gauge-1/level", b"7") == 0, 10)
        assert wait_until(lambda: ("sonae/v1/36205/gauge/gauge-1/level", b"7") in ingest.got, 10)


@pytest.mark.parametrize(
    "topic",
    [
        "sonae/v1/36205/gauge/gauge-2/level",
        "sonae/v1/36205/gauge/gauge-1x/level",
        "sonae/v1/-/service/ingest/status",
        "elsewhere",
    ],
)
def test_a_device_cannot_write_as_another(accounts: PrivateBroker, topic: str) -> None:
    with Device(accounts, "ingest", "i") as ingest, Device(accounts, "gauge-1", "p1") as gauge:
        ingest.client.subscribe("sonae/v1/#", qos=1)
        assert wait_until(lambda: gauge.publish("sonae/v1/-/gauge/gauge-1/event") == 0, 10)
        assert gauge.publish(topic) == NOT_AUTHORIZED
        assert gauge.publish("sonae/v1/-/gauge/gauge-1/event", b"last") == 0
        assert wait_until(lambda: ("sonae/v1/-/gauge/gauge-1/event", b"last") in ingest.got, 10)
        assert topic not in [heard for heard, _ in ingest.got]


def test_a_device_hears_nothing(accounts: PrivateBroker) -> None:
    with Device(accounts, "gauge-1", "p1") as gauge, Device(accounts, "gauge-2", "p2") as spy:
        # Mosquitto grants the subscription and filters what it delivers.
        spy.client.subscribe("#", qos=1)
        for _ in range(5):
            assert gauge.publish("sonae/v1/-/gauge/gauge-1/level") in (0, NO_SUBSCRIBERS)
        time.sleep(0.2)
        assert spy.got == []


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("sonae/v1/-/service/ingest/status", NO_SUBSCRIBERS),
        ("sonae/v1/-/gauge/ingest/level", NOT_AUTHORIZED),
        ("sonae/v1/36205/gauge/gauge-1/level", NOT_AUTHORIZED),
        ("sonae/v1/-/shelter/ingest/event", NOT_AUTHORIZED),
    ],
)
def test_ingest_writes_its_status_and_nothing_else(accounts: PrivateBroker, topic: str, reason: int) -> None:
    with Device(accounts, "ingest", "i") as ingest:
        assert ingest.publish(topic) == reason


@pytest.mark.parametrize(("name", "password"), [(None, None), ("gauge-1", "p2"), ("stranger", "x")])
def test_nobody_comes_in_without_a_password(
    accounts: PrivateBroker, name: str | None, password: str | None
) -> None:
    with Device(accounts, name, password) as device:
        assert device.connected == ["Not authorized"]


def test_a_revoked_device_is_thrown_out_at_once_and_others_stay(accounts: PrivateBroker) -> None:
    accounts.add_accounts({"lost": "p"})
    with Device(accounts, "lost", "p") as lost, Device(accounts, "gauge-1", "p1") as gauge:
        accounts.remove_accounts(["lost"])
        assert lost.left.wait(10)
        assert gauge.publish("sonae/v1/-/gauge/gauge-1/level") in (0, NO_SUBSCRIBERS)


def test_a_vendors_device_writes_its_makers_topic_and_ingest_reads_it(accounts: PrivateBroker) -> None:
    accounts.add_accounts({"m300": "p"}, writes={"m300": ["thing/product/1581/osd"]})
    accounts.let_ingest_read(["thing/product/+/osd"])
    with Device(accounts, "ingest", "i") as ingest, Device(accounts, "m300", "p") as drone:
        ingest.client.subscribe("thing/product/+/osd", qos=1)
        assert wait_until(lambda: drone.publish("thing/product/1581/osd") == 0, 10)
        assert drone.publish("thing/product/1582/osd") == NOT_AUTHORIZED
        assert wait_until(lambda: [topic for topic, _ in ingest.got] == ["thing/product/1581/osd"], 10)


def test_a_wrong_name_changes_nothing(accounts: PrivateBroker) -> None:
    before = accounts.accounts()
    with pytest.raises(AccountNameError, match="'a/b'"):
        accounts.add_accounts({"fine": "p", "a/b": "p"})
    assert accounts.accounts() == before


def test_hundreds_of_accounts_need_no_process_each(accounts: PrivateBroker) -> None:
    names = [f"many-{number}" for number in range(500)]
    accounts.add_accounts(dict.fromkeys(names, "p"))
    with Device(accounts, names[-1], "p") as device:
        assert device.connected == ["Success"]
    accounts.remove_accounts(names)


def test_too_large_a_message_is_not_delivered(accounts: PrivateBroker) -> None:
    topic = "sonae/v1/-/gauge/gauge-1/frame"
    with Device(accounts, "ingest", "i") as ingest, Device(accounts, "gauge-1", "p1") as gauge:
        ingest.client.subscribe("sonae/v1/#", qos=1)
        assert wait_until(lambda: gauge.publish(topic, bytes(2**20)) == 0, 20)
        gauge.client.publish(topic, bytes(2**20 + 1), qos=1)
        # Mosquitto 2.0.11 ends an MQTT 5 connection over it.
        assert gauge.left.wait(10)
        assert {len(payload) for _, payload in ingest.got} == {2**20}


@pytest.fixture
def own_broker(folder: Path) -> Iterator[PrivateBroker]:
    broker = PrivateBroker(folder / "broker")
    broker.add_accounts({"ingest": "i", "gauge-1": "p1"})
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()


def test_what_waits_for_ingest_survives_a_restart(own_broker: PrivateBroker) -> None:
    # Mosquitto 2.0 saves only sessions that were begun without a clean start.
    with Device(own_broker, "ingest", "i", client_id="ingest", clean_start=False) as ingest:
        ingest.client.subscribe("sonae/v1/#", qos=1)
        time.sleep(0.1)
    count = 3000  # above Mosquitto's default queue of 1,000
    with Device(own_broker, "gauge-1", "p1") as gauge:
        infos = [
            gauge.client.publish("sonae/v1/-/gauge/gauge-1/level", str(number).encode(), qos=1)
            for number in range(count)
        ]
        assert wait_until(lambda: len(gauge.puback) == len(infos), 30)
    own_broker.stop()
    assert not own_broker.running()
    own_broker.start()
    with Device(own_broker, "ingest", "i", client_id="ingest", clean_start=False) as ingest:
        assert wait_until(lambda: len(ingest.got) == count, 30)
    assert [payload for _, payload in ingest.got] == [str(number).encode() for number in range(count)]


def test_a_killed_broker_is_resumed(own_broker: PrivateBroker) -> None:
    own_broker.kill()
    assert not own_broker.running()
    own_broker.start()
    with Device(own_broker, "gauge-1", "p1") as gauge:
        assert gauge.connected == ["Success"]


def test_accounts_added_while_it_is_starting_do_not_end_it(own_broker: PrivateBroker) -> None:
    own_broker.stop()
    own_broker.launch()
    own_broker.add_accounts({"early": "p"})
    own_broker.start()
    with Device(own_broker, "early", "p") as device:
        assert device.connected == ["Success"]


def test_its_files_are_the_brokers_alone_and_hold_no_password(own_broker: PrivateBroker) -> None:
    home = own_broker.home
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    for name in ("passwords", "access", "accounts.json", "mosquitto.conf"):
        path = home / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.stat().st_uid == own_broker.account.uid
        assert '"p1"' not in path.read_text()
        assert ":p1" not in path.read_text()


def test_a_port_that_is_taken_is_said_not_joined(broker: PrivateBroker, folder: Path) -> None:
    with pytest.raises(ServerError, match=f"port {broker.port} is taken"):
        PrivateBroker(folder / "broker", broker.port).start()


def test_a_broken_configuration_shows_the_end_of_its_log(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "ops.servers.broker.CONFIGURATION", "listener {port} {listen}\nno_such_option 1\n# {home}\n"
    )
    with pytest.raises(ServerError, match=r"(?s)did not come up.*no_such_option"):
        PrivateBroker(folder / "broker", free_port()).start()


def test_the_broker_does_not_run_as_root(own_broker: PrivateBroker) -> None:
    pid = own_broker.pid
    assert pid is not None
    owner = Path(f"/proc/{pid}").stat().st_uid
    assert owner == own_broker.account.uid
    assert owner != 0

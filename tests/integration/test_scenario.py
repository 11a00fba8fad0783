"""A scenario in a real database, and its storm through a real broker."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from geo.clock import wall_now
from geo.engine import connect
from geo.incident import find_incident
from ops.fleet import Fleet, FleetError, Gauge
from ops.installation import migrate
from ops.playback import Playback, Progress, ReplayError, wait_for_ingest
from ops.scenario import Scenario, ScenarioError, ScenarioReading, import_scenario, load_scenario
from ops.servers.broker import PrivateBroker, temporary_broker
from ops.servers.broker_accounts import INGEST

TABLES = ("area", "evacuation_site", "shelter", "gauge", "device", "incident")
PASSWORD = "a gauge's password"
FAST = 100_000


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario("shikoku-2026-06")


@pytest.fixture
def demo(database_url: str) -> str:
    migrate(database_url, "demo")
    return database_url


def contents(database_url: str) -> dict[str, Any]:
    with connect(database_url) as connection:
        return {
            table: connection.execute(f"SELECT t::text FROM {table} t ORDER BY 1").fetchall()
            for table in TABLES
        }


def test_the_ground_is_imported_and_importing_again_changes_nothing(demo: str, scenario: Scenario) -> None:
    incident = import_scenario(demo, scenario)
    assert (incident.slug, incident.kind, incident.opened_at) == ("shikoku-2026-06", "drill", scenario.start)
    assert incident.now(wall_now()) == scenario.start, "its time stands still until a replay begins"
    before = contents(demo)
    assert {table: len(rows) for table, rows in before.items()} == {
        "area": 33,
        "evacuation_site": 2115,
        "shelter": 1178,
        "gauge": 107,
        "device": 107,
        "incident": 1,
    }
    assert import_scenario(demo, scenario) == incident
    assert contents(demo) == before


def test_a_gauge_stands_where_it_stands(demo: str, scenario: Scenario) -> None:
    import_scenario(demo, scenario)
    with connect(demo) as connection:
        row = connection.execute(
            "SELECT g.name, g.river, a.name, g.datum, g.scheme, g.start_m, g.caution_m, g.danger_m,"
            " g.active_interval_s FROM gauge g JOIN area a ON a.code = g.area_code WHERE g.id = '3600000017'"
        ).fetchone()
        outside = connection.execute(
            "SELECT count(*) FROM gauge g JOIN area a ON a.code = g.area_code"
            " WHERE ST_Distance(g.geom::geography, a.geom::geography) > 500"
        ).fetchone()
    assert row == (
        *("御所地橋", "飯尾川", "徳島県名西郡石井町", "T.P.", "crisis-management"),
        *(4.96, 6.03, 6.67, 3600),
    )
    assert outside == (0,), "every gauge stands in or at the edge of its municipality"


def test_an_operational_database_takes_no_scenario(database_url: str, scenario: Scenario) -> None:
    migrate(database_url, "operational")
    with pytest.raises(ScenarioError, match="not a demo's"):
        import_scenario(database_url, scenario)
    assert all(rows == [] for table, rows in contents(database_url).items() if table != "incident")
    with connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM incident WHERE kind = 'drill'").fetchone() == (0,)


class Ear:
    """Listens as the ingest does, and keeps what each gauge said, in order."""

    def __init__(self, broker: PrivateBroker) -> None:
        self.heard: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.topics: set[str] = set()
        self._subscribed = threading.Event()
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id="ear", protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.username_pw_set(INGEST, PASSWORD)
        self._client.on_connect = lambda client, *_: client.subscribe("sonae/v1/+/gauge/+/level", qos=1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._note
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()
        assert self._subscribed.wait(10)

    def _note(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.topics.add(message.topic)
        self.heard[message.topic.split("/")[4]].append(json.loads(message.payload))

    def wait(self, count: int) -> None:
        """Wait until it has heard so many: the broker tells it after it has told the sender."""
        end = time.monotonic() + 10
        while self.count < count and time.monotonic() < end:
            time.sleep(0.01)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def count(self) -> int:
        return sum(len(said) for said in self.heard.values())


@pytest.fixture
def broker(scenario: Scenario) -> Iterator[PrivateBroker]:
    with temporary_broker() as server:
        server.add_accounts(
            {INGEST: PASSWORD, **{gauge.id: f"{PASSWORD} {gauge.id}" for gauge in scenario.gauges}}
        )
        yield server


@pytest.fixture
def ear(broker: PrivateBroker) -> Iterator[Ear]:
    listener = Ear(broker)
    yield listener
    listener.close()


def fleet_of(scenario: Scenario, broker: PrivateBroker, **changes: Any) -> Fleet:
    gauges = {
        gauge.id: Gauge(gauge.id, f"{PASSWORD} {gauge.id}", gauge.area_code) for gauge in scenario.gauges
    }
    return Fleet(gauges | changes, "127.0.0.1", broker.port, timeout_s=20)


def keys(said: dict[str, list[dict[str, Any]]]) -> list[str]:
    return [message["id"] for messages in said.values() for message in messages]


def store(database_url: str, readings: list[ScenarioReading]) -> None:
    """Write readings as the ingest would, as far as a replay looks at them."""
    with connect(database_url) as connection, connection.cursor() as cursor:
        incident = find_incident(connection)
        cursor.executemany(
            "INSERT INTO reading (gauge_id, observed_at, key, incident_id, received_at, level_m, flag,"
            " source) VALUES (%s, %s, %s, %s, %s, %s, 1, 'test')",
            [
                (one.gauge_id, one.observed_at, one.key, incident.id, one.observed_at, one.level_m)
                for one in readings
            ],
        )


def test_a_storm_at_full_speed_loses_and_reorders_nothing(
    demo: str, scenario: Scenario, broker: PrivateBroker, ear: Ear
) -> None:
    import_scenario(demo, scenario)
    seen: list[Progress] = []
    with fleet_of(scenario, broker) as fleet:
        report = Playback(scenario, demo, fleet, speed=FAST).run(seen.append)
    assert (report.sent, report.acknowledged, report.telegrams) == (959, 959, 64)
    assert report.finished
    assert ear.count == 959
    for gauge_id, said in ear.heard.items():
        expected = [one for one in scenario.readings if one.gauge_id == gauge_id]
        assert [(message["id"], message["level_m"]) for message in said] == [
            (one.key, one.level_m) for one in expected
        ]
    area_of = {gauge.id: gauge.area_code for gauge in scenario.gauges}
    assert ear.topics == {f"sonae/v1/{area_of[id_]}/gauge/{id_}/level" for id_ in ear.heard}
    assert [step.now for step in seen] == sorted(step.now for step in seen)


def test_warnings_are_recorded_when_they_were_issued_and_the_clock_stands_at_the_end(
    demo: str, scenario: Scenario, broker: PrivateBroker
) -> None:
    import_scenario(demo, scenario)
    with fleet_of(scenario, broker) as fleet:
        Playback(scenario, demo, fleet, speed=FAST).run()
    with connect(demo) as connection:
        incident = find_incident(connection)
        rows = connection.execute(
            "SELECT source_id, received_at - issued_at FROM warning_telegram"
        ).fetchall()
        standing = connection.execute("SELECT count(*) FROM warning_state WHERE level IS NOT NULL").fetchone()
        top = connection.execute(
            "SELECT text FROM chronology WHERE code = 'warning.raised' AND severity = 4 ORDER BY event_at"
        ).fetchall()
    assert {row[0] for row in rows} == {told.source_id for told in scenario.telegrams}
    assert all(late >= timedelta(0) for _, late in rows)
    assert standing == (0,)
    assert [text for (text,) in top] == [
        "徳島県南部 レベル3土砂災害警報 → レベル4土砂災害危険警報",
        "香川県（四国地方） レベル2土砂災害注意報 → レベル4土砂災害危険警報",
    ]
    assert incident.clock is not None
    assert incident.now(wall_now()) == scenario.end


def test_a_stopped_storm_goes_on_where_it_stopped(
    demo: str, scenario: Scenario, broker: PrivateBroker, ear: Ear
) -> None:
    import_scenario(demo, scenario)
    stop = threading.Event()
    half = scenario.start + (scenario.end - scenario.start) / 2

    def stop_at_half(progress: Progress) -> None:
        # On a busy machine half the storm may have passed before the first reading is out.
        if progress.now >= half and progress.acknowledged > 0:
            stop.set()

    with fleet_of(scenario, broker) as fleet:
        first = Playback(scenario, demo, fleet, speed=FAST, stop=stop).run(stop_at_half)
        fleet.wait_acknowledged(10)
    assert not first.finished
    with connect(demo) as connection:
        clock = find_incident(connection).clock
    assert clock is not None
    assert clock.base == clock.end >= half, "its time stands still"
    ear.wait(first.sent)
    heard = set(keys(ear.heard))
    assert 0 < len(heard) < 959
    store(demo, [one for one in scenario.readings if one.key in heard])

    with fleet_of(scenario, broker) as fleet:
        second = Playback(scenario, demo, fleet, speed=FAST).run()
    assert second.clock.base == clock.end
    assert (second.already_there, second.sent) == (len(heard), 959 - len(heard))
    assert len(keys(ear.heard)) == len(set(keys(ear.heard))) == 959
    with connect(demo) as connection:
        told = connection.execute("SELECT count(*) FROM warning_telegram").fetchone()
    assert told == (64,)


def test_a_crashed_storm_goes_on_from_what_was_received_last(
    demo: str, scenario: Scenario, broker: PrivateBroker
) -> None:
    import_scenario(demo, scenario)
    with fleet_of(scenario, broker) as fleet:
        Playback(scenario, demo, fleet, speed=FAST, end=scenario.start + timedelta(hours=6)).run()
    received = scenario.start + timedelta(hours=5)
    with connect(demo) as connection:
        # As after a power cut: the clock runs on, though nobody sends.
        connection.execute(
            "UPDATE incident SET clock_base = %s, clock_end = %s", (scenario.start, scenario.end)
        )
        connection.execute("UPDATE warning_telegram SET received_at = least(received_at, %s)", (received,))
    last = replace(scenario.readings[2], observed_at=received)
    store(demo, [last])
    with fleet_of(scenario, broker) as fleet:
        report = Playback(scenario, demo, fleet, speed=FAST).run()
    assert report.clock.base == received


def test_time_does_not_go_back(demo: str, scenario: Scenario, broker: PrivateBroker) -> None:
    import_scenario(demo, scenario)
    until = scenario.start + timedelta(hours=8)
    with fleet_of(scenario, broker) as fleet:
        Playback(scenario, demo, fleet, speed=FAST, end=until).run()
        with pytest.raises(ReplayError, match="cannot go back"):
            Playback(scenario, demo, fleet, speed=FAST, begin=scenario.start).run()
        later = until + timedelta(hours=2)
        report = Playback(scenario, demo, fleet, speed=FAST, begin=later).run()
    assert report.clock.base == later
    assert report.finished


def test_two_replays_of_one_storm_do_not_fight(demo: str, scenario: Scenario, broker: PrivateBroker) -> None:
    import_scenario(demo, scenario)
    with fleet_of(scenario, broker) as fleet:
        other: list[Exception] = []

        def try_another(_: Progress) -> None:
            if not other:
                try:
                    Playback(scenario, demo, fleet, speed=FAST).run()
                except ReplayError as fault:
                    other.append(fault)

        Playback(scenario, demo, fleet, speed=FAST).run(try_another)
    assert "is being replayed already" in str(other[0])


def test_a_broker_that_restarts_loses_nothing(
    demo: str, scenario: Scenario, broker: PrivateBroker, ear: Ear
) -> None:
    import_scenario(demo, scenario)
    restarted = threading.Event()

    def restart_at_half(progress: Progress) -> None:
        if progress.sent > 400 and not restarted.is_set():
            restarted.set()
            broker.stop()
            broker.start()

    with fleet_of(scenario, broker) as fleet:
        report = Playback(scenario, demo, fleet, speed=FAST).run(restart_at_half)
    assert report.acknowledged == report.sent == 959
    assert report.reconnections > 0


def test_a_gauge_with_a_wrong_password_is_named(scenario: Scenario, broker: PrivateBroker) -> None:
    bad = scenario.gauges[5]
    fleet = Fleet({bad.id: Gauge(bad.id, "guessed", bad.area_code)}, "127.0.0.1", broker.port, timeout_s=3)
    with pytest.raises(FleetError, match=f"1 of 1 gauges cannot connect.*Not authorized.*{bad.id}"), fleet:
        pass


def test_without_an_ingest_a_replay_says_so(demo: str) -> None:
    with pytest.raises(ReplayError, match="no ingest process"):
        wait_for_ingest(demo, timeout_s=0.1)


@pytest.mark.parametrize("speed", [0, -1, float("nan"), 2e6])
def test_a_speed_that_cannot_be_is_refused(speed: float, scenario: Scenario) -> None:
    with pytest.raises(ReplayError, match="speed"):
        Playback(scenario, "postgresql://nowhere", Fleet({}, "127.0.0.1", 1), speed=speed)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_closed_fleet_gives_its_descriptors_back(scenario: Scenario, broker: PrivateBroker) -> None:
    """Past 1,024 open files paho's select() fails, and gauges look as if the broker did not answer."""
    before = open_files()
    with fleet_of(scenario, broker) as fleet:
        assert fleet.connected == len(scenario.gauges)
    del fleet
    assert open_files() - before < len(scenario.gauges) / 10

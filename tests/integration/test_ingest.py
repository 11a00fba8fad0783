"""The ingest process on a real broker and a real database: nothing lost, nothing doubled, nothing silent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from geo.engine import connect
from ops.incidents import succeed
from ops.servers.postgres import temporary_postgres
from tests.integration.ingest_stand import GAUGES, IngestStand, ingest_stand, wait_for

MINUTE = timedelta(minutes=1)


@pytest.fixture
def stand(database_url: str, tmp_path: Path) -> Iterator[IngestStand]:
    with ingest_stand(database_url, tmp_path) as made:
        yield made


def moments(count: int, *, every: timedelta = 10 * MINUTE) -> list[datetime]:
    """The newest `count` moments up to now, to the second."""
    now = datetime.now(UTC).replace(microsecond=0)
    return [now - every * (count - 1 - turn) for turn in range(count)]


def readings(stand: IngestStand) -> int:
    return stand.count("SELECT count(*) FROM reading")


def send_and_see(stand: IngestStand, at: datetime, level_m: float) -> None:
    """Send one reading of gauge a and wait until it is the river's state, so that each is a batch of one."""
    stand.send("a", at, level_m).wait_for_publish(10)
    wait_for(lambda: stand.state("a").get("level_m") == level_m, what=f"{level_m} m at gauge a")


def test_reading_becomes_state_change_and_chronology(stand: IngestStand) -> None:
    stand.start()
    for at, level_m in zip(moments(4), (1.5, 1.9, 2.4, 3.1), strict=True):
        send_and_see(stand, at, level_m)
    state = stand.state("a")
    assert (state["level_m"], state["alarm"], state["trend"]) == (3.1, True, "rising")
    codes = stand.query("SELECT code, params->>'to' FROM chronology ORDER BY id")
    assert codes == [("level.up", "start"), ("level.up", "caution"), ("level.up", "danger")]
    versions = [row[0] for row in stand.query("SELECT version FROM change WHERE kind = 'gauge' ORDER BY id")]
    assert versions == sorted(versions)
    assert versions[-1] == state["version"]


def test_message_is_acknowledged_only_after_its_commit(stand: IngestStand) -> None:
    """While a lock keeps the row from being committed, a kill must leave the message with the broker."""
    stand.start()
    import psycopg

    with psycopg.connect(stand.database_url) as blocker:
        blocker.execute("LOCK TABLE reading IN ACCESS EXCLUSIVE MODE")
        stand.send("a", moments(1)[0], 1.2).wait_for_publish(10)
        time.sleep(1)
        stand.kill()
    assert readings(stand) == 0
    stand.start()
    wait_for(lambda: readings(stand) == 1, what="the message to come again")


def test_killed_mid_stream_loses_and_doubles_nothing(stand: IngestStand) -> None:
    stand.start()
    sent = moments(300, every=MINUTE)
    for turn, at in enumerate(sent):
        for gauge in GAUGES:
            stand.send(gauge, at, 1.2 + turn / 1000)
        if turn in (60, 150, 220):
            stand.kill()
            stand.start()
    wait_for(lambda: readings(stand) >= 900, what="900 readings")
    time.sleep(1)
    assert readings(stand) == 900
    assert stand.query("SELECT gauge_id, count(DISTINCT observed_at) FROM reading GROUP BY 1 ORDER BY 1") == [
        (gauge, 300) for gauge in GAUGES
    ]
    assert stand.count("SELECT count(*) FROM quarantine") == 0


def test_broker_restart_loses_and_doubles_nothing(stand: IngestStand) -> None:
    stand.start()
    sent = moments(200, every=MINUTE)
    for turn, at in enumerate(sent):
        stand.send("b", at, 1.2 + turn / 1000)
        if turn == 100:
            wait_for(lambda: readings(stand) > 50, what="some readings")
            stand.broker.stop()
            stand.broker.start()
    wait_for(lambda: readings(stand) >= 200, what="200 readings after the restart")
    time.sleep(1)
    assert readings(stand) == 200


def test_broker_that_is_gone_is_told(stand: IngestStand) -> None:
    """Ingest lives on and must not look as if all were well: no device is heard."""
    stand.start()
    stand.broker.stop()
    wait_for(
        lambda: (
            stand.count("SELECT count(*) FROM service WHERE id = 'broker' AND state = 'disconnected'") == 1
        ),
        what="the broker to be told as disconnected",
    )
    newest = "SELECT value->>'state' FROM change WHERE object_id = 'broker' ORDER BY id DESC LIMIT 1"
    assert stand.query(newest) == [("disconnected",)]
    stand.broker.start()
    wait_for(lambda: stand.query(newest) == [("up",)], what="the broker to be told as back")


def test_thousand_malformed_messages_stop_nobody(stand: IngestStand) -> None:
    stand.start()
    good = moments(50, every=MINUTE)
    faults = [
        b"",
        b"{",
        b"[]",
        b'{"time": "yesterday", "level_m": 1}',
        b'{"level_m": 1}',
        b"\xff\xfe\x00",
        b"1" * 5000,
    ]
    for turn in range(1000):
        stand.raw("c", faults[turn % len(faults)] + (str(turn).encode() if turn % 2 else b""))
        if turn % 20 == 0:
            stand.send("c", good[turn // 20], 1.5 + turn / 5000)
    wait_for(
        lambda: (
            stand.count("SELECT coalesce(sum(count), 0) FROM quarantine") == 1000 and readings(stand) == 50
        ),
        what="1,000 in quarantine and 50 readings",
    )
    topics = stand.query("SELECT DISTINCT topic FROM quarantine")
    assert topics == [("sonae/v1/36201/gauge/c/level",)]
    assert stand.count("SELECT count(*) FROM quarantine WHERE error_code = '' OR detail = ''") == 0
    total = stand.query(
        "SELECT value->>'total' FROM change WHERE kind = 'quarantine' ORDER BY version DESC LIMIT 1"
    )
    assert total == [("1000",)]


def test_same_message_twice_is_one_reading(stand: IngestStand) -> None:
    stand.start()
    at = moments(1)[0]
    for _ in range(3):
        stand.send("a", at, 1.2, id="m-1").wait_for_publish(10)
    stand.send("b", at, 1.3).wait_for_publish(10)
    wait_for(lambda: readings(stand) == 2, what="two readings")
    stand.kill()
    stand.start()
    stand.send("a", at, 1.2, id="m-1").wait_for_publish(10)
    stand.send("c", at, 1.2).wait_for_publish(10)
    wait_for(lambda: readings(stand) == 3, what="the reading of gauge c")
    assert stand.count("SELECT count(*) FROM reading WHERE gauge_id = 'a'") == 1


def test_dead_clock_is_corrected_and_its_repetition_recognised(stand: IngestStand) -> None:
    stand.start()
    dead = datetime(1970, 1, 1, tzinfo=UTC)
    stand.send("a", dead, 1.2, id="one").wait_for_publish(10)
    wait_for(lambda: readings(stand) == 1, what="the reading")
    stand.kill()
    stand.start()
    stand.send("a", dead, 1.2, id="one").wait_for_publish(10)
    stand.send("a", dead, 1.3, id="two").wait_for_publish(10)
    wait_for(lambda: stand.state("a").get("level_m") == 1.3, what="the second reading")
    rows = stand.query("SELECT key, time_corrected, device_at FROM reading ORDER BY observed_at")
    assert rows == [("one", True, dead), ("two", True, dead)]


def test_spike_is_flagged_never_dropped_and_later_failed(stand: IngestStand) -> None:
    stand.start()
    for at, level_m in zip(moments(6), (1.20, 1.21, 1.22, 4.9, 1.23, 1.24), strict=True):
        send_and_see(stand, at, level_m)
    assert readings(stand) == 6
    assert stand.query(
        "SELECT r.level_m, r.flag, v.flag FROM reading r JOIN reading_verdict v USING (gauge_id, observed_at)"
        " WHERE v.flag > 1"
    ) == [(4.9, 3, 4)]
    codes = [
        row[0] for row in stand.query("SELECT code FROM chronology WHERE category = 'quality' ORDER BY id")
    ]
    assert codes == ["quality.suspect", "quality.failed"]


def test_silence_above_start_is_told_and_its_end_too(stand: IngestStand) -> None:
    stand.start()
    old = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    stand.send("a", old, 1.5).wait_for_publish(10)
    stand.send("b", old, 0.5).wait_for_publish(10)
    wait_for(lambda: stand.state("a").get("silent") is True, what="silence of gauge a")
    assert stand.state("b")["silent"] is False, "below its start level a gauge may be silent for a day"
    stand.send("a", datetime.now(UTC), 1.6).wait_for_publish(10)
    wait_for(lambda: stand.state("a").get("silent") is False, what="the end of the silence")
    codes = [
        row[0] for row in stand.query("SELECT code FROM chronology WHERE category = 'silence' ORDER BY id")
    ]
    assert codes == ["silence.abnormal", "silence.ended"]


def test_new_incident_begins_with_the_rivers_as_they_are(stand: IngestStand) -> None:
    stand.start()
    send_and_see(stand, moments(1)[0], 3.2)
    with connect(stand.database_url) as connection:
        opened = succeed(connection, "台風第6号", datetime.now(UTC))
    wait_for(
        lambda: stand.count("SELECT count(*) FROM river_state WHERE incident_id = %s", opened.id) == 1,
        what="the state of gauge a in the new incident",
    )
    stand.send("b", moments(1)[0], 1.4).wait_for_publish(10)
    wait_for(lambda: readings(stand) == 2, what="the reading of gauge b")
    assert stand.query("SELECT gauge_id, incident_id FROM reading ORDER BY 1") == [
        ("a", opened.id - 1),
        ("b", opened.id),
    ]
    assert stand.query("SELECT action, detail->>'name' FROM audit") == [("incident.opened", "台風第6号")]


def test_new_gauge_is_found_without_a_restart(stand: IngestStand) -> None:
    stand.start()
    stand.broker.add_accounts({"d": "a device's password"})
    stand.query(
        "INSERT INTO gauge (id, name, geom, scheme, danger_m, source)"
        " VALUES ('d', 'd', ST_SetSRID(ST_MakePoint(134, 34), 4326), 'standard', 3, 'test') RETURNING id"
    )
    stand.send("d", moments(1)[0], 1.5).wait_for_publish(10)
    wait_for(lambda: stand.state("d").get("level_m") == 1.5, what="the new gauge's state")


def test_two_processes_share_one_subscription(stand: IngestStand) -> None:
    stand.start(SONAE_MQTT_SHARE_GROUP="g", SONAE_SERVICE_ID="ingest-1")
    first, stand.process = stand.process, None
    stand.start(SONAE_MQTT_SHARE_GROUP="g", SONAE_SERVICE_ID="ingest-2")
    for turn, at in enumerate(moments(200, every=MINUTE)):
        for gauge in GAUGES:
            stand.send(gauge, at, 1.2 + turn / 1000)
    wait_for(lambda: readings(stand) == 600, what="600 readings by two processes")
    wait_for(
        lambda: stand.count("SELECT sum((detail->>'committed')::int) FROM service") == 600,
        what="both heartbeats to add up",
    )
    # A heartbeat comes every two seconds: the shares are looked at when both have told theirs.
    shares = stand.query("SELECT id FROM service WHERE id <> 'broker' ORDER BY id")
    assert shares == [("ingest-1",), ("ingest-2",)]
    assert first is not None
    first.terminate()
    assert first.wait(timeout=20) == 0


def test_stopped_database_delays_and_loses_nothing(tmp_path: Path) -> None:
    """The database is away for some time while messages go on coming."""
    from geo.engine import make_engine
    from geo.migrations.run import upgrade

    with temporary_postgres() as server:
        engine = make_engine(server.url())
        upgrade(engine)
        engine.dispose()
        with ingest_stand(server.url(), tmp_path) as stand:
            stand.start()
            sent = moments(120, every=MINUTE)
            for turn, at in enumerate(sent):
                stand.send("a", at, 1.2 + turn / 1000)
                if turn == 40:
                    server.stop()
                if turn > 40:
                    time.sleep(12 / 80)
            assert stand.process is not None
            assert stand.process.poll() is None, "ingest must outlive its database"
            server.start()
            wait_for(lambda: readings(stand) >= 120, what="120 readings after the database came back")
            time.sleep(1)
            assert readings(stand) == 120

"""Readings become forecasts: stored, shown, told; late ones widen, impossible ones are said to be none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from geo.engine import connect, make_engine
from geo.forecast.level_store import hold
from geo.incident import close_incident, open_incident
from geo.migrations.run import upgrade
from ops.servers.postgres import DATABASE, PrivatePostgres, temporary_postgres
from tests.integration.forecast_stand import (
    HOUR,
    RISING,
    T0,
    ForecastStand,
    forecast_stand,
    register_gauges,
)
from tests.integration.ingest_stand import wait_for

MINUTE = timedelta(minutes=1)
EMPTY = """
TRUNCATE incident, gauge, reading, reading_verdict, level_forecast, level_skill, chronology, change CASCADE
"""


@pytest.fixture(scope="module")
def emptied(postgres: PrivatePostgres) -> Iterator[str]:
    """One database for all tests here: making one takes longer than emptying it."""
    name = f"level_forecasts_{os.getpid()}"
    yield postgres.create_database(name, template=DATABASE)
    postgres.drop_database(name)


@pytest.fixture
def stand(emptied: str) -> Iterator[ForecastStand]:
    with connect(emptied, autocommit=True) as connection:
        connection.execute(EMPTY)
    with forecast_stand(emptied) as made:
        yield made


def test_readings_become_a_forecast_that_is_kept_shown_and_told(stand: ForecastStand) -> None:
    stand.rise("a")
    stand.work(T0 + MINUTE)
    (kept,) = stand.forecasts("a")
    assert kept["origin_at"] == T0 + MINUTE
    assert (kept["status"], kept["newest_m"], kept["observed_at"]) == ("full", RISING[-1], T0)
    assert (len(kept["level_m"]), len(kept["passing"])) == (36 * 9, 6 * 36)
    shown = stand.shown("a")
    assert stand.told("a") == [shown]
    assert shown["v"] == 1
    assert shown["hours"] == [1, 2, 3, 4, 5, 6]
    assert shown["low_m"][2] < shown["median_m"][2] < shown["high_m"][2]
    assert shown["passing"].keys() == {"start", "caution", "danger"}
    assert shown["time_to"]["caution"] == {"p10": 0, "p50": 0, "p90": 0}
    assert 0 < shown["passing"]["danger"][0] <= shown["passing"]["danger"][5] < 1
    assert shown["alarm"]


def test_nothing_new_makes_no_forecast_not_even_after_a_restart(stand: ForecastStand) -> None:
    stand.rise("a")
    stand.work(T0 + MINUTE)
    stand.work(T0 + 2 * MINUTE)
    stand.work(T0 + 3 * MINUTE, stand.restarted())
    assert len(stand.forecasts("a")) == len(stand.told("a")) == len(stand.chronology()) == 1


def test_danger_ahead_is_told_once_and_eased_when_the_river_falls(stand: ForecastStand) -> None:
    stand.rise("a")
    stand.work(T0 + MINUTE)
    stand.send("a", (T0 + HOUR, 2.8))
    stand.work(T0 + HOUR + MINUTE, stand.restarted())
    (ahead,) = stand.chronology()
    assert (ahead["code"], ahead["object_id"], ahead["event_at"]) == ("forecast.ahead", "a", T0 + MINUTE)
    assert "【推計】" in ahead["text"]
    assert "3.00m" in ahead["text"]
    assert ahead["params"]["chance"] >= 0.1
    for hours, level_m in enumerate((2.4, 2.0, 1.6, 1.3), start=2):
        stand.send("a", (T0 + hours * HOUR, level_m))
        stand.work(T0 + hours * HOUR + MINUTE)
    assert [entry["code"] for entry in stand.chronology()] == ["forecast.ahead", "forecast.eased"]
    assert [one["v"] for one in stand.told("a")] == [1, 2, 3, 4, 5, 6]
    assert not stand.shown("a")["alarm"]


def test_river_over_danger_is_told_by_its_reading_not_by_a_forecast(stand: ForecastStand) -> None:
    stand.rise("a", levels=(1.5, 2.0, 2.5, 3.1))
    stand.work(T0 + MINUTE)
    assert stand.shown("a")["passing"]["danger"] == [1.0] * 6
    assert stand.shown("a")["alarm"]
    assert stand.chronology() == []


def test_lateness_widens_the_fan_until_nothing_can_be_said(stand: ForecastStand) -> None:
    stand.rise("a")
    stand.work(T0 + MINUTE)
    stand.work(T0 + 40 * MINUTE)
    late = stand.shown("a")
    assert late["status"] == "late"
    first, second = (row["level_m"][9 * 5 + 1 : 9 * 5 + 8] for row in stand.forecasts("a"))
    assert second[-1] - second[0] > first[-1] - first[0], "an hour ahead is less sure"
    stand.work(T0 + 211 * MINUTE)
    stand.work(T0 + 230 * MINUTE)
    none = stand.shown("a")
    assert none["status"] == "none"
    assert none["hours"] == none["median_m"] == []
    assert none["passing"] == none["time_to"] == {}
    assert none["peak"] is None
    assert not none["alarm"]
    assert (none["observed_at"], none["newest_m"]) == ("2026-06-02T12:00:00Z", RISING[-1])
    assert [row["status"] for row in stand.forecasts("a")] == ["full", "late", "none"]
    assert stand.forecasts("a")[-1]["level_m"] is None
    assert [entry["code"] for entry in stand.chronology()] == ["forecast.ahead", "forecast.lost"]
    assert "危険が去ったという意味ではない" in stand.chronology()[-1]["text"]
    stand.send("a", (T0 + 4 * HOUR, 2.9))
    stand.work(T0 + 4 * HOUR)
    assert stand.shown("a")["status"] == "full"


def test_doubted_threshold_alarms_nobody(stand: ForecastStand) -> None:
    stand.rise("a")
    stand.connection.execute("UPDATE river_state SET threshold_doubt = true")
    stand.work(T0 + MINUTE)
    assert stand.shown("a")["passing"]["danger"][2] >= 0.1
    assert not stand.shown("a")["alarm"]
    assert stand.chronology() == []


def test_gauge_without_thresholds_is_forecast_all_the_same(stand: ForecastStand) -> None:
    stand.rise("bare")
    stand.work(T0 + MINUTE)
    shown = stand.shown("bare")
    assert len(shown["median_m"]) == 6
    assert shown["passing"] == shown["time_to"] == {}
    assert not shown["alarm"]


def test_reading_that_proves_false_is_taken_out_of_the_forecast(stand: ForecastStand) -> None:
    stand.rise("a", levels=(1.1, 1.1, 1.1, 1.1))
    stand.rise("b", levels=(1.1, 1.1, 1.1, 1.1))
    stand.send("a", (T0 + 10 * MINUTE, 9.0))
    stand.work(T0 + 11 * MINUTE)
    for gauge in "ab":
        stand.send(gauge, (T0 + 20 * MINUTE, 1.1), (T0 + 30 * MINUTE, 1.1))
    stand.work(T0 + 31 * MINUTE)
    flags = stand.query("SELECT flag FROM reading_verdict WHERE gauge_id = 'a' ORDER BY id DESC LIMIT 1")
    assert flags == [{"flag": 4}]
    # b never had the false reading: nothing of it is left in a
    assert stand.shown("a")["median_m"] == stand.shown("b")["median_m"]


def test_two_readings_while_the_clock_stands_are_both_kept(stand: ForecastStand) -> None:
    stand.rise("a")
    stand.work(T0 + HOUR)
    stand.send("a", (T0 + 50 * MINUTE, 2.9))
    stand.work(T0 + HOUR)
    assert [row["newest_m"] for row in stand.forecasts("a")] == [2.6, 2.9]
    assert stand.shown("a")["newest_m"] == 2.9


def test_new_incident_of_a_kind_begins_with_the_past_of_that_kind(stand: ForecastStand) -> None:
    stand.rise("a")
    stand.work(T0 + MINUTE)
    drill = stand.incident
    close_incident(stand.connection, drill, T0)
    open_incident(stand.connection, slug="next", name="次", kind="drill", opened_at=T0)
    stand.send("a", (T0 + 10 * MINUTE, 2.65))
    stand.work(T0 + 11 * MINUTE)
    assert [row["status"] for row in stand.forecasts("a")] == ["full", "full"]
    close_incident(stand.connection, stand.incident, T0)
    open_incident(stand.connection, slug="real", name="本番", kind="actual", opened_at=T0)
    stand.send("a", (T0 + 20 * MINUTE, 2.7))
    stand.work(T0 + 21 * MINUTE)
    assert stand.forecasts("a")[-1]["status"] == "no-trend", "a drill's water is not in a real river"


def test_two_processes_do_not_tell_twice(stand: ForecastStand) -> None:
    stand.rise("a")
    with connect(stand.url) as other, other.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        assert hold(cursor, stand.incident.id)
        stand.work(T0 + MINUTE)
        assert stand.forecasts("a") == []
    stand.work(T0 + MINUTE)
    assert len(stand.forecasts("a")) == 1


def test_skill_of_the_project_stands_beside_its_forecasts(stand: ForecastStand) -> None:
    stand.work(T0)
    skill = {row["subject"]: row["document"] for row in stand.query("SELECT * FROM level_skill")}
    assert {"1", "3", "6"} <= skill["*"]["hours"].keys()
    assert skill["*"]["fitted_to"]["learned_before"].startswith("2026-03-20")
    stand.connection.execute(
        "UPDATE level_skill SET document = '{\"fitted_to\": {}, \"hours\": {}}' WHERE subject = '*'"
    )
    stand.work(T0, stand.restarted())
    assert stand.query("SELECT document FROM level_skill WHERE subject = '*'") == [{"document": skill["*"]}]


def test_process_forecasts_on_and_outlives_its_database(tmp_path: Path) -> None:
    with temporary_postgres() as server:
        engine = make_engine(server.url())
        upgrade(engine)
        engine.dispose()
        with connect(server.url(), autocommit=True) as connection:
            register_gauges(connection, kind="actual")
        process = subprocess.Popen(
            [sys.executable, "-m", "ops", "forecast"],
            env={
                **os.environ,
                "SONAE_DATABASE_URL": server.url(),
                "SONAE_MQTT_URL": "mqtt://127.0.0.1:1",
                "SONAE_STATE_DIR": str(tmp_path),
                "PYTHONPATH": str(Path(__file__).parents[2]),
            },
        )
        try:
            _rise_now(server.url(), 1.2)
            wait_for(lambda: _newest(server.url()) == 1.2, what="the first forecast")
            assert _service(server.url()) == "up"
            server.stop()
            server.start()
            assert process.poll() is None, "it must outlive its database"
            _rise_now(server.url(), 1.4)
            wait_for(lambda: _newest(server.url()) == 1.4, what="a forecast after the restart")
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0


def _rise_now(url: str, level_m: float) -> None:
    with connect(url, autocommit=True) as connection:
        stand = ForecastStand(url, connection, duty=None)  # type: ignore[arg-type]
        stand.send("a", (datetime.now(UTC), level_m))


def _newest(url: str) -> float | None:
    with connect(url, autocommit=True) as connection:
        rows = connection.execute("SELECT (value->>'newest_m')::float FROM forecast_state").fetchall()
    return rows[0][0] if rows else None


def _service(url: str) -> str:
    with connect(url, autocommit=True) as connection:
        rows = connection.execute("SELECT state FROM service WHERE id = 'forecast'").fetchall()
    return str(rows[0][0])

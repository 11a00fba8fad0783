"""Forecasts and official warnings become proposals: kept, told, held without data, decided, expired."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from alerts.gauge_area import read_gauge_areas, store_gauge_areas
from alerts.proposal_duty import ProposalDuty
from alerts.proposal_store import Decider, ProposalError, decide
from alerts.warning import Statement, Telegram
from alerts.warning_store import record_telegram
from geo.clock import ReplayClock
from geo.engine import connect
from ops.servers.postgres import DATABASE, PrivatePostgres
from tests.integration.forecast_stand import HOUR, RISING, T0, ForecastStand, forecast_stand

AREA = "municipality:36301:flood"
MINUTE = timedelta(minutes=1)


EMPTY = "TRUNCATE incident, gauge, reading, level_forecast, area, people_point, account, change CASCADE"


@pytest.fixture(scope="module")
def emptied(postgres: PrivatePostgres) -> Iterator[str]:
    """One database for all tests here: making one takes longer than emptying it."""
    name = f"proposals_{os.getpid()}"
    yield postgres.create_database(name, template=DATABASE)
    postgres.drop_database(name)


@pytest.fixture
def stand(emptied: str) -> Iterator[ForecastStand]:
    with connect(emptied, autocommit=True) as connection:
        connection.execute(EMPTY)
    with forecast_stand(emptied) as made:
        made.connection.execute(
            "INSERT INTO area (code, name, geom, source) VALUES ('36301', '徳島県勝浦郡勝浦町',"
            " ST_Multi(ST_MakeEnvelope(134.3, 33.8, 134.6, 34.1, 4326)), 'test')"
        )
        made.connection.execute("UPDATE gauge SET area_code = '36301' WHERE id = 'a'")
        made.connection.execute(
            "INSERT INTO people_point (id, geom, area_code, district, persons, households, ages, source,"
            " synthetic) VALUES ('p', ST_Point(134.45, 33.93, 4326), '36301', '生名', 100, 40,"
            " '{\"0-64\": 60, \"65+\": 40}', 'test', true)"
        )
        yield made


def propose(stand: ForecastStand, now: datetime, *, forecast: bool = True) -> None:
    if forecast:
        stand.work(now)
    clock = ReplayClock(base=now, wall=T0, speed=1.0, end=now)
    ProposalDuty(lambda: T0).work(stand.connection, replace(stand.incident, clock=clock))


def told(stand: ForecastStand) -> dict[str, Any]:
    (row,) = stand.query("SELECT * FROM proposal WHERE id = %s", AREA)
    return row


def codes(stand: ForecastStand) -> list[str]:
    return [
        row["code"] for row in stand.query("SELECT code FROM chronology WHERE category = 'order' ORDER BY id")
    ]


def test_a_river_that_rises_is_proposed_with_its_grounds(stand: ForecastStand) -> None:
    stand.rise("a", levels=(*RISING[2:], 2.8, 3.1))
    propose(stand, T0 + MINUTE)
    row = told(stand)
    content = row["content"]
    assert (row["level"], row["state"], row["held"]) == (4, "open", False)
    assert content["evidence"][0]["kind"] == "observed"
    assert content["binding"] == [{"gauge": "a", "by": "municipality", "source": None}]
    assert (content["people"], content["households"], content["elderly"]) == (100, 40, 40)
    assert content["people_synthetic"] is True
    assert content["available"]["p10_s"] <= 0
    assert content["need"]["total_s"] > 0
    assert datetime.fromisoformat(content["latest_start"]["p10"]) < T0
    (change,) = stand.query("SELECT value FROM change WHERE kind = 'proposal'")
    assert change["value"]["id"] == AREA
    assert codes(stand) == ["proposal.opened"]


def test_missing_data_holds_the_level_and_says_what_is_missing(stand: ForecastStand) -> None:
    stand.rise("a", levels=(*RISING[2:], 2.8, 3.1))
    propose(stand, T0 + MINUTE)
    propose(stand, T0 + 5 * HOUR)
    row = told(stand)
    assert (row["level"], row["held"], row["state"]) == (4, True, "open")
    assert "危険が去ったという意味ではない" in row["content"]["unknown"][0]["text"]
    assert row["content"]["latest_start"] is None
    assert row["expires_at"] > T0 + 5 * HOUR
    assert codes(stand) == ["proposal.opened", "proposal.renewed"]


def test_it_falls_on_fresh_data_and_says_so(stand: ForecastStand) -> None:
    stand.rise("a", levels=(*RISING[2:], 2.8, 3.1))
    propose(stand, T0 + MINUTE)
    falling = (2.6, 2.1, 1.7, 1.4, 1.2, 1.1)
    stand.send("a", *((T0 + (n + 1) * HOUR, level) for n, level in enumerate(falling)))
    propose(stand, T0 + 6 * HOUR)
    assert told(stand)["state"] == "expired"
    assert codes(stand)[-1] == "proposal.expired"
    propose(stand, T0 + 6 * HOUR + MINUTE)
    assert codes(stand).count("proposal.expired") == 1


def test_looking_later_or_from_another_process_gives_the_same(stand: ForecastStand) -> None:
    stand.rise("a", levels=(*RISING[2:], 2.8))
    stand.work(T0 + MINUTE)
    stand.send("a", (T0 + HOUR, 3.1))
    stand.work(T0 + HOUR)
    stand.send("a", (T0 + 2 * HOUR, 2.9))
    propose(stand, T0 + 2 * HOUR)
    assert told(stand)["level"] == 4
    number = told(stand)["revision"]
    propose(stand, T0 + 2 * HOUR, forecast=False)
    assert told(stand)["revision"] == number


def test_a_clock_that_is_set_back_issues_nothing_twice(stand: ForecastStand) -> None:
    stand.rise("a", levels=(*RISING[2:], 2.8, 3.1))
    propose(stand, T0 + MINUTE)
    propose(stand, T0 + 2 * HOUR)
    propose(stand, T0 - HOUR)
    assert codes(stand).count("proposal.opened") == 1
    assert told(stand)["level"] == 4
    assert told(stand)["expires_at"] <= T0


def test_official_level_4_is_proposed_without_a_number_nobody_knows(stand: ForecastStand) -> None:
    telegram = Telegram(
        source_id="t1", publisher="徳島県", issued_at=T0, statements=(Statement("南部", "土砂災害", 4),)
    )
    record_telegram(stand.connection, stand.incident.id, telegram, received_at=T0)
    propose(stand, T0 + MINUTE)
    (row,) = stand.query("SELECT * FROM proposal WHERE hazard = 'landslide'")
    assert (row["id"], row["level"]) == ("municipality:36301:landslide", 4)
    assert (row["content"]["latest_start"], row["content"]["available"]) == (None, None)
    assert row["content"]["skill"] is None
    assert any("開始期限は不明" in item["text"] for item in row["content"]["unknown"])


def test_a_warning_of_a_region_nobody_knows_covers_its_prefecture(stand: ForecastStand) -> None:
    stand.connection.execute(
        "INSERT INTO warning_state (incident_id, id, version, publisher, region, hazard, level, name, areas,"
        " issued_at, source_id) VALUES (%s, '36:謎川:河川氾濫', 1, '徳島県', '謎川', '河川氾濫', 4,"
        " '謎川レベル4氾濫危険警報', '{}', %s, 't')",
        (stand.incident.id, T0),
    )
    propose(stand, T0 + MINUTE)
    assert (told(stand)["level"], told(stand)["content"]["rule"]) == (4, "official")


def test_a_gauge_threatens_the_areas_that_planners_say(stand: ForecastStand) -> None:
    lines = ("b,363014,生名,水防計画,0", "z,36301,,水防計画,", "b,99,,x,", "b,,,x,", "b,13101,,x,")
    table = "\n".join(("gauge,area,district,source,verified", *lines))
    rows, faults = read_gauge_areas(table.encode(), name="table.csv")
    assert [(fault.line, fault.column) for fault in faults] == [(4, "area"), (5, "area")]
    stored, unknown = store_gauge_areas(stand.connection, rows)
    assert (stored, [fault.value for fault in unknown]) == (2, ["z", "13101"])
    stand.rise("b", levels=(*RISING[2:], 2.8, 3.1))
    propose(stand, T0 + MINUTE)
    (row,) = stand.query("SELECT * FROM proposal")
    assert (row["id"], row["area_code"]) == ("district:36301.生名:flood", "36301")
    assert row["content"]["binding"] == [{"gauge": "b", "by": "table", "source": "水防計画"}]


def test_a_decision_stands_for_the_level_that_was_seen(stand: ForecastStand) -> None:
    stand.rise("a", levels=(*RISING[2:], 2.8, 3.1))
    propose(stand, T0 + MINUTE)
    stand.connection.execute(
        "INSERT INTO account (id, installation, login, display_name, password_hash)"
        " VALUES (7, 'demo', 'x', '当直', 'x')"
    )
    decider = Decider(account_id=7, name="当直")
    with stand.connection.transaction(), stand.connection.cursor(row_factory=dict_row) as cursor:
        with pytest.raises(ProposalError, match="reason is blank"):
            decide(cursor, stand.incident.id, AREA, "rejected", decider, at=T0, reason=" ")
        decide(cursor, stand.incident.id, AREA, "rejected", decider, at=T0, reason="現地で確認")
    propose(stand, T0 + 2 * MINUTE)
    row = told(stand)
    assert (row["state"], row["decision"]["reason"]) == ("rejected", "現地で確認")
    with pytest.raises(psycopg.IntegrityError, match="was told and stays"):
        stand.connection.execute("DELETE FROM proposal_revision")


def test_lifting_is_considered_only_when_everything_known_is_low(stand: ForecastStand) -> None:
    stand.connection.execute(
        "INSERT INTO account (id, installation, login, display_name, password_hash)"
        " VALUES (7, 'demo', 'x', '当直', 'x')"
    )
    stand.connection.execute(
        "INSERT INTO evacuation_order (id, incident_id, area_code, origin, level, state, revision, issued_at)"
        " VALUES (1, %s, '36301', 'recorded', 4, 'issued', 1, %s)",
        (stand.incident.id, T0),
    )
    stand.connection.execute(
        "INSERT INTO order_revision (order_id, number, origin, act, state, level, districts, reason, hazard,"
        " texts, evidence, digest, author_id, edited_by, drafted_at, effective_at, expires_at,"
        " recorded_source) VALUES (1, 1, 'recorded', 'issue', 'in_force', 4, '[]', '', 'flood', '{}', '[]',"
        " 'd', 7, 7, %(t)s, %(t)s, %(e)s, '電話')",
        {"t": T0, "e": T0 + 48 * HOUR},
    )
    propose(stand, T0 + MINUTE)
    assert stand.query("SELECT * FROM proposal") == []
    falling = (1.9, 1.7, 1.5, 1.3, 1.2, 1.1)
    stand.send("a", *((T0 + n * HOUR, level) for n, level in enumerate(falling)))
    propose(stand, T0 + 5 * HOUR + MINUTE)
    row = told(stand)
    assert (row["act"], row["level"]) == ("lift", 4)
    assert "解除の検討条件" in stand.query("SELECT text FROM chronology WHERE category = 'order'")[0]["text"]

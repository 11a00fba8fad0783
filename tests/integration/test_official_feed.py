"""Official messages from a feed, a folder and files, against a simulator of a feed server on loopback."""

from __future__ import annotations

import os
import tarfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from alerts.feed_poll import make_client, poll
from alerts.intake import take_in
from alerts.telegram_duty import TelegramDuty
from alerts.warning_store import expire
from geo.engine import connect
from geo.incident import Incident, open_incident
from geo.settings import Settings, SettingsError, read_settings

DATA = Path(__file__).parents[1] / "data" / "official"
WALL = datetime(2026, 6, 2, tzinfo=UTC)
RAIN, LANDSLIDE = "15_17_01_250630_VPWW55.xml", "15_17_01_250630_VPWW56.xml"


def sample(name: str) -> bytes:
    with tarfile.open(DATA / "jma-samples.tar.xz") as tar:
        member = next(m for m in tar.getmembers() if m.name.endswith(name))
        return tar.extractfile(member).read()  # type: ignore[union-attr]


class FeedSimulator:
    """A simulator of a server of Atom feeds: it says what it was asked, and can be made to fail."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.entries: list[tuple[str, str, str]] = []
        self.asked: list[str] = []
        self.away = False
        simulator = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                simulator.answer(self)

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/feed.xml"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def feed(self) -> bytes:
        entries = "".join(
            f"<entry><title>{title}</title><id>{path}</id><updated>{updated}</updated>"
            f'<link type="application/xml" href="{path}"/></entry>'
            for path, title, updated in self.entries
        )
        return f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = self.feed() if request.path == "/feed.xml" else self.files.get(request.path)
        tag = f'"{len(self.entries)}"'
        status = 503 if self.away else 404 if body is None else 200
        if status == 200 and request.path == "/feed.xml" and request.headers["If-None-Match"] == tag:
            status = 304
        self.asked.append(f"{status} {request.path}")
        request.send_response(status)
        request.send_header("ETag", tag)
        request.send_header("Content-Length", str(len(body or b"") if status == 200 else 0))
        request.end_headers()
        if status == 200:
            request.wfile.write(body or b"")

    def add(self, path: str, data: bytes | None, title: str = "気象警報・注意報（Ｒ０６）（大雨）") -> None:
        self.entries.append((path, title, f"2026-06-02T00:00:{len(self.entries):02d}Z"))
        if data is not None:
            self.files[path] = data


class Desk:
    def __init__(self, connection: psycopg.Connection[Any], kind: str = "actual") -> None:
        self.connection = connection
        self.incident: Incident = open_incident(
            connection,
            slug=kind,
            name=kind,
            kind=kind,
            opened_at=WALL,  # type: ignore[arg-type]
        )

    def rows(self, query: str) -> list[dict[str, Any]]:
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query).fetchall()  # type: ignore[call-overload,no-any-return]

    def in_force(self) -> dict[str, int]:
        return {
            row["id"]: row["level"]
            for row in self.rows("SELECT * FROM warning_state WHERE level IS NOT NULL")
        }

    def take(self, data: bytes, **more: Any) -> str:
        return take_in(self.connection, self.incident, data, "x.xml", wall=WALL, **more).outcome

    def refused(self) -> dict[str, int]:
        return {row["code"]: row["count"] for row in self.rows("SELECT code, count FROM refused_telegram")}


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with connect(database_url, autocommit=True) as connection:
        yield Desk(connection)


@pytest.fixture
def simulator() -> Iterator[FeedSimulator]:
    made = FeedSimulator()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_a_feed_is_asked_conditionally_and_each_message_once(desk: Desk, simulator: FeedSimulator) -> None:
    simulator.add("/rain.xml", sample(RAIN))
    simulator.add("/quake.xml", None, "震度速報")
    simulator.add("/late.xml", None)
    simulator.entries.append(("http://127.0.0.2/else.xml", "土砂災害警戒情報", "2026-06-02T00:00:09Z"))
    with make_client() as client:

        def look() -> Any:
            return poll(desk.connection, desk.incident, client, simulator.address, wall=WALL, titles=True)

        first = look()
        assert (first.taken, first.refused) == (1, 1)
        assert "1 messages not fetched" in first.fault
        # What could not be fetched is asked for again, and nothing else is.
        simulator.files["/late.xml"] = sample(LANDSLIDE)
        second = look()
        assert (second.fault, second.taken) == (None, 1)
        assert look().fault is None
        assert simulator.asked == [
            *("200 /feed.xml", "200 /rain.xml", "404 /late.xml"),
            *("200 /feed.xml", "200 /late.xml", "304 /feed.xml"),
        ]
        before = desk.in_force()
        assert before["32:レベル4土砂災害危険警報"] == 4
        simulator.away = True
        assert "503" in look().fault
        assert desk.in_force() == before
    codes = [
        row["code"] for row in desk.rows("SELECT code FROM chronology WHERE category = 'system' ORDER BY id")
    ]
    assert codes == ["feed.away", "feed.back", "feed.away"]
    assert desk.refused() == {"bad-link": 1}
    (state,) = desk.rows("SELECT answered_at, fault FROM feed_state")
    assert (state["answered_at"], "503" in state["fault"]) == (WALL, True)


def test_what_is_refused_is_kept_with_its_bytes(desk: Desk) -> None:
    training = sample(RAIN).replace("<Status>通常".encode(), "<Status>訓練".encode())
    assert desk.take(training) == "drill-wall"
    assert desk.take(training) == "drill-wall"
    assert desk.take(b"nonsense") == "not-xml"
    assert desk.take(sample(RAIN), prefectures=frozenset({"36"})) == "elsewhere"
    assert desk.refused() == {"drill-wall": 2, "not-xml": 1, "elsewhere": 1}
    assert {row["body"] for row in desk.rows("SELECT body FROM refused_telegram")} >= {training, b"nonsense"}
    assert desk.in_force() == {}
    assert desk.take(sample(RAIN), prefectures=frozenset({"32"})) == "recorded"
    assert desk.take(sample(RAIN)) == "known"
    assert desk.rows("SELECT body FROM warning_telegram")[0]["body"] == sample(RAIN)


def test_the_database_itself_keeps_a_training_out_of_an_actual_incident(database_url: str) -> None:
    training = sample(RAIN).replace("<Status>通常".encode(), "<Status>訓練".encode())
    with connect(database_url, autocommit=True) as connection:
        drill = Desk(connection, "drill")
        assert drill.take(training) == "recorded"
        assert all(id_.startswith("訓練:") for id_ in drill.in_force())
        actual = Desk(connection, "actual")
        with pytest.raises(psycopg.errors.CheckViolation, match="drill_wall"):
            connection.execute(
                "UPDATE warning_telegram SET incident_id = %s, incident_kind = 'actual'",
                (actual.incident.id,),
            )


def test_what_its_publisher_limited_in_time_ends_and_is_said(desk: Desk) -> None:
    tornado = sample("19_10_03_250630_VPHW50.xml")
    assert desk.take(tornado) == "recorded"
    issued = datetime(2015, 7, 17, 0, 21, tzinfo=UTC)
    # It was over when it arrived: nothing is in force, nothing ends.
    assert desk.in_force() == {}
    later = desk.connection.execute(
        "INSERT INTO warning_state (incident_id, id, version, publisher, region, hazard, level, name, areas,"
        " issued_at, source_id, expires_at) SELECT incident_id, '11:竜巻注意情報', 1, publisher,"
        " 'x', '竜巻', 2, 'x', '{}', issued_at, source_id, %s FROM warning_telegram RETURNING id",
        (issued + timedelta(minutes=69),),
    ).fetchone()
    assert later is not None
    assert expire(desk.connection, desk.incident.id, issued) == 0
    assert expire(desk.connection, desk.incident.id, WALL) == 1
    assert desk.in_force() == {}
    assert [row["code"] for row in desk.rows("SELECT code FROM chronology")] == ["warning.expired"]


def test_the_duty_takes_a_folder_and_a_feed(
    desk: Desk, simulator: FeedSimulator, database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "rain.xml").write_bytes(sample(RAIN))
    os.utime(tmp_path / "rain.xml", (1_000_000_000, 1_000_000_000))
    simulator.add("/landslide.xml", sample(LANDSLIDE))
    settings = Settings(database_url=database_url, jma_feed=(simulator.address,), telegram_folder=tmp_path)
    duty = TelegramDuty(settings, lambda: WALL)
    try:
        for _ in range(100):
            duty.work(desk.connection, desk.incident)
            if len(desk.in_force()) == 4:
                break
            threading.Event().wait(0.05)
    finally:
        threads = duty._threads or []
        duty.close()
    assert all(not thread._thread.is_alive() for thread in threads)
    assert set(desk.in_force()) == {
        *("32:レベル3大雨警報", "32:レベル2大雨注意報"),
        *("32:レベル4土砂災害危険警報", "32:レベル2土砂災害注意報"),
    }
    assert duty.folder == {"recorded": 1}
    # Another incident begins: what lies in the folder is in force there too.
    other = Desk(desk.connection, "drill").incident
    duty.work(desk.connection, other)
    again = desk.rows(f"SELECT id FROM warning_state WHERE incident_id = {other.id}")
    assert {row["id"] for row in again} >= {"32:レベル3大雨警報"}
    services = desk.rows("SELECT id, state FROM service")
    assert [row["id"] for row in services] == [f"feed-jma:{simulator.address}"]


def test_settings_name_what_is_wrong() -> None:
    read = read_settings({"SONAE_JMA_FEED": "https://a/x https://a/y", "SONAE_WARNING_PREFECTURES": "36,37"})
    assert (read.jma_feed, read.warning_prefectures) == (
        ("https://a/x", "https://a/y"),
        frozenset({"36", "37"}),
    )
    with pytest.raises(SettingsError, match="SONAE_CAP_FEED"):
        read_settings({"SONAE_CAP_FEED": "file:///etc/passwd"})
    with pytest.raises(SettingsError, match="SONAE_WARNING_PREFECTURES holds '99'"):
        read_settings({"SONAE_WARNING_PREFECTURES": "99"})

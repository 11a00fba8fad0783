"""A dashboard as it really runs: uvicorn on a free port, a real database, screens that connect to it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as connect_websocket

from dashboard.account import Role, create_account
from dashboard.run import configuration, listening_socket
from geo.change import Change, record
from geo.engine import connect
from geo.incident import open_incident
from geo.live_value import gauge_identity, gauge_value
from geo.settings import Settings

PASSWORD = "a password for tests"
PEOPLE = {"officer": ["duty_officer"], "admin": ["administrator"], "medic": ["health"]}

AREAS = """
INSERT INTO area (code, name, geom, source) VALUES
 ('36205', '徳島県吉野川市', ST_Multi(ST_MakeEnvelope(134.2, 34.0, 134.5, 34.2, 4326)), 'test'),
 ('36368', '徳島県那賀町', ST_Multi(ST_MakeEnvelope(134.0, 33.7, 134.5, 34.0, 4326)), 'test')
"""
GAUGES = """
INSERT INTO gauge (id, name, river, area_code, geom, scheme, start_m, caution_m, danger_m, source)
SELECT 'g' || n, '橋' || n, '飯尾川', '36205', ST_SetSRID(ST_Point(134.2 + n * 0.05, 34.07), 4326),
       'crisis-management', 4.96, 6.03, 6.67, 'test'
FROM generate_series(1, 6) n
"""
REFUGES = """
INSERT INTO evacuation_site (id, name, kana, address, area_code, geom, hazards, capacity, source, raw) VALUES
 ('s1', '中央公園', 'チュウオウコウエン', '鴨島町1', '36205', ST_SetSRID(ST_Point(134.36, 34.07), 4326),
  '{flood,earthquake}', 300, 'test', '{}'),
 ('s2', '100%の丘', NULL, '鴨島町2', '36205', ST_SetSRID(ST_Point(134.37, 34.08), 4326),
  '{landslide}', NULL, 'test', '{}');
INSERT INTO shelter (id, name, address, area_code, geom, capacity, source, raw) VALUES
 ('h1', '中央小学校', '鴨島町3', '36205', ST_SetSRID(ST_Point(134.36, 34.06), 4326), 500, 'test', '{}')
"""
EXPOSURE = """
INSERT INTO facility (id, kind, name, geom, source, raw) VALUES
 ('f1', 'care_home', '丘の家', ST_SetSRID(ST_Point(134.36, 34.07), 4326), 'test', '{}');
INSERT INTO people_point (id, geom, persons, source, as_of, synthetic) VALUES
 ('p1', ST_SetSRID(ST_Point(134.36, 34.07), 4326), 12, '試験', '2026-02-01', true)
"""
STATE = """
INSERT INTO river_state (incident_id, gauge_id, version, level_m, observed_at, received_at, source,
                         flag, reasons, river_class, provisional, alarm, threshold_doubt, trend)
VALUES (%(incident)s, %(gauge)s, 1, %(level)s, now(), now(), 'test',
        1, '{}', 'start', false, false, false, 'rising')
ON CONFLICT (incident_id, gauge_id)
DO UPDATE SET version = river_state.version + 1, level_m = excluded.level_m
RETURNING *
"""
GAUGE = """
SELECT g.*, a.name AS area_name, ST_X(g.geom) AS lon, ST_Y(g.geom) AS lat
FROM gauge g LEFT JOIN area a ON a.code = g.area_code WHERE g.id = %(gauge)s
"""


@dataclass
class House:
    """A database with an incident, gauges, refuges and people, and somebody who writes into it."""

    url: str
    incident_id: int = 0

    def fill(self) -> None:
        with connect(self.url) as connection:
            connection.execute("INSERT INTO installation (kind) VALUES ('demo')")
            connection.execute(AREAS)
            connection.execute(GAUGES)
            connection.execute(REFUGES)
            connection.execute(EXPOSURE)
            connection.commit()
            for login, roles in PEOPLE.items():
                create_account(
                    connection,
                    login=login,
                    display_name=f"name of {login}",
                    password=PASSWORD,
                    roles=[Role(name=role) for role in roles],
                    demo=True,
                )
            opened = datetime(2026, 6, 2, tzinfo=UTC)
            self.incident_id = open_incident(
                connection, slug="test", name="試験", kind="drill", opened_at=opened
            ).id

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        with connect(self.url) as connection:
            yield connection

    def level(self, gauge: str, level_m: float, connection: psycopg.Connection[Any] | None = None) -> int:
        """Write a gauge's new state and its change, as the ingest does; return its version."""
        if connection is None:
            with self.connection() as own:
                return self.level(gauge, level_m, own)
        cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
        parameters = {"incident": self.incident_id, "gauge": gauge, "level": level_m}
        state = cursor.execute(STATE, parameters).fetchone()
        row = cursor.execute(GAUGE, parameters).fetchone()
        assert state is not None
        assert row is not None
        change = Change("gauge", gauge, state["version"], gauge_value(gauge_identity(row), state))
        record(connection.cursor(), self.incident_id, [change])
        return int(state["version"])


@dataclass
class Screen:
    """A websocket client that keeps a picture by the rules of docs/live.md."""

    socket: ClientConnection
    messages: list[dict[str, Any]] = field(default_factory=list)
    held: dict[tuple[str, str], tuple[int, Any]] = field(default_factory=dict)

    @property
    def position(self) -> str:
        return str(self.messages[-1]["position"])

    @property
    def picture(self) -> dict[tuple[str, str], Any]:
        return {key: value for key, (_version, value) in self.held.items() if value is not None}

    def next(self, timeout: float = 5) -> dict[str, Any]:
        """Return the next message and take it into the picture."""
        return self.take(json.loads(self.socket.recv(timeout)))

    def take(self, message: dict[str, Any]) -> dict[str, Any]:
        self.messages.append(message)
        if message["type"] == "snapshot":
            self.held = {
                (kind, item["id"]): (item["v"], item["value"])
                for kind, items in message["objects"].items()
                for item in items
            }
        for it in message.get("changes", []):
            key = (it["kind"], it["id"])
            if key not in self.held or it["v"] > self.held[key][0]:
                self.held[key] = (it["v"], it["value"])
        return message

    def until(self, wanted: Callable[[Screen], bool], timeout: float = 10) -> None:
        """Take messages until the picture is as `wanted`."""
        end = time.monotonic() + timeout
        while not wanted(self):
            self.next(max(0.01, end - time.monotonic()))

    def level(self, gauge: str) -> float | None:
        value = self.picture.get(("gauge", gauge))
        return None if value is None else value["level_m"]

    def service(self, name: str) -> str | None:
        value = self.picture.get(("service", name))
        return None if value is None else value["state"]


@dataclass
class Served:
    """A running dashboard."""

    port: int
    house: House
    server: uvicorn.Server
    thread: threading.Thread

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def browser(self, login: str | None = "officer") -> Iterator[httpx.Client]:
        """Yield a client; signed in as `login`, with the session's token, unless None."""
        with httpx.Client(base_url=self.address, timeout=20) as client:
            if login is not None:
                answer = client.post("/api/sign-in", json={"login": login, "password": PASSWORD})
                answer.raise_for_status()
                client.headers["X-CSRF-Token"] = client.get("/api/session").json()["csrf"]
            yield client

    def socket(self, browser: httpx.Client, query: str = "", **options: Any) -> ClientConnection:
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        return connect_websocket(
            f"ws://127.0.0.1:{self.port}/live{query}",
            additional_headers={"Cookie": cookie},
            max_size=None,
            **options,
        )

    @contextmanager
    def screen(self, browser: httpx.Client, query: str = "", **options: Any) -> Iterator[Screen]:
        with self.socket(browser, query, **options) as socket:
            yield Screen(socket)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(15)
        assert not self.thread.is_alive()


@contextmanager
def serving(house: House, tmp_path: Path, **changed: Any) -> Iterator[Served]:
    given = {
        "installation": "demo",
        "state_dir": tmp_path,
        "database_url": house.url,
        "http_port": 0,
        "secure_cookies": False,
    }
    settings = Settings(**{**given, **changed})  # type: ignore[arg-type]
    server = uvicorn.Server(configuration(settings))
    listener = listening_socket("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="dashboard")
    thread.start()
    served = Served(listener.getsockname()[1], house, server, thread)
    try:
        wait_until(lambda: server.started)
        yield served
    finally:
        served.stop()
        listener.close()


def wait_until(done: Callable[[], bool], timeout: float = 15) -> None:
    end = time.monotonic() + timeout
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture
def make_house() -> Callable[[str], House]:
    """Return what fills the database at an address."""

    def make(url: str) -> House:
        house = House(url)
        house.fill()
        return house

    return make


@pytest.fixture
def house(database_url: str, make_house: Callable[[str], House]) -> House:
    """Return a filled database."""
    return make_house(database_url)


@pytest.fixture
def serve(tmp_path: Path) -> Callable[..., Any]:
    """Return the context manager that serves a house: `with serve(house) as served`."""

    def serve_house(house: House, **changed: Any) -> Any:
        return serving(house, tmp_path, **changed)

    return serve_house


@pytest.fixture
def served(house: House, tmp_path: Path) -> Iterator[Served]:
    """Return a running dashboard on a filled database."""
    with serving(house, tmp_path) as running:
        yield running

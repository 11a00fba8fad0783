"""The public face as it really runs: uvicorn on a free port, a real database."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn
from psycopg.types.json import Json

from alerts.public.app import PublicApp, create_app
from alerts.public.run import configuration, listening_socket
from geo.change import Change, record
from geo.engine import connect
from geo.settings import Settings
from tests.integration.dashboard.conftest import House

AREA = "36205"
ORDER = """
WITH made AS (
    INSERT INTO evacuation_order (incident_id, area_code, origin, level, state)
    VALUES (%(incident)s, %(area)s, 'issued', %(level)s, 'draft') RETURNING id
), people AS (
    SELECT min(id) AS author, max(id) AS approver FROM account
)
INSERT INTO order_revision (order_id, origin, number, act, state, level, districts, reason, hazard, texts,
                            evidence, digest, author_id, edited_by, approver_id, drafted_at, submitted_at,
                            effective_at, expires_at)
SELECT made.id, 'issued', 1, 'issue', 'in_force', %(level)s, '[]', 'test', 'flood', %(texts)s,
       '[]', repeat('a', 64),
       author, author, approver, now(), now(), now(), now() + interval '6 hours'
FROM made, people RETURNING order_id
"""


@dataclass
class Face:
    """A running public face and the database behind it."""

    address: str
    house: House
    public: PublicApp

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(self.address + path, headers=headers, timeout=10)

    def area(self, code: str = AREA) -> dict[str, Any]:
        answer = self.get(f"/data/area/{code}.json")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def post(self, path: str, **body: Any) -> httpx.Response:
        return httpx.post(self.address + path, json=body, timeout=10)


def issue_order(house: House, level: int = 4, *, incident: int | None = None) -> int:
    """Put an order in force, as the desk does, with the change that tells of it."""
    incident = incident or house.incident_id
    texts = {"ja": {"headline": "避難指示", "body": "川があふれます", "instruction": "避難してください"}}
    values = {"incident": incident, "area": AREA, "level": level, "texts": Json(texts)}
    with house.connection() as connection, connection.cursor() as cursor:
        cursor.execute(ORDER, values)
        row = cursor.fetchone()
        assert row is not None
        cursor.execute(
            "UPDATE evacuation_order SET state = 'issued', revision = 1, issued_at = now() WHERE id = %s", row
        )
        record(cursor, incident, [Change("order", str(row[0]), 2, {"id": row[0]})])
    return int(row[0])


@contextmanager
def facing(house: House, tmp_path: Path, **changed: Any) -> Iterator[Face]:
    given = {"installation": "demo", "state_dir": tmp_path, "database_url": house.url}
    settings = Settings(**{**given, **changed})  # type: ignore[arg-type]
    public = create_app(settings)
    server = uvicorn.Server(configuration(settings, public))
    listener = listening_socket("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="public face")
    thread.start()
    face = Face(f"http://127.0.0.1:{listener.getsockname()[1]}", house, public)
    try:
        wait_until(lambda: server.started)
        yield face
    finally:
        server.should_exit = True
        thread.join(15)
        listener.close()


def wait_until(done: Callable[[], bool], timeout_s: float = 15) -> float:
    """Wait; return how long it took [s]."""
    began = time.monotonic()
    while not done():
        assert time.monotonic() < began + timeout_s, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything that happens every so often happen soon."""
    for name, seconds in (
        ("PACE_S", 0.1),
        ("WAIT_S", 0.2),
        ("REFRESH_S", 0.5),
        ("SUGGEST_S", 0.2),
        ("KEEP_S", 0.2),
    ):
        monkeypatch.setattr(f"alerts.public.keeper.{name}", seconds)


@pytest.fixture
def house(database_url: str) -> House:
    house = House(database_url)
    house.fill()
    return house


@pytest.fixture
def face(house: House, tmp_path: Path) -> Iterator[Face]:
    with facing(house, tmp_path) as running:
        wait_until(lambda: f"/data/area/{AREA}.json" in running.public.parts.keeper.answers.by_path)
        yield running


def connection_of(house: House) -> psycopg.Connection[Any]:
    return connect(house.url, autocommit=True)

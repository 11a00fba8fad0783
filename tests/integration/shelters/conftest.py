"""A dashboard with tablets: two on one shelter, staff and officers, on a real database under uvicorn."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn

from dashboard.account import Role, create_account, grant_roles
from dashboard.run import configuration, listening_socket
from geo.engine import connect
from geo.incident import open_incident
from geo.settings import Settings
from ops.servers.postgres import DATABASE, PrivatePostgres
from shelters.centre import new_ulid
from shelters.clock import HybridTime, tick

PASSWORD = "a password for tests"
PLACES = """
INSERT INTO area (code, name, geom, source) VALUES
 ('36205', '徳島県吉野川市', ST_Multi(ST_MakeEnvelope(134.2, 34.0, 134.5, 34.2, 4326)), 'test');
INSERT INTO shelter (id, name, address, area_code, geom, capacity, source, raw) VALUES
 ('h1', '中央小学校', '鴨島町3', '36205', ST_SetSRID(ST_Point(134.36, 34.06), 4326), 500, 'test', '{}'),
 ('h2', '東中学校', '鴨島町9', '36205', ST_SetSRID(ST_Point(134.40, 34.07), 4326), 300, 'test', '{}')
"""
PEOPLE = {
    "officer": [Role(name="duty_officer")],
    "logistician": [Role(name="logistics")],
    "medic": [Role(name="health")],
    "staff1": [Role(name="shelter_staff", shelter_id="h1")],
    "staff2": [Role(name="shelter_staff", shelter_id="h2")],
}


@dataclass
class Tablet:
    """A tablet: a clock of its own, an outbox, and no idea of the network."""

    client: httpx.Client
    device: str
    shelter: str
    #: its clock minus the true one [ms]
    offset_ms: int = 0
    outbox: list[dict[str, Any]] = field(default_factory=list)
    last: HybridTime | None = None

    def now_ms(self) -> int:
        return round(time.time() * 1000) + self.offset_ms

    def act(self, kind: str, value: dict[str, Any], **changed: Any) -> dict[str, Any]:
        """Append an operation to the outbox."""
        self.last = tick(self.last, self.now_ms(), self.device)
        operation = {
            "id": new_ulid(round(time.time() * 1000)),
            "device": self.device,
            "actor": "佐藤",
            "shelter": self.shelter,
            "hlc": str(self.last),
            "kind": kind,
            "value": value,
            **changed,
        }
        self.outbox.append(operation)
        return operation

    def post(self, operations: list[Any]) -> dict[str, Any]:
        answer = self.client.post(
            "/api/tablet/operations",
            json={"sent_ms": self.now_ms(), "waiting": len(self.outbox), "operations": operations},
        )
        answer.raise_for_status()
        result: dict[str, Any] = answer.json()
        return result

    def sync(self) -> list[dict[str, Any]]:
        """Send the outbox and empty it of what was taken."""
        results = self.post(self.outbox)["results"]
        done = {result["id"] for result in results}
        self.outbox = [operation for operation in self.outbox if operation["id"] not in done]
        return list(results)

    def bundle(self) -> dict[str, Any]:
        answer = self.client.get("/api/tablet/bundle")
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


@dataclass
class Centre:
    """A running dashboard; each test has an incident of its own in it."""

    address: str
    url: str
    server: uvicorn.Server
    incident_id: int = 0
    _signed_in: dict[str, tuple[dict[str, str], str]] = field(default_factory=dict)

    @contextmanager
    def browser(self, login: str) -> Iterator[httpx.Client]:
        """Yield a client that is signed in; the password is asked for once."""
        with httpx.Client(base_url=self.address, timeout=20) as client:
            if login not in self._signed_in:
                client.post("/api/sign-in", json={"login": login, "password": PASSWORD}).raise_for_status()
                csrf = client.get("/api/session").json()["csrf"]
                self._signed_in[login] = (dict(client.cookies), csrf)
            cookies, csrf = self._signed_in[login]
            client.cookies.update(cookies)
            client.headers["X-CSRF-Token"] = csrf
            yield client

    def code(self, shelter: str) -> str:
        with self.browser("officer") as officer:
            return str(officer.post(f"/api/shelters/{shelter}/enrolment", json={}).json()["code"])

    @contextmanager
    def tablet(self, device: str, shelter: str = "h1", *, offset_ms: int = 0) -> Iterator[Tablet]:
        asked = {"code": self.code(shelter), "device": device, "name": device}
        with httpx.Client(base_url=self.address, timeout=20) as client:
            let_in = client.post("/api/tablet/enrol", json=asked)
            let_in.raise_for_status()
            client.headers["Authorization"] = f"Bearer {let_in.json()['token']}"
            yield Tablet(client, device, shelter, offset_ms)

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        with connect(self.url) as connection:
            yield connection

    def shelter(self, shelter_id: str = "h1") -> dict[str, Any]:
        """The live value of a shelter, from a fresh snapshot."""
        found: dict[str, Any] = self.objects("shelter")[shelter_id]
        return found

    def objects(self, kind: str) -> dict[str, Any]:
        with self.browser("officer") as officer:
            found = officer.get("/api/snapshot").json()["objects"][kind]
        return {item["id"]: item["value"] for item in found}

    def begin(self) -> None:
        """Open an incident of its own; tablets, depots and what could not be read are forgotten."""
        with connect(self.url) as connection:
            connection.execute("DELETE FROM tablet; DELETE FROM quarantine")
            connection.execute("DELETE FROM supply_truck; DELETE FROM depot_lot; DELETE FROM depot")
            opened = open_incident(
                connection,
                slug=new_ulid(0),
                name="試験",
                kind="actual",
                opened_at=datetime(2026, 6, 2, tzinfo=UTC),
            )
        self.incident_id = opened.id
        tablets = self.server.config.app.state.parts.tablets  # type: ignore[union-attr]
        for attempts in (tablets.enrol_attempts, tablets.search_attempts, tablets.sync_attempts):
            for key in ("127.0.0.1", *PEOPLE, "t-1", "t-2"):
                attempts.forget(key)


def fill(url: str) -> None:
    with connect(url) as connection:
        connection.execute("INSERT INTO installation (kind) VALUES ('demo')")
        connection.execute(PLACES)
        connection.commit()
        create_account(
            connection, login="officer", display_name="officer", password=PASSWORD, roles=[], demo=True
        )
        # Hashing a password takes its time on purpose: the others share the one hash.
        connection.execute(
            "INSERT INTO account (login, display_name, password_hash, installation, demo)"
            " SELECT n, n, password_hash, installation, demo FROM account, unnest(%s::text[]) n",
            (list(PEOPLE)[1:],),
        )
        for login, roles in PEOPLE.items():
            grant_roles(connection, login, roles)


@pytest.fixture(scope="session")
def running_centre(postgres: PrivatePostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """Return a running dashboard with two shelters and nobody in them."""
    name = f"shelters_{new_ulid(0).lower()}"
    url = postgres.create_database(name, template=DATABASE)
    fill(url)
    settings = Settings(
        installation="demo",
        state_dir=tmp_path_factory.mktemp("state"),
        database_url=url,
        http_port=0,
        secure_cookies=False,
    )
    server = uvicorn.Server(configuration(settings))
    listener = listening_socket("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="dashboard")
    thread.start()
    try:
        end = time.monotonic() + 15
        while not server.started:
            assert time.monotonic() < end, "the dashboard did not start"
            time.sleep(0.01)
        yield Centre(f"http://127.0.0.1:{listener.getsockname()[1]}", url, server)
    finally:
        server.should_exit = True
        thread.join(15)
        listener.close()
        postgres.drop_database(name)
        assert not thread.is_alive()


@pytest.fixture
def centre(running_centre: Centre) -> Centre:
    """Return the running dashboard with a fresh incident."""
    running_centre.begin()
    return running_centre

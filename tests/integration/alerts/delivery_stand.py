"""A town that orders, and the duty that tells people of it, on a real database with a clock of the test's."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row

from alerts import order_store
from alerts.delivery_duty import DeliveryDuty
from alerts.order import Act, Content
from alerts.order_reading import first_words
from alerts.order_rights import Signer
from alerts.order_store import Desk, read_order
from geo.engine import connect
from geo.incident import Incident, open_incident
from geo.settings import Settings
from tests.integration.alerts.receivers import Browser

TOWN = "36301"
T0 = datetime(2026, 6, 2, 14, 36, tzinfo=UTC)
GROUND = f"""
INSERT INTO area (code, name, geom, source) VALUES
 ('{TOWN}', '徳島県勝浦郡勝浦町', ST_Multi(ST_MakeEnvelope(134.4, 33.9, 134.6, 34.0, 4326)), 'test'),
 ('36205', '徳島県吉野川市', ST_Multi(ST_MakeEnvelope(134.2, 34.0, 134.5, 34.2, 4326)), 'test')
"""
ACCOUNT = """
INSERT INTO account (login, display_name, password_hash, installation, demo) VALUES (%s, %s, 'x', %s, false)
RETURNING id
"""


@dataclass
class Clock:
    """The wall clock of a test: it stands, unless it is moved."""

    now: datetime = T0

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class DeliveryStand:
    """Everything of one installation. `duty` is driven by hand; its sender runs in its own thread."""

    url: str
    state_dir: Path
    kind: str
    connection: psycopg.Connection[DictRow]
    incident: Incident
    clock: Clock
    people: tuple[Signer, Signer]
    duty: DeliveryDuty = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    @property
    def settings(self) -> Settings:
        installation = "demo" if self.kind == "drill" else "operational"
        return Settings(installation=installation, state_dir=self.state_dir, database_url=self.url)  # type: ignore[arg-type]

    def begin(self) -> None:
        """Begin with a new process's duty."""
        self.duty = DeliveryDuty(self.settings, self.clock)

    def channels(self, text: str) -> None:
        self.state_dir.mkdir(exist_ok=True)
        (self.state_dir / "channels.toml").write_text(text, encoding="utf-8")

    def subscribe(self, browser: Browser, area: str = TOWN, language: str = "ja") -> None:
        self.connection.execute(
            "INSERT INTO push_subscription (endpoint, p256dh, auth, areas, language) VALUES (%s,%s,%s,%s,%s)",
            [browser.endpoint, browser.p256dh, browser.auth, [area], language],
        )

    def order(self, level: int = 4, hours: float = 12) -> int:
        """Have an order signed; return it."""
        content = self._content(level, hours)
        with self._desk(0) as (cursor, desk):
            content = replace(content, texts=first_words(cursor, TOWN, content, act="issue"))
            order = order_store.draft_order(cursor, desk, TOWN, content)
        self._sign(order)
        return order

    def change(self, order: int, act: Act, level: int = 4) -> None:
        """Have an update or a lifting signed."""
        content = self._content(level, 12)
        with self._desk(0) as (cursor, desk):
            content = replace(content, texts=first_words(cursor, TOWN, content, act=act))
            order_store.draft_change(cursor, desk, order, act, content)
        self._sign(order)

    def turn(self) -> None:
        """Let the duty publish and count once."""
        self.duty.publish(self.connection, self.incident)
        self.duty.count(self.connection, self.incident)

    def until(self, done: Callable[[], bool], timeout: float = 8) -> None:
        """Turn until something is so."""
        end = time.monotonic() + timeout
        while not done():
            assert time.monotonic() < end, self.deliveries()
            self.turn()
            time.sleep(0.02)

    def deliveries(self, channel: str | None = None) -> list[DictRow]:
        return self.connection.execute(
            "SELECT d.*, p.revision_number, p.order_id, p.identifier FROM delivery d"
            " JOIN publication p ON p.id = d.publication_id"
            " WHERE %(channel)s::text IS NULL OR channel = %(channel)s ORDER BY d.id",
            {"channel": channel},
        ).fetchall()

    def states(self, channel: str) -> list[str]:
        return [row["state"] for row in self.deliveries(channel)]

    def funnel(self, order: int) -> dict[str, Any]:
        """Return the sums as the newest change of the feed tells them to the screens."""
        row = self.connection.execute(
            "SELECT value FROM change WHERE kind = 'order' AND object_id = %s ORDER BY id DESC LIMIT 1",
            [str(order)],
        ).fetchone()
        assert row is not None
        value = row["value"] if isinstance(row["value"], dict) else json.loads(row["value"])
        delivery: dict[str, Any] = value["delivery"]
        return delivery

    def chronology(self, code: str) -> list[str]:
        rows = self.connection.execute("SELECT text FROM chronology WHERE code = %s ORDER BY id", [code])
        return [row["text"] for row in rows.fetchall()]

    def _content(self, level: int, hours: float) -> Content:
        return Content(
            level=level,
            hazard="flood",
            reason="勝浦川の水位が氾濫危険水位に達する見込み",
            expires_at=self.clock() + timedelta(hours=hours),
            districts=({"code": "横瀬", "name": "横瀬"},),
        )

    @contextmanager
    def _desk(self, person: int) -> Iterator[tuple[order_store.Cursor, Desk]]:
        desk = Desk(incident=self.incident, now=self.clock(), signer=self.people[person])
        with self.connection.transaction(), self.connection.cursor(row_factory=dict_row) as cursor:
            yield cursor, desk

    def _sign(self, order: int) -> None:
        with self._desk(0) as (cursor, desk):
            pending = read_order(cursor, self.incident, order).pending
            assert pending is not None
            order_store.submit_order(cursor, desk, order, pending.number)
        with self._desk(1) as (cursor, desk):
            pending = read_order(cursor, self.incident, order).pending
            assert pending is not None
            assert pending.digest is not None
            order_store.approve_order(cursor, desk, order, pending.number, pending.digest)


@contextmanager
def delivery_stand(url: str, state_dir: Path, kind: str = "drill") -> Iterator[DeliveryStand]:
    clock = Clock()
    with connect(url, autocommit=True) as connection:
        connection.row_factory = dict_row  # type: ignore[assignment]
        installation = "demo" if kind == "drill" else "operational"
        connection.execute("INSERT INTO installation (kind) VALUES (%s)", [installation])
        connection.execute(GROUND)
        people = []
        for login in ("clerk", "mayor"):
            row = connection.execute(ACCOUNT, [login, login, installation]).fetchone()
            assert row is not None
            people.append(
                Signer(
                    account_id=row["id"],  # type: ignore[call-overload]
                    name=login,
                    roles=frozenset({"municipal_approver"}),
                    offices=frozenset({("municipal_approver", TOWN)}),
                )
            )
        incident = open_incident(connection, slug="storm", name="台風", kind=kind, opened_at=T0)  # type: ignore[arg-type]
        stand = DeliveryStand(
            url,
            state_dir,
            kind,
            connection,
            incident,
            clock,
            (people[0], people[1]),  # type: ignore[arg-type]
        )
        try:
            yield stand
        finally:
            stand.duty.close()

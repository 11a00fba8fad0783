"""From the database to the picture of TAK clients: a snapshot, then the change feed, for ever; only reading.

Like every screen it loses nothing when a notification is missed: it reads on from its position, and begins
anew after a gap, when the incident changes, or when its clock is set.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import psycopg
from psycopg import sql
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from dashboard.live.message import LiveObject, picture_id
from dashboard.live.snapshot import Snapshot, read_snapshot
from geo import change
from geo.change import ReadChange
from geo.clock import ReplayClock, Wall
from geo.engine import libpq_url
from geo.incident import Incident
from geo.queries import load
from ops.cot_event import CARRIED
from ops.cot_picture import CotPicture, Told
from sensors.codecs.cot_writer import CotEvent

log = logging.getLogger(__name__)
_SQL = load("dashboard", "snapshot.sql")
#: look without being woken, and soon after a look at which a transaction was running [s]
POLL_S, SETTLE_S = 1.0, 0.05
#: between two readings: changes of that time go out together [s]
PACE_S: Final = 0.1
#: what stands still is told again so often [s]; it holds for `cot_event.HOLDS_S`
REFRESH_S: Final = 120.0
BATCH: Final = 5000
#: first and longest wait before connecting again [s]
BACKOFF_S, BACKOFF_CAP_S = 0.5, 10.0
#: the server of the database itself refuses to write for this process
_OPTIONS: Final = "-c timezone=UTC -c default_transaction_read_only=on -c statement_timeout=20s"
_AWAY: Final = (psycopg.Error, PoolTimeout, OSError, TimeoutError)

Publish = Callable[[Sequence[CotEvent]], None]


class CotFeed:
    """Keeps a picture as the database has it, and publishes what has to be said."""

    def __init__(self, database_url: str, picture: CotPicture, publish: Publish, *, wall: Wall) -> None:
        self._url = libpq_url(database_url)
        self._picture = picture
        self._publish = publish
        self._wall = wall
        self._failures = 0

    async def run(self) -> None:
        """Read until cancelled; while the database is away what stands still grows old at the clients."""
        while True:
            try:
                await self._read()
            except _AWAY as fault:
                log.warning(
                    "the database cannot be read: %s", (str(fault).strip() or repr(fault)).splitlines()[0]
                )
            self._failures += 1
            await asyncio.sleep(min(BACKOFF_S * 2 ** min(self._failures, 8), BACKOFF_CAP_S))

    async def _read(self) -> None:
        options: dict[str, Any] = {
            "autocommit": True,
            "application_name": "sonae cot-server",
            "options": _OPTIONS,
            "connect_timeout": 5,
        }
        pool: AsyncConnectionPool[psycopg.AsyncConnection[Any]] = AsyncConnectionPool(
            self._url,
            connection_class=psycopg.AsyncConnection[Any],
            kwargs=options,
            min_size=1,
            max_size=1,
            timeout=10,
            open=False,
        )
        async with pool, await psycopg.AsyncConnection.connect(self._url, **options) as connection:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(change.CHANNEL)))
            while True:
                snapshot = await read_snapshot(pool)
                self._failures = 0
                self._begin(snapshot)
                await self._follow(connection, snapshot)

    def _begin(self, snapshot: Snapshot) -> None:
        incidents = _told("incident", snapshot.objects["incident"])
        incident = _incident(incidents[0]) if incidents else None
        told = [one for kind in CARRIED for one in _told(kind, snapshot.objects.get(kind, ()))]
        self._publish(self._picture.begin(incident, told, self._wall()))
        what = "no incident is open" if incident is None else f"incident {incident.slug} ({incident.kind})"
        log.info("%s: %d marks", what, len(self._picture.events()))

    async def _follow(self, connection: psycopg.AsyncConnection[Any], snapshot: Snapshot) -> None:
        """Publish what changes; return when another picture begins."""
        loop = asyncio.get_running_loop()
        position, incident = snapshot.position, self._picture.incident
        looked_s, refreshed_s = loop.time(), loop.time()
        while True:
            if loop.time() - looked_s >= POLL_S:
                looked_s = loop.time()
                row = await (await connection.execute(_SQL["identity"])).fetchone()
                if row is None or picture_id(row[0], row[1]) != snapshot.picture_id:
                    return
            horizon = await change.horizon(connection)
            if not horizon.can_resume(position):
                return
            rows: list[ReadChange] = []
            if incident is not None:
                rows, position = await change.read_after(connection, incident.id, position, limit=BATCH)
            if any(one.kind == "incident" for one in rows):
                return
            self._take(rows)
            if len(rows) < BATCH:
                position = max(position, horizon.position)
            if loop.time() - refreshed_s >= REFRESH_S:
                refreshed_s = loop.time()
                self._publish(self._picture.refresh(self._wall()))
            if rows:
                await asyncio.sleep(PACE_S)
            else:
                await _woken(connection, POLL_S if horizon.settled else SETTLE_S)

    def _take(self, rows: Iterable[ReadChange]) -> None:
        now = self._wall()
        events: list[CotEvent] = []
        for row in rows:
            if row.kind in CARRIED:
                value = None if row.value is None else msgspec.json.decode(row.value)
                events += self._picture.take(Told(row.kind, row.object_id, row.version, value), now)
        if events:
            self._publish(events)


def _told(kind: str, objects: Iterable[LiveObject]) -> list[Told]:
    items = [msgspec.json.decode(one.encoded) for one in objects]
    return [Told(kind, item["id"], item["v"], item["value"]) for item in items]


def _incident(told: Told) -> Incident:
    value: Mapping[str, Any] = told.value or {}
    clock = value["clock"]
    return Incident(
        id=value["id"],
        slug=value["slug"],
        name=value["name"],
        kind=value["kind"],
        opened_at=datetime.fromisoformat(value["opened_at"]),
        closed_at=None,
        clock=None
        if clock is None
        else ReplayClock(
            **{name: datetime.fromisoformat(clock[name]) for name in ("base", "wall", "end")},
            speed=clock["speed"],
        ),
        version=told.version,
    )


async def _woken(connection: psycopg.AsyncConnection[Any], timeout_s: float) -> None:
    async for _notification in connection.notifies(timeout=timeout_s, stop_after=1):
        pass

"""Reads what everybody may know. It only reads: its connections cannot write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.rows import DictRow, dict_row

from alerts.public.picture import Known
from geo.clock import Wall
from geo.engine import libpq_url
from geo.incident import incident_from_row
from geo.queries import load

_SQL: Final = load("alerts", "public.sql")
_ORDERS: Final = load("geo", "order.sql")
Connection = psycopg.AsyncConnection[Any]


class ForeignDatabaseError(RuntimeError):
    """Raised when the database is another kind of installation: a drill must not be shown as a flood."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What does not change during a flood: municipalities, districts, places to go to."""

    areas: list[DictRow]
    districts: list[DictRow]
    places: list[DictRow]


async def connect_reading(database_url: str) -> Connection:
    """Return a connection in UTC that cannot write. Raises `psycopg.OperationalError`."""
    return await psycopg.AsyncConnection.connect(
        libpq_url(database_url),
        autocommit=True,
        application_name="sonae public",
        options="-c timezone=UTC -c default_transaction_read_only=on -c statement_timeout=20s",
        connect_timeout=5,
    )


async def read_ground(connection: Connection) -> Ground:
    """Return the ground."""
    rows = _Rows(connection)
    return Ground(
        areas=await rows.of("areas"), districts=await rows.of("districts"), places=await rows.of("places")
    )


async def read_known(connection: Connection, ground: Ground, *, installation: str, wall: Wall) -> Known:
    """Return everything that everybody may know, of one moment. Raises `ForeignDatabaseError`."""
    async with connection.transaction():
        rows = _Rows(connection)
        await connection.execute(_SQL["begin"])
        kind = (await rows.of("installation") or [{"kind": None}])[0]["kind"]
        if kind != installation:
            raise ForeignDatabaseError(
                f"this database belongs to the installation {kind!r} and we are {installation!r}"
            )
        found = await rows.of("incident", demo=installation == "demo")
        if not found:
            return Known(
                installation=installation, incident=None, now=wall(), areas=ground.areas, places=ground.places
            )
        incident = incident_from_row(found[0])
        now = incident.now(wall())
        return Known(
            installation=installation,
            incident=incident,
            now=now,
            areas=ground.areas,
            places=ground.places,
            orders=await rows.read(_ORDERS["orders"], incident=incident.id, id=None),
            **await _of_incident(rows, incident.id, now, wall()),
        )


async def _of_incident(rows: _Rows, incident: int, now: datetime, wall: datetime) -> dict[str, Any]:
    statuses = await rows.of("statuses", incident=incident)
    reserved = await rows.of("reserved", incident=incident, wall=wall)
    return {
        "warnings": await rows.of("warnings", incident=incident),
        "proposals": await rows.of("proposals", incident=incident, now=now),
        "statuses": {row["shelter_id"]: row for row in statuses},
        "reserved": {row["shelter_id"]: row["persons"] for row in reserved},
        "feeds": await rows.of("feeds", incident=incident),
    }


async def read_changed(connection: Connection, after: int, kinds: list[str]) -> tuple[int, bool]:
    """Return up to which transaction the feed can be read, and whether one of `kinds` changed."""
    row = (await _Rows(connection).of("changed", after=after, kinds=kinds))[0]
    return row["upto"], row["changed"]


class _Rows:
    """Rows of named statements."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def of(self, statement: str, **parameters: Any) -> list[DictRow]:  # noqa: ANN401
        return await self.read(_SQL[statement], **parameters)

    async def read(self, statement: Any, **parameters: Any) -> list[DictRow]:  # noqa: ANN401
        cursor = self._connection.cursor(row_factory=dict_row)
        await cursor.execute(statement, parameters or None)
        return await cursor.fetchall()

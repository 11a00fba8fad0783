"""Reading rows of named statements, and the incident that is current."""

from __future__ import annotations

from typing import Any, LiteralString

import psycopg
from psycopg.rows import DictRow, dict_row

from dashboard.errors import NoIncidentOpenError
from geo.incident import Incident, incident_from_row
from geo.queries import load

_SNAPSHOT = load("dashboard", "snapshot.sql")


async def fetch(
    connection: psycopg.AsyncConnection[Any],
    statement: LiteralString,
    **parameters: Any,  # noqa: ANN401 - whatever the statement asks for
) -> list[DictRow]:
    """Return the rows of a statement as dicts."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement, parameters)
        return await cursor.fetchall()


async def current_incident(connection: psycopg.AsyncConnection[Any]) -> Incident | None:
    """Return the incident that was opened last and is still open, None when there is none."""
    rows = await fetch(connection, _SNAPSHOT["incident"])
    return incident_from_row(rows[0]) if rows else None


async def require_incident(connection: psycopg.AsyncConnection[Any]) -> Incident:
    """Return the current incident. Raises `NoIncidentOpenError`."""
    incident = await current_incident(connection)
    if incident is None:
        raise NoIncidentOpenError("no incident is open")
    return incident

"""Incidents: opening one, finding the one a process works for, and setting its replay clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import psycopg
from psycopg.rows import dict_row

from geo.change import Change, record
from geo.clock import ReplayClock, incident_now
from geo.moment import utc_text

IncidentKind = Literal["actual", "drill"]


class NoIncidentError(LookupError):
    """Raised when a process needs an open incident and there is none."""


@dataclass(frozen=True, kw_only=True)
class Incident:
    """An incident as its row tells it."""

    id: int
    slug: str
    name: str
    kind: str
    opened_at: datetime
    closed_at: datetime | None
    clock: ReplayClock | None
    version: int

    def now(self, wall: datetime) -> datetime:
        """Return the incident's time at the wall time `wall`."""
        return incident_now(self.clock, wall)


def incident_from_row(row: Mapping[str, Any]) -> Incident:
    """Build an `Incident` from a row of its table."""
    clock = (
        ReplayClock(
            base=row["clock_base"], wall=row["clock_wall"], speed=row["clock_speed"], end=row["clock_end"]
        )
        if row["clock_base"] is not None
        else None
    )
    names = ("id", "slug", "name", "kind", "opened_at", "closed_at", "version")
    return Incident(clock=clock, **{name: row[name] for name in names})


def incident_value(incident: Incident) -> dict[str, Any]:
    """Return the live wire's value of an incident (docs/live.md)."""
    clock = incident.clock
    return {
        "id": incident.id,
        "slug": incident.slug,
        "name": incident.name,
        "kind": incident.kind,
        "opened_at": utc_text(incident.opened_at),
        "closed_at": utc_text(incident.closed_at),
        "clock": None
        if clock is None
        else {
            "base": utc_text(clock.base),
            "wall": utc_text(clock.wall),
            "speed": clock.speed,
            "end": utc_text(clock.end),
        },
    }


def open_incident(
    connection: psycopg.Connection[Any], *, slug: str, name: str, kind: IncidentKind, opened_at: datetime
) -> Incident:
    """Open an incident, or return the one that has this `slug` already (a drill stays a drill)."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO incident (slug, name, kind, opened_at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (slug) DO NOTHING",
            (slug, name, kind, opened_at),
        )
    return find_incident(connection, slug)


def find_incident(connection: psycopg.Connection[Any], slug: str | None = None) -> Incident:
    """Return the incident called `slug`, or the one opened last that is still open.

    Raises `NoIncidentError`.
    """
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        if slug is None:
            cursor.execute("SELECT * FROM incident WHERE closed_at IS NULL ORDER BY id DESC LIMIT 1")
        else:
            cursor.execute("SELECT * FROM incident WHERE slug = %s", (slug,))
        row = cursor.fetchone()
    if row is None:
        raise NoIncidentError(f"there is no {'open incident' if slug is None else f'incident {slug!r}'}")
    return incident_from_row(row)


def close_incident(connection: psycopg.Connection[Any], incident: Incident, closed_at: datetime) -> None:
    """Close an incident; what belongs to it stays as it is."""
    with connection.transaction():
        connection.execute(
            "UPDATE incident SET closed_at = %s, version = version + 1 WHERE id = %s AND closed_at IS NULL",
            (closed_at, incident.id),
        )


def list_incidents(connection: psycopg.Connection[Any]) -> list[Incident]:
    """Return all incidents, the newest first."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        return [incident_from_row(row) for row in cursor.execute("SELECT * FROM incident ORDER BY id DESC")]


def set_clock(connection: psycopg.Connection[Any], incident: Incident, clock: ReplayClock) -> Incident:
    """Give a drill its replay clock; every process and screen follows through the change feed."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "UPDATE incident SET clock_base = %s, clock_wall = %s, clock_speed = %s, clock_end = %s,"
            " version = version + 1 WHERE id = %s RETURNING *",
            (clock.base, clock.wall, clock.speed, clock.end, incident.id),
        )
        row = cursor.fetchone()
        if row is None:
            raise NoIncidentError(f"there is no incident {incident.slug!r}")
        changed = incident_from_row(row)
        record(
            cursor,
            changed.id,
            [Change("incident", str(changed.id), changed.version, incident_value(changed))],
        )
    return changed

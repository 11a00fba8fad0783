"""Missions in the database, and what the screens are told of them (`docs/missions.md`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Json

from geo.air_value import vehicle_value
from geo.change import Change
from geo.moment import utc_text
from geo.queries import load

Row = Mapping[str, Any]
Cursor = psycopg.Cursor[DictRow]
_SQL: Final = load("geo", "mission.sql")
_VEHICLE: Final = load("geo", "vehicle.sql")


def mission_value(row: Row) -> dict[str, Any]:
    """Return a `mission` from a row of `geo/sql/mission.sql: missions`; the desk's note is not in it."""
    names = (
        *("id", "number", "kind", "urgency", "place", "geometry", "lon", "lat", "radius_m", "requested_by"),
        *("safety_id", "request_id", "status"),
    )
    moments = (
        *("requested_at", "status_at", "assigned_at", "endurance_until", "endurance_told_at"),
        "created_at",
    )
    return {
        **{name: row[name] for name in names},
        **{name: utc_text(row[name]) for name in moments},
        "vehicle": row["vehicle_id"],
        "landing_site": row["landing_site_id"],
        "station_s": round(row["station_s"]),
        "by": row["author"],
        "conflicts": (row["detail"] or {}).get("conflicts", []),
    }


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that somebody did to a mission."""

    key: str
    act: str
    status: str
    vehicle: str | None
    at: datetime
    author_id: int | None
    note: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def held_mission(cursor: Cursor, incident_id: int, mission_id: int) -> DictRow | None:
    """Return the row of a mission, held for the transaction; None = there is none."""
    if not 0 < mission_id < 2**31:
        return None
    return cursor.execute(_SQL["held"], {"incident": incident_id, "id": mission_id}).fetchone()


def add_mission(cursor: Cursor, incident_id: int, columns: Row, now: datetime) -> tuple[int, int, bool]:
    """Add a mission within the transaction; return its id, its number, and whether it is new.

    One with the same key is the same request, sent twice.
    """
    parameters = {**columns, "incident": incident_id, "now": now}
    cursor.execute(_SQL["turn"], parameters)
    same = cursor.execute(_SQL["same"], parameters).fetchone()
    if same is not None:
        return int(same["id"]), 0, False
    row = cursor.execute(_SQL["add"], parameters).fetchone()
    assert row is not None  # noqa: S101 - an insert returns its row
    return int(row["id"]), int(row["number"]), True


def change_mission(cursor: Cursor, mission_id: int, columns: Row) -> None:
    """Write what a mission shall be from now on, within the transaction."""
    cursor.execute(_SQL["change"], {**columns, "id": mission_id})


def go_on(
    cursor: Cursor, mission_id: int, step: Step, *, assigned_at: datetime | None, station_s: float
) -> None:
    """Bring a mission to the status of `step`; `station_s` [s] is what a vehicle that leaves it was there."""
    parameters = {
        "id": mission_id,
        "status": step.status,
        "vehicle": step.vehicle,
        "now": step.at,
        "assigned_at": assigned_at,
        "station_s": station_s,
    }
    cursor.execute(_SQL["go"], parameters)


def write_step(cursor: Cursor, mission_id: int, step: Step) -> None:
    """Add a step to a mission's history, within the transaction."""
    parameters = {
        "id": mission_id,
        "key": step.key,
        "act": step.act,
        "status": step.status,
        "vehicle": step.vehicle,
        "now": step.at,
        "author": step.author_id,
        "note": step.note,
        "detail": Json(dict(step.detail)),
    }
    cursor.execute(_SQL["step"], parameters)


def step_known(cursor: Cursor, mission_id: int, key: str) -> bool:
    """Whether a step of this key was written: the request came twice."""
    return cursor.execute(_SQL["step_known"], {"id": mission_id, "key": key}).fetchone() is not None


def steps_of(cursor: Cursor, mission_id: int) -> list[dict[str, Any]]:
    """Return a mission's history, oldest first."""
    rows = cursor.execute(_SQL["steps"], {"id": mission_id}).fetchall()
    return [{**row, "at": utc_text(row["at"])} for row in rows]


def mission_changes(
    cursor: Cursor, incident_id: int, mission_id: int, vehicles: Sequence[str | None]
) -> list[Change]:
    """Return what the screens are told of a mission and of the `vehicles` that got or gave it away."""
    parameters = {"incident": incident_id, "ids": [mission_id]}
    rows = cursor.execute(_SQL["missions"], parameters).fetchall()
    changes = [Change("mission", str(row["id"]), row["version"], mission_value(row)) for row in rows]
    known = sorted({vehicle for vehicle in vehicles if vehicle is not None})
    cursor.execute(_SQL["carry"], {"incident": incident_id, "vehicles": known})
    moved = [row["vehicle_id"] for row in cursor.fetchall()]
    if not moved:
        return changes
    states = cursor.execute(_VEHICLE["states"], {"incident": incident_id, "vehicles": moved}).fetchall()
    return [*changes, *(Change("vehicle", row["id"], row["version"], vehicle_value(row)) for row in states)]

"""What a tablet needs to work without a network, and where it stands in its shelter's log."""

from __future__ import annotations

from typing import Any, Final

from psycopg.rows import dict_row

from dashboard.live.message import picture_id
from dashboard.tablet.caller import Caller
from dashboard.tablet.room import Connection, open_incident_of
from geo.clock import Wall
from geo.incident import Incident, incident_value
from geo.queries import load
from shelters import operation, operation_log, photo
from shelters.canonical import digest
from shelters.operation_log import MOST_OPERATIONS, OperationLog, read_after, stamped
from shelters.people_store import expected_people
from shelters.rulebook import tablet_rules
from shelters.tablets import neighbours

_SNAPSHOT: Final = load("dashboard", "snapshot.sql")
_STATUS: Final = load("shelters", "status.sql")

#: operations in one answer
PAGE: Final = 1000


def bundle(connection: Connection, log: OperationLog, caller: Caller, wall: Wall) -> dict[str, Any]:
    """Return the bundle of a caller's shelter (docs/tablet.md)."""
    incident = open_incident_of(connection)
    page = operations_after(connection, incident, caller.shelter_id, 0, PAGE)
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        place = cursor.execute(_STATUS["place"], {"shelter": caller.shelter_id}).fetchone()
    state, newest = log.state(connection, incident.id, caller.shelter_id)
    whole = not page["more"] and newest == len(page["operations"])
    tablet = caller.tablet
    return {
        "server_ms": now_ms(wall),
        **page,
        "incident": incident_value(incident),
        "device": None if tablet is None else {"id": tablet.id, "name": tablet.name},
        "shelter": None if place is None else {**place, "area": place["area_code"]},
        "state_digest": digest(state) if whole else None,
        "shelters": neighbours(connection, caller.shelter_id),
        "rules": tablet_rules(),
        "limits": {
            "operations": MOST_OPERATIONS,
            "operation_bytes": operation.LONGEST_BYTES,
            "photo_bytes": photo.LARGEST_BYTES,
            "page": PAGE,
            "kept_bytes": operation_log.KEPT_BYTES,
        },
    }


def changes(
    connection: Connection, caller: Caller, since: str | None, limit: int, wall: Wall
) -> dict[str, Any]:
    """Return the operations of a caller's shelter after a position; all, when it is another picture's."""
    incident = open_incident_of(connection)
    number, reset = number_of(since, picture(connection, incident))
    page = operations_after(connection, incident, caller.shelter_id, number, limit)
    return {"server_ms": now_ms(wall), "incident": incident.id, "reset": reset, **page}


def operations_after(
    connection: Connection, incident: Incident, shelter_id: str, number: int, limit: int
) -> dict[str, Any]:
    """Return the operations after `number`, where they end, and who is expected."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        found = read_after(cursor, incident.id, shelter_id, number, limit=limit + 1)
        expected = expected_people(cursor, incident.id, shelter_id)
    page = found[:limit]
    end = page[-1][1].number if page else number
    return {
        "position": f"{end}:{picture(connection, incident)}",
        "more": len(found) > limit,
        "operations": [stamped(*pair) for pair in page],
        "expected": expected,
    }


def picture(connection: Connection, incident: Incident) -> str:
    """Return the name of an incident in this database: a position of another one means nothing here."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_SNAPSHOT["identity"]).fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM always answers
    return picture_id(row["database"], incident.id)


def number_of(position: str | None, name: str) -> tuple[int, bool]:
    """Return the number a position stands for, and whether it is of another picture: then 0."""
    number, _, of = (position or "").partition(":")
    if not position:
        return 0, False
    if of != name or not number.isdecimal() or len(number) > 9:
        return 0, True
    return int(number), False


def now_ms(wall: Wall) -> int:
    """Return the server's clock [ms since 1970-01-01 UTC]."""
    return round(wall().timestamp() * 1000)

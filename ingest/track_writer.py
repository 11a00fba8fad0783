"""One transaction per batch of vehicles: who they are, points, poses, events, states, and what changed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

from geo.air_value import vehicle_value
from geo.change import Change, record
from geo.chronology import Event, write_events
from geo.partition import ensure_months
from geo.queries import load
from ingest import quarantine
from ingest.quarantine import Unreadable
from ingest.track_work import TrackWork, months_of
from ingest.writer import write_statuses

log = logging.getLogger(__name__)

_SQL = load("ingest", "track.sql")
_STATES = load("geo", "vehicle.sql")
#: what the database refuses for the rows' sake; that it is away is another matter
REFUSED: Final = (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError, UnicodeError)


class Written(NamedTuple):
    """How many rows were new."""

    points: int
    poses: int
    events: int


@dataclass(slots=True)
class Months:
    """The months, (year, month) in UTC, whose partitions are known to be there."""

    points: set[tuple[int, int]] = field(default_factory=set)
    poses: set[tuple[int, int]] = field(default_factory=set)


def write_tracks(
    connection: psycopg.Connection[Any], incident_id: int, work: TrackWork, months: Months
) -> Written:
    """Commit `work`. Raises what psycopg raises, writing nothing."""
    if connection.info.transaction_status is not TransactionStatus.IDLE:
        raise RuntimeError("a transaction is open: what is written now would be acknowledged uncommitted")
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        new_points, new_poses = months_of(work.points) - months.points, months_of(work.poses) - months.poses
        ensure_months(cursor, new_points, "track_point")
        ensure_months(cursor, new_poses, "pose_point")
        _put(cursor, "vehicles", incident_id, work.vehicles.values())
        points = _put(cursor, "points", incident_id, (row for _, row in work.points))
        poses = _put(cursor, "poses", incident_id, (row for _, row in work.poses))
        new = _events(cursor, incident_id, work)
        _put(cursor, "states", incident_id, work.states.values())
        changes = vehicle_changes(cursor, incident_id, work.tell)
        changes += write_events(cursor, incident_id, [*work.entries, *new.entries])
        changes += quarantine.put_aside(cursor, work.unreadable)
        write_statuses(cursor, work.statuses)
        record(cursor, incident_id, changes)
    months.points |= new_points
    months.poses |= new_poses
    return Written(points, poses, new.events)


def write_apart(
    connection: psycopg.Connection[Any], incident_id: int, work: TrackWork, months: Months
) -> Written:
    """Commit `work` message by message after the database refused it as a whole.

    A message that is refused goes to the quarantine with the database's words; the others go on.
    """
    total = Written(0, 0, 0)
    for message in work.messages():
        try:
            done = write_tracks(connection, incident_id, work.of_message(message), months)
        except REFUSED as fault:
            work.unreadable.append(
                Unreadable(message, "database", "refused-by-database", str(fault), work.now)
            )
        else:
            total = Written(*(one + more for one, more in zip(total, done, strict=True)))
    for name, row in work.states.items():
        part = TrackWork(work.now, states={name: row}, tell=[name])
        part.vehicles = {name: work.vehicles[name]} if name in work.vehicles else {}
        try:
            write_tracks(connection, incident_id, part, months)
        except REFUSED:
            log.exception("the database refuses the state of vehicle %s", name)
    rest = TrackWork(work.now, entries=work.entries, unreadable=work.unreadable, statuses=work.statuses)
    write_tracks(connection, incident_id, rest, months)
    return total


def tell_vehicles(connection: psycopg.Connection[Any], incident_id: int, vehicles: Sequence[str]) -> None:
    """Tell the screens how vehicles stand now."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        record(cursor, incident_id, vehicle_changes(cursor, incident_id, vehicles))


def let_leave(connection: psycopg.Connection[Any], incident_id: int, before: datetime) -> list[str]:
    """Take vehicles out of the picture that were only heard in broadcasts, last `before`; return them."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_SQL["leave"], {"incident": incident_id, "before": before}).fetchall()
        gone = [Change("vehicle", row["vehicle_id"], row["version"] + 1, None) for row in rows]
        record(cursor, incident_id, gone)
    return [row["vehicle_id"] for row in rows]


def vehicle_changes(cursor: psycopg.Cursor[Any], incident_id: int, vehicles: Sequence[str]) -> list[Change]:
    """Return the changes that tell how vehicles stand. The cursor's rows must be dicts."""
    if not vehicles:
        return []
    cursor.execute(_STATES["states"], {"incident": incident_id, "vehicles": list(vehicles)})
    return [Change("vehicle", row["id"], row["version"], vehicle_value(row)) for row in cursor.fetchall()]


class _New(NamedTuple):
    events: int
    entries: list[Event]


def _events(cursor: psycopg.Cursor[Any], incident_id: int, work: TrackWork) -> _New:
    """Add the field events; return how many were new, and what the chronology says of those."""
    if not work.events:
        return _New(0, [])
    _put(cursor, "events", incident_id, (one.row for _, one in work.events))
    added = {(row["vehicle_id"], row["key"]) for row in cursor.fetchall()}
    entries = [
        one.entry
        for _, one in work.events
        if one.entry is not None and (one.row["vehicle_id"], one.row["key"]) in added
    ]
    return _New(len(added), entries)


def _put(
    cursor: psycopg.Cursor[Any], statement: str, incident_id: int, rows: Iterable[dict[str, Any]]
) -> int:
    given = list(rows)
    if not given:
        return 0
    cursor.execute(_SQL[statement], {"incident": incident_id, "rows": msgspec.json.encode(given).decode()})
    return cursor.rowcount

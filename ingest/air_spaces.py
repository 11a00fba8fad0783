"""The duty over airspaces: who is inside now, and what the chronology says of those who came and went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import psycopg
import shapely
from psycopg.rows import DictRow, dict_row
from shapely.geometry.base import BaseGeometry

from geo.air_value import airspace_value
from geo.change import Change, record
from geo.chronology import write_events
from geo.clock import Wall
from geo.incident import Incident
from geo.queries import load
from ingest.air_contact import Row
from ingest.air_event import crossed
from ingest.air_picture import Looked
from ingest.air_watch import Cursor, as_json, heard_vehicles, try_hold
from sensors.motion.air_rules import AirRules, air_rules
from sensors.motion.airspace import Presence, Space, Step, steps

_SQL = load("ingest", "air.sql")
_SPACES = load("geo", "airspace.sql")


class AirspaceDuty:
    """Keeps who is in which airspace."""

    def __init__(self, wall: Wall, *, rules: AirRules | None = None) -> None:
        """Rules are the project's unless given."""
        self._wall = wall
        self._rules = (rules or air_rules()).spaces
        self._looked = Looked()
        self._incident_id: int | None = None
        #: shapes by their bytes: read once
        self._shapes: dict[bytes, BaseGeometry] = {}
        #: what the heartbeat tells: airspaces in force, vehicles in one of them
        self.detail: dict[str, Any] = {"airspaces": 0, "inside": 0}

    def work(self, connection: psycopg.Connection[Any], incident: Incident) -> None:
        """Look at all airspaces once. Raises what psycopg raises, having written nothing."""
        now = incident.now(self._wall())
        if incident.id != self._incident_id:
            self._looked, self._incident_id = Looked(), incident.id
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            if not try_hold(cursor, incident.id):
                return
            rows = [row for row in heard_vehicles(cursor, incident.id, now) if row["contact"] != "lost"]
            flyers = self._looked.take(rows)
            spaces = self._spaces(cursor, incident.id)
            rows_known = _presence_rows(cursor, incident.id) if spaces else []
            known = _presences(rows_known)
            found = [
                (space, step)
                for space in spaces
                for step in (
                    *steps(space, flyers, known.get(space.id, {}), now, self._rules),
                    *_departed(space, rows_known, now),
                )
            ]
            self._write(cursor, incident.id, found, known, {row["id"]: row for row in rows}, now)
        inside = {name for one in known.values() for name, presence in one.items() if presence.inside}
        self.detail = {"airspaces": sum(space.in_force(now) for space in spaces), "inside": len(inside)}

    def _spaces(self, cursor: Cursor, incident_id: int) -> list[Space]:
        rows = cursor.execute(_SQL["spaces"], {"incident": incident_id}).fetchall()
        shapes = {bytes(row["shape"]) for row in rows}
        self._shapes = {
            shape: self._shapes[shape] if shape in self._shapes else shapely.from_wkb(shape)
            for shape in shapes
        }
        return [_space(row, self._shapes[bytes(row["shape"])]) for row in rows]

    def _write(
        self,
        cursor: Cursor,
        incident_id: int,
        found: Sequence[tuple[Space, Step]],
        known: Mapping[int, Mapping[str, Presence]],
        vehicles: Mapping[str, Row],
        now: datetime,
    ) -> None:
        if not found:
            return
        cursor.execute(_SQL["put_presences"], {"rows": as_json(_row(space, step) for space, step in found)})
        shown = sorted({space.id for space, step in found if _shows(step, known.get(space.id, {}))})
        events = [
            event
            for space, step in found
            if step.crossing is not None
            and (
                event := crossed(
                    vehicles[step.vehicle], now, space, step.crossing,
                    exempt=step.presence.exempt, horizontal_only=step.presence.horizontal_only,
                )
            )
        ]  # fmt: skip
        changes = airspace_changes(cursor, incident_id, shown)
        record(cursor, incident_id, [*changes, *write_events(cursor, incident_id, events)])


def airspace_changes(cursor: Cursor, incident_id: int, ids: Sequence[int]) -> list[Change]:
    """Return the changes that tell how airspaces stand, each in a new version."""
    if not ids:
        return []
    touched = [row["id"] for row in cursor.execute(_SQL["touch_spaces"], {"ids": list(ids)}).fetchall()]
    changes = []
    for number in sorted(touched):
        cursor.execute(_SPACES["airspaces"], {"incident": incident_id, "id": number})
        changes += [
            Change("airspace", str(row["id"]), row["version"], airspace_value(row))
            for row in cursor.fetchall()
        ]
    return changes


def _space(row: DictRow, shape: BaseGeometry) -> Space:
    return Space(
        id=row["id"],
        kind=row["kind"],
        name=row["name"],
        shape=shape,
        floor_tp_m=row["floor_tp_m"],
        ceiling_tp_m=row["ceiling_tp_m"],
        from_at=row["from_at"],
        to_at=row["to_at"],
        exempt=frozenset(row["exempt"]),
    )


def _presence_rows(cursor: Cursor, incident_id: int) -> list[DictRow]:
    return cursor.execute(_SQL["presences"], {"incident": incident_id}).fetchall()


def _presences(rows: Sequence[Row]) -> dict[int, dict[str, Presence]]:
    """Return whom the newest decisions put where, of those that are in the picture."""
    known: dict[int, dict[str, Presence]] = {}
    for row in rows:
        if row["there"]:
            known.setdefault(row["airspace_id"], {})[row["vehicle_id"]] = _presence(row)
    return known


def _presence(row: Row) -> Presence:
    memory = row["memory"]
    return Presence(
        row["inside"],
        row["since"],
        row["horizontal_only"],
        row["exempt"],
        int(memory.get("contrary", 0)),
        float(memory.get("at_s", 0.0)),
    )


def _departed(space: Space, rows: Sequence[Row], now: datetime) -> list[Step]:
    """Return the end of the presence of those that have left the picture; nothing is told of it."""
    return [
        Step(row["vehicle_id"], replace(_presence(row), inside=False, since=now), None)
        for row in rows
        if row["airspace_id"] == space.id and row["inside"] and not row["there"]
    ]


def _row(space: Space, step: Step) -> dict[str, Any]:
    presence = step.presence
    return {
        "airspace_id": space.id,
        "vehicle_id": step.vehicle,
        "inside": presence.inside,
        "since": presence.since,
        "horizontal_only": presence.horizontal_only,
        "exempt": presence.exempt,
        "memory": {"contrary": presence.contrary, "at_s": presence.at_s},
    }


def _shows(step: Step, known: Mapping[str, Presence]) -> bool:
    """Whether a step changes what screens show of its airspace."""
    before, after = known.get(step.vehicle), step.presence
    if before is None:
        # New, or it has left the picture; whoever only passed was never shown.
        return after.inside or step.crossing is None
    if before.inside != after.inside:
        return True
    same = (before.exempt, before.horizontal_only) == (after.exempt, after.horizontal_only)
    return after.inside and not same

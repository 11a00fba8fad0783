"""The feed of vehicles through the ingest process: its messages, its desk, its writing, its telling.

Vehicles come on a connection of their own, so that no river waits behind aircraft, and, like pictures, to
one process only: each position is judged by the one before.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from geo.incident import Incident
from geo.queries import load
from ingest.persistence import Persistence
from ingest.quarantine import Unreadable
from ingest.sources import read_vehicle_sources
from ingest.subscriber import Message
from ingest.track_desk import TrackDesk
from ingest.track_ground import GroundHeights
from ingest.track_pressure import PressureNote
from ingest.track_vehicle import TrackRules
from ingest.track_writer import REFUSED, Months, Written, let_leave, tell_vehicles, write_apart, write_tracks
from sensors.altitude import altitude_rules
from sensors.codecs.vehicle_table import VehicleTable
from sensors.field_event import field_event_rules
from sensors.motion.limits import motion_limits
from sensors.track_limits import track_limits

log = logging.getLogger(__name__)
_SQL = load("ingest", "track.sql")
_STATES = load("geo", "vehicle.sql")


class TrackFeed:
    """All vehicles of one incident, and what was counted of them."""

    def __init__(self, persistence: Persistence, state_dir: Path) -> None:
        """Read the sources. Raises `SourceError` for a bad source file."""
        self._persistence = persistence
        self._table = VehicleTable.from_files(read_vehicle_sources(state_dir))
        self._rules = TrackRules(
            limits=track_limits(),
            altitude=altitude_rules(),
            contact=motion_limits().contact,
            events=field_event_rules(),
        )
        self._pressure = PressureNote(state_dir, self._rules.altitude)
        self._ground = GroundHeights(self._reach, state_dir)
        self._desk = self._new_desk()
        self._incident: Incident | None = None
        self._digest = ""
        self._months = Months()
        #: rows that were new, positions that were there already
        self.counts = {"tracks": 0, "tracks_repeated": 0, "poses": 0, "field_events": 0}

    @property
    def filters(self) -> list[str]:
        """Return the topic filters to subscribe to."""
        return list(self._table.topic_filters)

    def load(self, incident: Incident) -> None:
        """Begin to work for `incident`: what is known of every vehicle in it."""

        def read(connection: psycopg.Connection[Any]) -> list[dict[str, Any]]:
            with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
                parameters = {"incident": incident.id, "vehicles": None}
                return cursor.execute(_STATES["states"], parameters).fetchall()

        self._incident = incident
        self._desk = self._new_desk()
        self._desk.recall(self._reach(read))
        self._digest = ""
        self.reload()

    def reload(self) -> None:
        """Take over devices, registered vehicles and the noted pressure where they changed."""
        self._pressure.read()

        def read(connection: psycopg.Connection[Any]) -> None:
            with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
                digest = str(next(iter((cursor.execute(_SQL["digest"]).fetchone() or {}).values())))
                if digest == self._digest:
                    return
                devices = [row["id"] for row in cursor.execute(_SQL["devices"]).fetchall()]
                self._desk.register(devices, cursor.execute(_SQL["registered"]).fetchall())
                self._digest = digest

        self._reach(read)

    def take(self, batch: Sequence[Message], incident: Incident) -> list[Unreadable]:
        """Decode, judge and commit a batch; return what could not be read. Raises `Stopped`."""
        work = self._desk.prepare(batch, incident)
        try:
            done: Written = self._reach(
                lambda connection: write_tracks(connection, incident.id, work, self._months)
            )
        except REFUSED as fault:
            log.error("the database refuses a batch of vehicles (%s); looking for the rows", fault)  # noqa: TRY400
            done = self._reach(lambda connection: write_apart(connection, incident.id, work, self._months))
        self.counts["tracks"] += done.points
        self.counts["tracks_repeated"] += work.repeated + len(work.points) - done.points
        self.counts["poses"] += done.poses
        self.counts["field_events"] += done.events
        return work.unreadable

    def tell(self, wall: datetime) -> None:
        """Tell the screens of vehicles whose newest state they have not been told yet."""
        incident = self._incident
        if incident is not None and (due := self._desk.due(wall)):
            self._reach(lambda connection: tell_vehicles(connection, incident.id, due))

    def let_leave(self, incident: Incident, wall: datetime) -> None:
        """Take out of the picture who was only heard in broadcasts, and not for hours."""
        before = incident.now(wall) - timedelta(hours=self._rules.limits.broadcast_h)
        self._desk.forget(self._reach(lambda connection: let_leave(connection, incident.id, before)))

    def _reach(self, action: Callable[[psycopg.Connection[Any]], Any]) -> Any:  # noqa: ANN401
        return self._persistence.call(lambda connection, _writer: action(connection))

    def _new_desk(self) -> TrackDesk:
        return TrackDesk(self._table, self._rules, find_ground=self._ground.at, pressure_at=self._pressure.at)

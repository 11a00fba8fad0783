"""The desk of the vehicles: from messages to points, poses, events, and what is known of each vehicle now.

What is carried from one position of a vehicle to the next is held here and written with each state, so that
a process that starts anew goes on as if it had never stopped. Messages of one vehicle must come to one desk.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from geo.incident import Incident
from ingest.quarantine import Unreadable
from ingest.subscriber import Message
from ingest.track_position import FindGround, Positions, PressureAt
from ingest.track_tellings import Tellings
from ingest.track_vehicle import Held, TrackRules, first_seen, identity_after, recalled
from ingest.track_work import Row, TrackWork
from ingest.writer import DeviceStatus
from sensors.codecs.own_track import SOURCE as OWN
from sensors.codecs.vehicle_codec import PartlyUnreadable, record_key
from sensors.codecs.vehicle_table import VehicleTable
from sensors.field_event import RAISING
from sensors.reading import UnreadableMessage
from sensors.track import FieldEvent, Mark, Pose, Record, Track, Trust

#: vehicles that are held; the one not heard for longest is forgotten first
MOST_HELD: Final = 5_000
#: of one vehicle the screens are told at most so often on the average [s], and how much earlier one time:
#: without that, a vehicle that speaks once a second would always be told almost a second late
TELL_EVERY_S, TELL_SLACK_S = 1.0, 0.2


def _nowhere(_lon: float, _lat: float) -> float | None:
    return None


def _never(_at: datetime) -> float | None:
    return None


class TrackDesk:
    """All vehicles of one incident."""

    def __init__(
        self,
        table: VehicleTable,
        rules: TrackRules,
        *,
        find_ground: FindGround = _nowhere,
        pressure_at: PressureAt = _never,
    ) -> None:
        self._table = table
        self._positions = Positions(rules, find_ground, pressure_at)
        self._tellings = Tellings(rules)
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._devices: frozenset[str] = frozenset()
        #: registered vehicles by their ICAO address
        self._by_icao24: dict[str, str] = {}
        #: vehicles whose state changed since the screens were told, in that order
        self._untold: dict[str, None] = {}

    def register(self, devices: Iterable[str], vehicles: Iterable[Row]) -> None:
        """Take over which devices are ours, and the registered vehicles (rows of `track.sql: registered`)."""
        self._devices = frozenset(devices)
        self._by_icao24 = {}
        ours = {row["id"]: dict(row) for row in vehicles}
        for name, row in ours.items():
            if row["icao24"] is not None:
                self._by_icao24[row["icao24"]] = name
            if (held := self._held.get(name)) is None:
                self._held[name] = Held(row)
            else:
                held.identity = row
        for name, held in self._held.items():
            if held.identity["registered"] and name not in ours:
                held.identity = {**held.identity, "registered": False}

    def recall(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Take over what is known of vehicles (rows of `geo/sql/vehicle.sql: states`); all are told anew."""
        for row in rows:
            self._held[row["id"]] = recalled(row)
            self._untold[row["id"]] = None

    def forget(self, names: Iterable[str]) -> None:
        """Let vehicles have left the picture: their next position begins it anew."""
        for name in names:
            self._untold.pop(name, None)
            if (held := self._held.get(name)) is not None:
                held.state = None

    def prepare(self, batch: Sequence[Message], incident: Incident) -> TrackWork:
        """Return what `batch` amounts to. One message that cannot be read stops none of the others."""
        work = TrackWork(incident.now(batch[-1].received))
        for message in batch:
            received_at = incident.now(message.received)
            try:
                for record in self._records(message, received_at, work):
                    self._take(message, record, received_at, work)
            except UnreadableMessage as fault:
                self._refuse(message, fault, received_at, work)
        self._untold.update(dict.fromkeys(work.states))
        work.tell = self.due(batch[-1].received)
        return work

    def due(self, wall: datetime) -> list[str]:
        """Return the vehicles that the screens are to be told of now, and take them as told."""
        now_s = wall.timestamp()
        chosen = []
        for name in self._untold:
            held = self._held.get(name)
            if held is None or -TELL_SLACK_S > now_s - held.tell_from_s > -2 * TELL_EVERY_S:
                # Not yet. A clock that was set back by more than that silences nobody.
                continue
            steady = abs(now_s - held.tell_from_s) < TELL_EVERY_S
            held.tell_from_s = (max(held.tell_from_s, now_s) if steady else now_s) + TELL_EVERY_S
            chosen.append(name)
        for name in chosen:
            del self._untold[name]
        return chosen

    def _records(self, message: Message, received_at: datetime, work: TrackWork) -> Sequence[Record]:
        try:
            return self._table.decode(message.topic, message.payload, received_at)
        except PartlyUnreadable as fault:
            self._refuse(message, fault, received_at, work)
            return fault.records

    def _refuse(
        self, message: Message, fault: UnreadableMessage, received_at: datetime, work: TrackWork
    ) -> None:
        adapter = self._table.source_of(message.topic)
        work.unreadable.append(Unreadable(message, adapter, fault.code, fault.detail, received_at))

    def _take(self, message: Message, record: Record, received_at: datetime, work: TrackWork) -> None:
        if isinstance(record, Track):
            held = self._hold(record, record.source_id, received_at, work)
            trust = self._trust(held, record)
            self._positions.take_track(held, record, trust, message, received_at, work)
        elif isinstance(record, FieldEvent):
            self._take_event(message, record, received_at, work)
        else:
            vehicle, camera = self._parts(record)
            held = self._hold(record, vehicle, received_at, work)
            if isinstance(record, Pose):
                self._positions.take_pose(held, record, camera, message, received_at, work)
            else:
                self._tellings.take_mark(held, record, message, received_at, work)

    def _parts(self, record: Pose | Mark) -> tuple[str, str]:
        """Return the vehicle and the camera that a `source_id` names; one may hold a '/' of its own."""
        if f"{record.source}:{record.source_id}" in self._held:
            return record.source_id, ""
        vehicle, _, camera = record.source_id.partition("/")
        return vehicle, camera

    def _take_event(
        self, message: Message, event: FieldEvent, received_at: datetime, work: TrackWork
    ) -> None:
        held = self._hold(event, event.source_id, received_at, work)
        ours = event.source == OWN and held.identity["id"] in self._devices
        if ours and event.code in ("online", "offline"):
            status = DeviceStatus(held.identity["id"], event.code == "online", received_at)
            work.statuses.append(status)
        if event.code in RAISING and held.state is None and event.lon is not None and event.lat is not None:
            # Whoever calls for help is put on the map, also if it never told a position before.
            place = Track(
                source=event.source, source_id=event.source_id, observed_at=event.observed_at, lon=event.lon,
                lat=event.lat, key=record_key("place", event.key),
            )  # fmt: skip
            trust: Trust = "authenticated" if ours else "broadcast"
            self._positions.take_track(held, place, trust, message, received_at, work)
        self._tellings.take_event(held, event, message, received_at, work)

    def _hold(self, record: Record, source_id: str, received_at: datetime, work: TrackWork) -> Held:
        """Return the vehicle of a record, made on its first sight, with what the record tells of it."""
        own = record.source == OWN
        name = source_id if own else f"{record.source}:{source_id}"
        if not own and isinstance(record, Track) and record.icao24 is not None:
            # The broadcast of a registered aircraft is a second voice of it, not an aircraft beside it.
            name = self._by_icao24.get(record.icao24, name)
        held = self._held.get(name)
        before = None if held is None else held.identity
        if held is None:
            held = self._held[name] = first_seen(name, record.source, source_id)
            while len(self._held) > MOST_HELD:
                gone, _ = self._held.popitem(last=False)
                self._untold.pop(gone, None)
        self._held.move_to_end(name)
        held.identity = identity_after(held.identity, record, registered=own and name in self._devices)
        if held.identity != before:
            work.vehicles[name] = {**held.identity, "first_heard_at": received_at}
        return held

    def _trust(self, held: Held, record: Track) -> Trust:
        """Return whether a record proves who sent it: our own topic does for devices that are ours."""
        if record.source != OWN:
            return record.trust
        return "authenticated" if held.identity["id"] in self._devices else "broadcast"

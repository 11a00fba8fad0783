"""What a batch of messages of vehicles amounts to: rows, keyed by their columns, ready to be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from geo.chronology import Event
from ingest.quarantine import Unreadable
from ingest.subscriber import Message
from ingest.writer import DeviceStatus
from sensors.altitude import Height
from sensors.reading import UnreadableMessage
from sensors.track import Altitude

Row = dict[str, Any]


@dataclass(slots=True)
class EventRow:
    """A field event, and what the chronology says of it if it is new; None = nothing."""

    row: Row
    entry: Event | None


@dataclass(slots=True)
class TrackWork:
    """Everything one batch amounts to, written together or not at all.

    Of the points, poses and events each is beside the message it came with, so that what the database
    refuses can be told apart.
    """

    #: by the incident's clock
    now: datetime
    vehicles: dict[str, Row] = field(default_factory=dict)
    points: list[tuple[Message, Row]] = field(default_factory=list)
    poses: list[tuple[Message, Row]] = field(default_factory=list)
    events: list[tuple[Message, EventRow]] = field(default_factory=list)
    states: dict[str, Row] = field(default_factory=dict)
    #: entries of the chronology that belong to no field event
    entries: list[Event] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    statuses: list[DeviceStatus] = field(default_factory=list)
    #: vehicles whose state the screens are told of with this batch
    tell: list[str] = field(default_factory=list)
    #: positions that were there already
    repeated: int = 0

    def of_message(self, message: Message) -> TrackWork:
        """Return the points, poses and events of one message with their vehicles, nothing else."""
        part = TrackWork(self.now)
        part.points = [pair for pair in self.points if pair[0] is message]
        part.poses = [pair for pair in self.poses if pair[0] is message]
        part.events = [pair for pair in self.events if pair[0] is message]
        rows = [row for _, row in (*part.points, *part.poses)] + [one.row for _, one in part.events]
        names = {row["vehicle_id"] for row in rows}
        part.vehicles = {name: row for name, row in self.vehicles.items() if name in names}
        return part

    def messages(self) -> list[Message]:
        """Return the messages that gave any row, each once, in their order."""
        seen: dict[int, Message] = {}
        for message, _ in (*self.points, *self.poses, *self.events):
            seen.setdefault(id(message), message)
        return list(seen.values())


def months_of(pairs: Sequence[tuple[Message, Row]]) -> set[tuple[int, int]]:
    """Return (year, month) in UTC of the observed times of rows."""
    return {(row["observed_at"].year, row["observed_at"].month) for _, row in pairs}


def altitude_columns(altitudes: Sequence[Altitude], height: Height | None) -> Row:
    """Return the columns of a height: as it was told, and the best that was made of it."""
    return {
        "altitudes": [
            {"value_m": round(one.value_m, 2), "reference": one.reference, "accuracy_m": one.accuracy_m}
            for one in altitudes
        ],
        "height_tp_m": None if height is None else round(height.value_m, 2),
        "height_way": None if height is None else height.way,
        "height_sd_m": None if height is None else round(height.sd_m, 2),
    }


def storable(extra: Mapping[str, object] | None) -> dict[str, object] | None:
    """Return `extra` if it can be kept as JSON. Raises `UnreadableMessage`."""
    if extra is None:
        return None
    try:
        text = msgspec.json.encode(extra)
    except (msgspec.MsgspecError, UnicodeError, OverflowError, TypeError, RecursionError) as fault:
        raise UnreadableMessage("wrong-type", f"extra fields cannot be kept: {str(fault)[:200]}") from fault
    if b"\\u0000" in text:
        raise UnreadableMessage("wrong-type", "extra fields hold a NUL character")
    return dict(extra)

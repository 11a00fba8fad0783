"""A vehicle as ingest holds it: who it is, its newest state, and what is carried from record to record."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec

from ingest.track_event import Craft
from ingest.track_work import Row, TrackWork
from sensors.altitude import AltitudeRules
from sensors.field_event import FieldEventRules
from sensors.motion.contact import ContactLimits
from sensors.track import Record, Track
from sensors.track_limits import TrackLimits
from sensors.track_quality import TrackMemory

#: keys of the last records of a vehicle, by which a repetition is known
KEYS_HELD: Final = 32

#: columns that a state takes over from its newest point
FROM_POINT: Final = (
    *("vehicle_id", "lon", "lat", "observed_at", "received_at", "horizontal_accuracy_m", "heading_deg"),
    *("climb_m_s", "on_ground", "flag", "reasons", "altitudes", "height_tp_m", "height_way", "height_sd_m"),
)
_OF_STATE: Final = (
    *FROM_POINT[1:],
    *("ground_speed_m_s", "course_deg", "turn_deg_per_s", "battery_percent", "endurance_until", "link"),
    *("emergency", "trust", "stale_at", "goodbye", "interval_s", "trail"),
)
_OF_IDENTITY: Final = (
    *("id", "source", "source_id", "kind", "callsign", "registration", "icao24", "registered", "synthetic"),
)


class Memory(msgspec.Struct, kw_only=True):
    """What is carried from record to record of a vehicle; JSON in `vehicle_state.memory`."""

    track: TrackMemory = msgspec.field(default_factory=TrackMemory)
    #: height of the ground where it took off [m above T.P.]
    takeoff_tp_m: float | None = None
    #: when it last proved who it is, its trail last grew, its emergency was last told [s since 1970]
    proven_s: float | None = None
    trail_s: float | None = None
    emergency_s: float | None = None
    #: its emergency was raised by an event and ends by one
    emergency_by_event: bool = False


@dataclass(slots=True)
class Held:
    """A vehicle as this desk knows it."""

    identity: Row
    #: its row of `vehicle_state`, None before the first position
    state: Row | None = None
    memory: Memory = field(default_factory=Memory)
    keys: deque[tuple[str, datetime | None, str]] = field(default_factory=lambda: deque(maxlen=KEYS_HELD))
    #: when the chronology last said a code [s since 1970]
    said_s: dict[str, float] = field(default_factory=dict)
    #: from when on the screens may be told again, by the wall's clock [s since 1970]
    tell_from_s: float = 0.0

    @property
    def craft(self) -> Craft:
        """Return it as the chronology calls it."""
        identity = self.identity
        return Craft(identity["id"], identity["callsign"], identity["synthetic"])

    def came_before(self, stream: str, told: datetime | None, key: str) -> bool:
        """Tell whether a record of a stream with that time and key was held already; it is from now on."""
        mark = (stream, told, key)
        if mark in self.keys:
            return True
        self.keys.append(mark)
        return False

    def touch(self, work: TrackWork) -> None:
        """Have its state written with `work`; a vehicle without a position has none."""
        if self.state is not None:
            self.state["memory"] = self.memory
            work.states[self.identity["id"]] = dict(self.state)


@dataclass(frozen=True, kw_only=True)
class TrackRules:
    """All rules that records are judged by."""

    limits: TrackLimits
    altitude: AltitudeRules
    contact: ContactLimits
    events: FieldEventRules


def first_seen(name: str, source: str, source_id: str) -> Held:
    """Return a vehicle of which nothing is known but its name."""
    nothing = {
        "callsign": None,
        "registration": None,
        "icao24": None,
        "registered": False,
        "synthetic": False,
    }
    return Held({"id": name, "source": source, "source_id": source_id, "kind": "unknown", **nothing})


def recalled(row: Mapping[str, Any]) -> Held:
    """Return a vehicle from its row of `geo/sql/vehicle.sql: states`."""
    held = Held({name: row[name] for name in _OF_IDENTITY})
    try:
        held.memory = msgspec.convert(row["memory"], Memory)
    except msgspec.ValidationError:
        held.memory = Memory()
    held.state = {"vehicle_id": row["id"], **{name: row[name] for name in _OF_STATE}}
    return held


def identity_after(known: Row, record: Record, *, registered: bool) -> Row:
    """Return who a vehicle is, after a record; a registered vehicle's own entry holds before it."""
    synthetic = known["synthetic"] or (getattr(record, "extra", None) or {}).get("synthetic") is True
    changed = {**known, "registered": known["registered"] or registered, "synthetic": synthetic}
    if not isinstance(record, Track):
        return changed
    for name in ("callsign", "registration", "icao24"):
        told = getattr(record, name)
        if told is not None and not (known["registered"] and known[name] is not None):
            changed[name] = told
    if record.kind != "unknown" and not (known["registered"] and known["kind"] != "unknown"):
        changed["kind"] = record.kind
    return changed

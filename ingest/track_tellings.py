"""What vehicles tell once: events, marks, last wills; kept, told, and seen in the state of their vehicle."""

from __future__ import annotations

from datetime import datetime

from geo.chronology import Event
from ingest.subscriber import Message
from ingest.track_event import emergency_raised, told_once
from ingest.track_position import end_emergency
from ingest.track_vehicle import KEYS_HELD, Held, TrackRules
from ingest.track_work import EventRow, TrackWork, altitude_columns, storable
from sensors.codecs.own_track import status_key
from sensors.codecs.vehicle_codec import record_key
from sensors.field_event import ENDED, QUIET, RAISING
from sensors.track import FieldEvent, Mark
from sensors.track_quality import Fix, observed_time


class Tellings:
    """Takes the events and marks of vehicles that are held."""

    def __init__(self, rules: TrackRules) -> None:
        self._rules = rules

    def take_event(
        self, held: Held, event: FieldEvent, message: Message, received_at: datetime, work: TrackWork
    ) -> None:
        """Add an event, its entry of the chronology, and what it changes of the vehicle.

        What the broker had kept from before is no news. Raises `UnreadableMessage`.
        """
        extra = storable(event.extra)
        at = self._moment(event.observed_at, received_at)
        key = event.key or (f"retained-{event.code}" if message.retained else status_key(at, event.code))
        if held.came_before("event", event.observed_at, key):
            return
        text = _printable(event.text)
        row = {
            "vehicle_id": held.identity["id"],
            "observed_at": at,
            "received_at": received_at,
            "code": event.code,
            "text": text,
            "lon": event.lon,
            "lat": event.lat,
            "key": key,
            "extra": extra,
        }
        entry = None if message.retained else self._entry(held, event.code, text, at)
        work.events.append((message, EventRow(row, entry)))
        self._note(held, event.code, at, work)

    def _note(self, held: Held, code: str, at: datetime, work: TrackWork) -> None:
        """Let an event show in the vehicle's state."""
        if held.state is None:
            return
        if code in ("online", "offline"):
            held.state["goodbye"] = code == "offline"
        elif code == ENDED:
            end_emergency(held, at, self._rules, work)
        elif code in RAISING:
            held.state["emergency"] = code
            held.memory.emergency_by_event = True
        else:
            return
        held.touch(work)

    def _entry(self, held: Held, code: str, text: str, at: datetime) -> Event | None:
        """Return what the chronology says of an event, None when it said the same just before."""
        if code in QUIET or code == ENDED:
            return None
        if code in RAISING:
            return emergency_raised(held.craft, at, code, self._rules.events.emergency(code), text)
        told = self._rules.events.event(code)
        said_s = held.said_s.get(code)
        if said_s is not None and 0.0 <= at.timestamp() - said_s < told.every_s:
            return None
        if len(held.said_s) >= KEYS_HELD:
            held.said_s.clear()
        held.said_s[code] = at.timestamp()
        return told_once(held.craft, at, code, told, text)

    def take_mark(
        self, held: Held, mark: Mark, message: Message, received_at: datetime, work: TrackWork
    ) -> None:
        """Keep a measured point as an event that the chronology does not repeat."""
        key = record_key("mark", mark.source_id, mark.key)
        if held.came_before("event", mark.observed_at, key):
            return
        row = {
            "vehicle_id": held.identity["id"],
            "observed_at": self._moment(mark.observed_at, received_at),
            "received_at": received_at,
            "code": "mark",
            "text": _printable(mark.label or ""),
            "lon": mark.lon,
            "lat": mark.lat,
            "key": key,
            "extra": {
                "camera": mark.source_id.partition("/")[2] or None,
                "distance_m": mark.distance_m,
                "altitudes": altitude_columns(mark.altitudes, None)["altitudes"],
            },
        }
        work.events.append((message, EventRow(row, None)))

    def _moment(self, told: datetime | None, received_at: datetime) -> datetime:
        fix = Fix("unknown", 0.0, 0.0, None, None, None, told, received_at)
        return observed_time(fix, self._rules.limits)[0]


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())

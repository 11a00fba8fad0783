"""The messages of the live wire (`docs/live.md`): built once, as text, from values that are text already.

Pure: no clock, no socket, no database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

import msgspec

from dashboard.live.viewport import Place, Viewport
from geo.change import Position, PositionError
from geo.moment import utc_text

#: kinds whose value carries `lon` and `lat`; a viewport limits these only
PLACED: Final = frozenset({"camera", "gauge", "shelter", "depot", "disruption", "footprint", "vehicle"})

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Where a screen stands: a position in the feed, and in which picture.

    A position of another incident or another database says nothing about this one, however
    plausible its numbers: a screen that resumed from it would mix two floods.
    """

    position: Position
    picture: str

    def __str__(self) -> str:
        """Return the form that goes over the wire."""
        return f"{self.position}:{self.picture}"

    @classmethod
    def parse(cls, text: str) -> Bookmark:
        """Read the wire form. Raises `geo.change.PositionError`."""
        position, colon, picture = text.rpartition(":")
        if not (colon and picture.isalnum() and len(picture) <= 32):
            raise PositionError(f"{text[:60]!r} is not a position (expected 'transaction:id:picture')")
        return cls(Position.parse(position), picture)


def picture_id(database: str, incident_id: int | None) -> str:
    """Return the name of the picture that an incident (None = none is open) in a database makes."""
    return hashlib.blake2b(f"{database}/{incident_id}".encode(), digest_size=6).hexdigest()


class _Item(msgspec.Struct):
    id: str
    v: int
    value: msgspec.Raw


class _Change(msgspec.Struct):
    kind: str
    id: str
    v: int
    value: msgspec.Raw


class _Delta(msgspec.Struct, tag_field="type", tag="delta"):
    position: str
    at: str
    changes: Sequence[msgspec.Raw]


class _Snapshot(msgspec.Struct, tag_field="type", tag="snapshot"):
    position: str
    at: str
    objects: Mapping[str, msgspec.Raw]


class _Beat(msgspec.Struct, tag_field="type", tag="beat"):
    position: str
    at: str


class _Placed(msgspec.Struct):
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class LiveChange:
    """One object's new value, already in the form in which it goes into a delta."""

    kind: str
    object_id: str
    version: int
    encoded: msgspec.Raw
    place: Place | None

    @property
    def size_bytes(self) -> int:
        """Length of its wire form."""
        return len(memoryview(self.encoded))


@dataclass(frozen=True, slots=True)
class LiveObject:
    """One object of a snapshot, already in its wire form."""

    encoded: msgspec.Raw
    place: Place | None


def live_change(kind: str, object_id: str, version: int, value: str | None) -> LiveChange:
    """Return a change from the JSON text of its `value`, None = the object is gone."""
    raw = msgspec.Raw(b"null" if value is None else value)
    place = _place_of(value) if kind in PLACED and value is not None else None
    encoded = msgspec.Raw(_encoder.encode(_Change(kind, object_id, version, raw)))
    return LiveChange(kind, object_id, version, encoded, place)


def live_object(kind: str, object_id: str, version: int, value: Any) -> LiveObject:  # noqa: ANN401 - any JSON
    """Return an object of a snapshot from its `value`."""
    raw = msgspec.Raw(_encoder.encode(value))
    place = (value["lon"], value["lat"]) if kind in PLACED and value["lon"] is not None else None
    return LiveObject(msgspec.Raw(_encoder.encode(_Item(object_id, version, raw))), place)


def _place_of(value: str) -> Place | None:
    # What does not say where it is goes to every screen: shown too often rather than not at all.
    try:
        placed = msgspec.json.decode(value, type=_Placed)
    except msgspec.DecodeError:
        return None
    return placed.lon, placed.lat


def array(objects: Iterable[LiveObject], viewport: Viewport | None = None) -> msgspec.Raw:
    """Return the JSON array of those `objects` that `viewport` holds (None = all)."""
    kept = (item.encoded for item in objects if viewport is None or viewport.holds(item.place))
    return msgspec.Raw(_encoder.encode(list(kept)))


class Frame:
    """A message as text, with the ASGI events that carry it, each built once however many screens get it."""

    def __init__(self, text: str, bookmark: Bookmark) -> None:
        self.text = text
        self._bookmark = bookmark

    @cached_property
    def websocket(self) -> dict[str, Any]:
        """The event that sends it over a websocket."""
        return {"type": "websocket.send", "text": self.text}

    @cached_property
    def event(self) -> dict[str, Any]:
        """The event that sends it as one server-sent event; its id is the position."""
        body = f"id: {self._bookmark}\ndata: {self.text}\n\n".encode()
        return {"type": "http.response.body", "body": body, "more_body": True}


def delta(changes: Iterable[LiveChange], bookmark: Bookmark, at: datetime) -> Frame:
    """Return the message that brings a screen to `bookmark`."""
    message = _Delta(str(bookmark), utc_text(at), [change.encoded for change in changes])
    return Frame(_encoder.encode(message).decode(), bookmark)


def snapshot(objects: Mapping[str, msgspec.Raw], bookmark: Bookmark, at: datetime) -> Frame:
    """Return the whole picture; `objects` maps a kind to the JSON array of its objects."""
    return Frame(_encoder.encode(_Snapshot(str(bookmark), utc_text(at), objects)).decode(), bookmark)


def beat(bookmark: Bookmark, at: datetime) -> Frame:
    """Return the message that says: nothing new, but we live."""
    return Frame(_encoder.encode(_Beat(str(bookmark), utc_text(at))).decode(), bookmark)

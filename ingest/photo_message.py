"""Photographs over the broker: the bytes of a JPEG or PNG, as a device sends them on `…/photo`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import psycopg

from geo.change import Change
from geo.photo import add_photo, photo_changes
from ingest.subscriber import Message
from sensors.camera.picture import MOST_BYTES, UnreadablePicture
from sensors.device_time import parse_time
from sensors.photo.record import photo_row
from sensors.reading import UnreadableMessage

PHOTO_FILTER: Final = "sonae/v1/+/+/+/photo"
_LONGEST_NOTE: Final = 400


def read_photo_message(message: Message, received_at: datetime) -> dict[str, Any]:
    """Return the columns of a photograph that a device sent. Raises `UnreadableMessage`.

    When it was taken is the user property `time`, else what the photograph tells; `note` is a property too.
    """
    if len(message.payload) > MOST_BYTES:
        raise UnreadableMessage("too-large", f"{len(message.payload)} bytes; at most {MOST_BYTES}")
    told = dict(message.properties)
    taken_at = parse_time(told["time"], "text", None) if "time" in told else None
    note = "".join(one for one in told.get("note", "")[:_LONGEST_NOTE] if one.isprintable())
    device = message.topic.split("/")[4]
    try:
        return photo_row(message.payload, received_at, told_at=taken_at, device_id=device, note=note)
    except UnreadablePicture as fault:
        raise UnreadableMessage("not-a-picture", str(fault)) from fault


def write_photos(
    cursor: psycopg.Cursor[Any], incident_id: int, photos: Sequence[dict[str, Any]]
) -> list[Change]:
    """Add photographs within the transaction; return the changes that tell the screens of the new ones."""
    added = [add_photo(cursor, incident_id, photo) for photo in photos]
    return photo_changes(cursor.connection, incident_id, [number for number, new in added if new])

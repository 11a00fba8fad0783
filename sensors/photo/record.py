"""A photograph as the columns in which it is kept, read from its bytes once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from sensors.camera.picture import content_hash, content_type, size_px
from sensors.photo.facts import PhotoFacts, read_photo
from sensors.photo.picture import photo_thumbnail

#: what an officer's finger on the map is worth [m]
PINNED_M = 30.0


def photo_row(
    data: bytes,
    received_at: datetime,
    *,
    told_at: datetime | None = None,
    place: tuple[float, float] | None = None,
    author_id: int | None = None,
    device_id: str | None = None,
    note: str = "",
) -> dict[str, Any]:
    """Return the columns of a photograph (`geo/sql/photo.sql: picture` and `add`).

    `place` (lon, lat) was given by hand and goes before the photograph's own. The thumbnail is made, which
    decodes the whole picture: what is broken is found here. Raises
    `sensors.camera.picture.UnreadablePicture`.
    """
    facts = read_photo(data, received_at, told_at)
    stored_width, stored_height = size_px(data)
    return {
        "digest": content_hash(data),
        "content_type": content_type(data),
        "data": data,
        "thumbnail": photo_thumbnail(data, facts.orientation),
        "stored_width_px": stored_width,
        "stored_height_px": stored_height,
        "received_at": received_at,
        "author_id": author_id,
        "device_id": device_id,
        "note": note,
        **_told(facts, place),
    }


def _told(facts: PhotoFacts, place: tuple[float, float] | None) -> dict[str, Any]:
    names = (
        *("width_px", "height_px", "orientation", "taken_at", "time_source", "time_doubt", "lon", "lat"),
        *("place_source", "accuracy_m", "yaw_deg", "pitch_deg", "roll_deg", "hfov_deg", "vfov_deg", "camera"),
    )
    told: dict[str, Any] = {name: getattr(facts, name) for name in names}
    told["altitudes"] = msgspec.json.encode(facts.altitudes).decode()
    if place is not None:
        told |= {"lon": place[0], "lat": place[1], "place_source": "hand", "accuracy_m": PINNED_M}
    return told

"""OwnTracks: phones of ground teams (`owntracks/{user}/{device}`).

Speed is in km/h, altitude above mean sea level.

Format: OwnTracks Booklet, JSON. An encrypted message cannot be read here, and says so.
"""

from __future__ import annotations

from datetime import datetime

from sensors.codecs.fields import KM_PER_HOUR_M_S, Fields, extra
from sensors.codecs.json_document import read_object
from sensors.codecs.vehicle_codec import record_key
from sensors.reading import UnreadableMessage
from sensors.track import Altitude, FieldEvent, Record, Track


class OwnTracksCodec:
    """Reads locations, last wills and crossings of regions."""

    source = "owntracks"
    topic_filters = ("owntracks/+/+", "owntracks/+/+/event")

    def decode(self, topic: str, payload: bytes, received_at: datetime) -> list[Record]:  # noqa: ARG002
        """Return the record of a message. Raises `UnreadableMessage`."""
        levels = topic.split("/")
        if len(levels) < 3:
            raise UnreadableMessage("bad-topic", "owntracks/{user}/{device} is expected")
        device = f"{levels[1]}/{levels[2]}"
        document = read_object(payload)
        kind = document.get("_type")
        if kind == "location":
            return [_location(document, device)]
        if kind == "lwt":
            return [_event(document, device, "offline", "the broker lost the device")]
        if kind == "transition":
            crossing = str(document.get("event"))[:20]
            return [_event(document, device, f"region.{crossing}", str(document.get("desc"))[:80])]
        if kind == "encrypted":
            raise UnreadableMessage("wrong-type", "the message is encrypted; give the device no secret")
        return []


def _location(document: dict[str, object], device: str) -> Track:
    fields = Fields(document)
    lon, lat = fields.position("lon", "lat")
    observed_at = fields.since_1970("tst", scale_s=1.0)
    height = fields.number("alt", low=-600.0, high=30_000.0)
    return Track(
        source=OwnTracksCodec.source,
        source_id=device,
        kind="ground",
        callsign=fields.text("tid"),
        observed_at=observed_at,
        lon=lon,
        lat=lat,
        altitudes=()
        if height is None
        else (Altitude(height, "mean sea level", fields.number("vac", low=0.0, high=10_000.0)),),
        horizontal_accuracy_m=fields.number("acc", low=0.0, high=1e6),
        ground_speed_m_s=fields.number("vel", low=0.0, high=400.0, scale=KM_PER_HOUR_M_S),
        course_deg=fields.angle("cog"),
        battery_percent=fields.number("batt", low=0.0, high=100.0),
        key=record_key(device, document.get("tst"), lon, lat),
        extra=extra(fields.doubts, trigger=document.get("t")),
    )


def _event(document: dict[str, object], device: str, code: str, text: str) -> FieldEvent:
    return FieldEvent(
        source=OwnTracksCodec.source,
        source_id=device,
        observed_at=Fields(document).since_1970("tst", scale_s=1.0),
        code=code,
        text=text,
        key=record_key(device, code, document.get("tst")),
    )

"""Traccar's forwarding of positions (`forward.type = mqtt`): some 200 kinds of tracker through one door.

Speed is in knots, altitude in metres above mean sea level as far as the tracker's protocol tells. `fixTime`
is when it was there; a position that is `outdated` or not `valid` repeats an older one and is left out.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sensors.codecs.fields import KNOT_M_S, Fields, extra
from sensors.codecs.json_document import read_object
from sensors.codecs.vehicle_codec import record_key
from sensors.device_time import parse_time
from sensors.reading import UnreadableMessage
from sensors.track import Altitude, Record, Track, VehicleKind

_KINDS: dict[str, VehicleKind] = {
    "helicopter": "helicopter",
    "plane": "aeroplane",
    "drone": "drone",
    **dict.fromkeys(("car", "truck", "van", "bus", "person", "motorcycle", "offroad", "pickup"), "ground"),
}


class TraccarCodec:
    """Reads forwarded positions."""

    source = "traccar"
    topic_filters = ("traccar/positions",)

    def decode(self, topic: str, payload: bytes, received_at: datetime) -> list[Record]:  # noqa: ARG002
        """Return the track of a new position, none for an old one. Raises `UnreadableMessage`."""
        document = read_object(payload)
        position, device = document.get("position"), document.get("device")
        if not isinstance(position, dict) or not isinstance(device, dict):
            raise UnreadableMessage("missing-field", "position, device")
        if position.get("outdated") is True or position.get("valid") is False:
            return []
        return [_track(position, device)]


def _track(position: dict[str, object], device: dict[str, object]) -> Track:
    fields, owner = Fields(position), Fields(device)
    unique = owner.text("uniqueId")
    if unique is None:
        raise UnreadableMessage("missing-field", "device.uniqueId")
    lon, lat = fields.position("longitude", "latitude")
    height = fields.number("altitude", low=-600.0, high=30_000.0)
    attributes = fields.inner("attributes")
    told = position.get("fixTime") or position.get("deviceTime")
    return Track(
        source=TraccarCodec.source,
        source_id=unique,
        kind=_KINDS.get(str(device.get("category")), "unknown"),
        callsign=owner.text("name"),
        observed_at=None if told is None else parse_time(told, "text", UTC),
        lon=lon,
        lat=lat,
        altitudes=() if height is None else (Altitude(height, "mean sea level"),),
        horizontal_accuracy_m=fields.number("accuracy", low=0.0, high=1e6) or None,
        ground_speed_m_s=fields.number("speed", low=0.0, high=700.0, scale=KNOT_M_S),
        course_deg=fields.angle("course"),
        battery_percent=attributes.number("batteryLevel", low=0.0, high=100.0),
        emergency=attributes.text("alarm"),
        key=record_key(unique, position.get("id") or told, lon, lat),
        extra=extra(fields.doubts, protocol=position.get("protocol")),
    )

"""Cursor on Target, the language of the TAK family: XML and protobuf, in and out.

Heights are `hae`, above the ellipsoid; 9999999 says that height or error is unknown. The sender's `stale` is
honoured. XML is read without document types, entities and network. Protobuf (TAK protocol version 1) comes in
a frame for meshes (`bf 01 bf`) or streams (`bf`, length).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from lxml import etree

from sensors.codecs.cot_writer import UNKNOWN, CotEvent
from sensors.codecs.fields import Fields, extra, moment
from sensors.codecs.vehicle_codec import record_key
from sensors.device_time import parse_time
from sensors.reading import UnreadableMessage
from sensors.track import Altitude, FieldEvent, Record, Track, VehicleKind

MOST_BYTES: Final = 64 * 1024
_MAGIC: Final = 0xBF
_LONGEST_TEXT: Final = 120
#: types that move in the air (MIL-STD-2525, as CoT spells it), the longest that fits decides
_KINDS: Final[tuple[tuple[str, VehicleKind], ...]] = (
    ("A-M-H", "helicopter"),
    ("A-C-H", "helicopter"),
    ("A-M-F-Q", "drone"),
    ("A-C-F-q", "drone"),
    ("A", "aeroplane"),
    ("G", "ground"),
)
#: what we call each kind: friendly, civil; unknown ones unknown
TYPES: Final[dict[VehicleKind, str]] = {
    "helicopter": "a-f-A-C-H",
    "aeroplane": "a-f-A-C-F",
    "drone": "a-f-A-C-F-q",
    "ground": "a-f-G",
    "unknown": "a-u-G",
}


class CursorOnTargetCodec:
    """Reads events of things that move, and the emergency call."""

    source = "cot"
    topic_filters = ("cot/#",)

    def decode(self, topic: str, payload: bytes, received_at: datetime) -> list[Record]:  # noqa: ARG002
        """Return the record of an event; chat, drawings and the like are none. Raises `UnreadableMessage`."""
        if len(payload) > MOST_BYTES:
            raise UnreadableMessage("too-large", f"{len(payload)} bytes, at most {MOST_BYTES}")
        event = _from_protobuf(payload) if payload[:1] == bytes([_MAGIC]) else _from_xml(payload)
        if event["type"].startswith("b-a-o"):
            return [_emergency(event)]
        return [_track(event)] if event["type"].startswith("a-") else []


def _from_xml(payload: bytes) -> dict[str, Any]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(payload, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise UnreadableMessage("wrong-type", f"no XML: {str(fault)[:120]}") from fault
    if root.getroottree().docinfo.doctype:
        raise UnreadableMessage("wrong-type", "a document type is not accepted")
    point, uid = root.find("point"), root.get("uid")
    if root.tag != "event" or point is None or not uid:
        raise UnreadableMessage("missing-field", "event with uid and point")
    track, contact, status = (root.find(f"detail/{name}") for name in ("track", "contact", "status"))
    return {
        "uid": uid[:_LONGEST_TEXT],
        "type": root.get("type", ""),
        "how": root.get("how"),
        "time": _time(root.get("time")),
        "stale": _time(root.get("stale")),
        "point": dict(point.attrib),
        "track": {} if track is None else dict(track.attrib),
        "callsign": None if contact is None else contact.get("callsign"),
        "battery": None if status is None else status.get("battery"),
    }


def _time(text: str | None) -> datetime | None:
    return None if text is None else parse_time(text, "text", UTC)


def _from_protobuf(payload: bytes) -> dict[str, Any]:
    from takproto import parse_proto

    try:
        message = parse_proto(bytearray(payload))
    except Exception as fault:
        raise UnreadableMessage("wrong-type", f"no TAK message: {str(fault)[:120]}") from fault
    if message is None or not message.HasField("cotEvent") or not message.cotEvent.uid:
        raise UnreadableMessage("missing-field", "cotEvent with uid")
    event, detail = message.cotEvent, message.cotEvent.detail
    names = ("lat", "lon", "hae", "ce", "le")
    return {
        "uid": event.uid[:_LONGEST_TEXT],
        "type": event.type,
        "how": event.how,
        "time": moment(event.sendTime / 1000),
        "stale": moment(event.staleTime / 1000),
        "point": {name: getattr(event, name) for name in names},
        "track": {"course": detail.track.course, "speed": detail.track.speed}
        if detail.HasField("track")
        else {},
        "callsign": detail.contact.callsign if detail.HasField("contact") else None,
        "battery": detail.status.battery if detail.HasField("status") else None,
    }


def _kind(type_: str) -> VehicleKind:
    parts = type_.split("-", 2)
    shape = parts[2] if len(parts) == 3 else ""
    return next((kind for start, kind in _KINDS if shape.startswith(start)), "unknown")


def _words(text: object) -> str | None:
    if not isinstance(text, str):
        return None
    return "".join(letter for letter in text if letter.isprintable()).strip()[:_LONGEST_TEXT] or None


def _track(event: dict[str, Any]) -> Track:
    point, moving = Fields(event["point"]), Fields(event["track"])
    lon, lat = point.position("lon", "lat")
    height = point.number("hae", low=-600.0, high=100_000.0, unknown=UNKNOWN)
    error = point.number("le", low=0.0, high=100_000.0, unknown=UNKNOWN)
    return Track(
        source=CursorOnTargetCodec.source,
        source_id=event["uid"],
        kind=_kind(event["type"]),
        callsign=_words(event["callsign"]),
        observed_at=event["time"],
        lon=lon,
        lat=lat,
        altitudes=() if height is None else (Altitude(height, "ellipsoid", error),),
        horizontal_accuracy_m=point.number("ce", low=0.0, high=1e6, unknown=UNKNOWN),
        ground_speed_m_s=moving.number("speed", low=0.0, high=700.0, unknown=UNKNOWN),
        course_deg=moving.angle("course", unknown=UNKNOWN),
        battery_percent=Fields({"battery": event["battery"]}).number("battery", low=0.0, high=100.0),
        stale_at=event["stale"],
        key=record_key(event["uid"], event["time"], lon, lat),
        extra=extra(point.doubts + moving.doubts, type=event["type"], how=event["how"]),
    )


def _emergency(event: dict[str, Any]) -> FieldEvent:
    """Return an emergency call (`b-a-o-tbl` and its kin) or its end (`b-a-o-can`)."""
    lon, lat = Fields(event["point"]).position("lon", "lat")
    ended = event["type"].startswith("b-a-o-can")
    return FieldEvent(
        source=CursorOnTargetCodec.source,
        source_id=event["uid"],
        observed_at=event["time"],
        code="emergency.ended" if ended else "emergency",
        text=_words(event["callsign"]) or event["uid"],
        lon=lon,
        lat=lat,
        key=record_key(event["uid"], event["type"], event["time"]),
    )


def event_of(track: Track, *, sent_at: datetime, lasts: timedelta, uid_prefix: str = "sonae") -> CotEvent:
    """Return the event of a track, as ATAK and its kin show it.

    The height goes out only where it is above the ellipsoid; another reference is said in the remarks,
    because a wrong height is worse than none. It is stale after `lasts`, or when its sender says so.
    """
    above = next((one for one in track.altitudes if one.reference == "ellipsoid"), None)
    told = track.observed_at or sent_at
    remarks = None
    if above is None and track.altitudes:
        remarks = "; ".join(f"{one.value_m:.0f} m ({one.reference})" for one in track.altitudes)
    return CotEvent(
        uid=f"{uid_prefix}.{track.source}.{track.source_id}",
        type=TYPES[track.kind],
        how="m-g",
        time=told,
        start=told,
        stale=track.stale_at or told + lasts,
        lon=track.lon,
        lat=track.lat,
        hae_m=None if above is None else above.value_m,
        ce_m=track.horizontal_accuracy_m,
        le_m=None if above is None else above.accuracy_m,
        callsign=track.callsign or track.source_id,
        course_deg=track.course_deg,
        speed_m_s=track.ground_speed_m_s,
        remarks=remarks,
    )


def encode_xml(track: Track, *, sent_at: datetime, lasts: timedelta, uid_prefix: str = "sonae") -> bytes:
    """Return the event of a track as XML (`event_of`)."""
    return event_of(track, sent_at=sent_at, lasts=lasts, uid_prefix=uid_prefix).xml


def encode_protobuf(track: Track, *, sent_at: datetime, lasts: timedelta) -> bytes:
    """Return the same event as TAK protocol version 1, framed for a stream."""
    return event_of(track, sent_at=sent_at, lasts=lasts).protobuf

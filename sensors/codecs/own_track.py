"""Our own topic of vehicles: `sonae/v1/{area}/{heli|drone|team}/{id}/{track|pose|event|status}`.

`docs/topics.md` lays it down. The broker lets a device write below its own id only, so the topic says who it
is; whether that device is one of ours is for the register to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sensors.codecs.fields import Fields, extra
from sensors.codecs.json_document import as_name, read_object
from sensors.codecs.vehicle_codec import record_key
from sensors.device_time import parse_time
from sensors.reading import GAUGE_ID_LENGTH, KEY_LENGTH, UnreadableMessage, payload_key
from sensors.track import REFERENCES, Altitude, FieldEvent, Pose, Record, Reference, Track, VehicleKind

SOURCE: Final = "sonae/v1"
#: kinds of device in the topic
KINDS: Final[Mapping[str, VehicleKind]] = {"heli": "helicopter", "drone": "drone", "team": "ground"}
STREAMS: Final = ("track", "pose", "event", "status")
#: heights of one message
_MOST_ALTITUDES: Final = 8
_LONGEST_TEXT: Final = 400
_REFERENCES: Final[Mapping[object, Reference]] = {name: name for name in REFERENCES}
_TRACK_FIELDS: Final = frozenset(
    {
        *("id", "time", "sequence", "callsign", "registration", "icao24", "lon", "lat", "altitudes"),
        *("horizontal_accuracy_m", "ground_speed_m_s", "course_deg", "heading_deg", "climb_m_s", "roll_deg"),
        *("pitch_deg", "on_ground", "battery_percent", "endurance_s", "link", "emergency", "stale_at"),
    }
)
_POSE_FIELDS: Final = frozenset(
    {
        *("id", "time", "camera", "lon", "lat", "altitudes", "yaw_deg", "pitch_deg", "roll_deg", "hfov_deg"),
        *("vfov_deg", "zoom", "image_width", "image_height", "corners", "centre"),
    }
)
_EVENT_FIELDS: Final = frozenset({"id", "time", "code", "text", "lon", "lat"})


class OwnTrackCodec:
    """Reads our own JSON of helicopters, drones and teams."""

    source = SOURCE
    topic_filters = tuple(f"sonae/v1/+/{kind}/+/{stream}" for kind in KINDS for stream in STREAMS)

    def decode(self, topic: str, payload: bytes, received_at: datetime) -> list[Record]:  # noqa: ARG002
        """Return the one record of a message. Raises `UnreadableMessage`."""
        kind, device, stream = _parts(topic)
        document = read_object(payload)
        native = document.get("id")
        key = payload_key(topic, payload) if native is None else as_name(native, "id", KEY_LENGTH)
        if stream == "track":
            return [_track(document, kind, device, key)]
        if stream == "pose":
            return [_pose(document, device, key)]
        if stream == "event":
            return [_event(document, device, key)]
        return [_status(document, device, key)]


def _parts(topic: str) -> tuple[VehicleKind, str, str]:
    levels = topic.split("/")
    if (
        len(levels) != 6
        or levels[:2] != ["sonae", "v1"]
        or levels[3] not in KINDS
        or levels[5] not in STREAMS
    ):
        raise UnreadableMessage("bad-topic", "must be sonae/v1/{area}/{heli|drone|team}/{id}/{stream}")
    area, device = levels[2], levels[4]
    if area != "-" and not (len(area) == 5 and area.isdecimal() and area.isascii()):
        raise UnreadableMessage("bad-topic", "the area must be five digits or '-'")
    if not device or len(device) > GAUGE_ID_LENGTH or not device.isprintable():
        raise UnreadableMessage("bad-topic", f"the id must have 1 to {GAUGE_ID_LENGTH} characters")
    return KINDS[levels[3]], device, levels[5]


def _track(document: dict[str, object], kind: VehicleKind, device: str, key: str) -> Track:
    fields = Fields(document)
    lon, lat = fields.position("lon", "lat")
    sequence = fields.number("sequence", low=0, high=2**53)
    altitudes = _altitudes(document)
    return Track(
        source=SOURCE,
        source_id=device,
        kind=kind,
        callsign=fields.text("callsign"),
        registration=fields.text("registration"),
        icao24=_icao24(fields),
        observed_at=_time(document, "time"),
        sequence=None if sequence is None else int(sequence),
        lon=lon,
        lat=lat,
        altitudes=altitudes,
        horizontal_accuracy_m=fields.number("horizontal_accuracy_m", low=0.0, high=1e6),
        ground_speed_m_s=fields.number("ground_speed_m_s", low=0.0, high=700.0),
        course_deg=fields.angle("course_deg"),
        heading_deg=fields.angle("heading_deg"),
        climb_m_s=fields.number("climb_m_s", low=-150.0, high=150.0),
        roll_deg=fields.number("roll_deg", low=-180.0, high=180.0),
        pitch_deg=fields.number("pitch_deg", low=-180.0, high=180.0),
        battery_percent=fields.number("battery_percent", low=0.0, high=100.0),
        endurance_s=fields.number("endurance_s", low=0.0, high=86_400.0),
        link=fields.number("link", low=0.0, high=1.0),
        on_ground=fields.flag("on_ground"),
        emergency=fields.text("emergency"),
        stale_at=_time(document, "stale_at"),
        key=key,
        extra=_extra(document, _TRACK_FIELDS, fields),
    )


def _pose(document: dict[str, object], device: str, key: str) -> Pose:
    fields = Fields(document)
    lon, lat = fields.position("lon", "lat")
    camera = fields.text("camera")
    width, height = (fields.number(name, low=1, high=100_000) for name in ("image_width", "image_height"))
    corners = document.get("corners")
    return Pose(
        source=SOURCE,
        source_id=device if camera is None else f"{device}/{camera}",
        observed_at=_time(document, "time"),
        lon=lon,
        lat=lat,
        altitudes=_altitudes(document),
        yaw_deg=fields.angle("yaw_deg"),
        pitch_deg=fields.number("pitch_deg", low=-180.0, high=180.0),
        roll_deg=fields.number("roll_deg", low=-180.0, high=180.0),
        hfov_deg=fields.number("hfov_deg", low=0.01, high=180.0),
        vfov_deg=fields.number("vfov_deg", low=0.01, high=180.0),
        zoom=fields.number("zoom", low=0.1, high=1000.0),
        image_width=None if width is None else int(width),
        image_height=None if height is None else int(height),
        corners=None if corners is None else _corners(corners),
        centre=None if document.get("centre") is None else _point(document["centre"], "centre"),
        key=key,
        extra=_extra(document, _POSE_FIELDS, fields),
    )


def _event(document: dict[str, object], device: str, key: str) -> FieldEvent:
    fields = Fields(document)
    code = as_name(document.get("code"), "code", 40)
    text = document.get("text", "")
    if not isinstance(text, str):
        raise UnreadableMessage("wrong-type", "text must be text")
    placed = document.get("lon") is not None or document.get("lat") is not None
    lon, lat = fields.position("lon", "lat") if placed else (None, None)
    return FieldEvent(
        source=SOURCE,
        source_id=device,
        observed_at=_time(document, "time"),
        code=code,
        text="".join(letter for letter in text if letter.isprintable())[:_LONGEST_TEXT],
        lon=lon,
        lat=lat,
        key=key,
        extra=_extra(document, _EVENT_FIELDS, fields),
    )


def _status(document: dict[str, object], device: str, key: str) -> FieldEvent:
    online = document.get("online")
    if not isinstance(online, bool):
        raise UnreadableMessage("missing-field", "online must be true or false")
    observed_at = _time(document, "time")
    code = "online" if online else "offline"
    return FieldEvent(
        source=SOURCE,
        source_id=device,
        observed_at=observed_at,
        code=code,
        text="",
        # A last will is always the same bytes: without a time it is told by the moment it came.
        key=key if observed_at is not None or document.get("id") is not None else "",
    )


def _time(document: dict[str, object], name: str) -> datetime | None:
    told = document.get(name)
    return None if told is None else parse_time(told, "text", None)


def _icao24(fields: Fields) -> str | None:
    told = fields.text("icao24")
    if told is None:
        return None
    if len(told) != 6 or not all(digit in "0123456789abcdef" for digit in told.lower()):
        raise UnreadableMessage("wrong-type", f"icao24 must be six hex digits, is {told[:20]!r}")
    return told.lower()


def _altitudes(document: dict[str, object]) -> tuple[Altitude, ...]:
    rows = document.get("altitudes")
    if rows is None:
        return ()
    if not isinstance(rows, list) or len(rows) > _MOST_ALTITUDES:
        raise UnreadableMessage("wrong-type", f"altitudes must be a list of at most {_MOST_ALTITUDES}")
    return tuple(_altitude(row) for row in rows)


def _altitude(row: object) -> Altitude:
    if not isinstance(row, dict):
        raise UnreadableMessage("wrong-type", "an altitude must be an object")
    told, fields = row.get("reference"), Fields(row)
    reference = _REFERENCES.get(told) if isinstance(told, str) else None
    if reference is None:
        raise UnreadableMessage("unknown-datum", f"reference must be one of {', '.join(REFERENCES)}")
    value_m = fields.number("value_m", low=-600.0, high=30_000.0)
    if value_m is None:
        raise UnreadableMessage("out-of-range", "value_m must be a height from -600 to 30000")
    return Altitude(value_m, reference, fields.number("accuracy_m", low=0.0, high=10_000.0))


def _corners(told: object) -> tuple[tuple[float, float], ...]:
    if not isinstance(told, list) or len(told) != 4:
        raise UnreadableMessage("wrong-type", "corners must be four places [lon, lat]")
    return tuple(_point(one, "corners") for one in told)


def _point(told: object, name: str) -> tuple[float, float]:
    if not isinstance(told, list) or len(told) != 2:
        raise UnreadableMessage("wrong-type", f"{name} must be [lon, lat]")
    return Fields({"lon": told[0], "lat": told[1]}).position("lon", "lat")


def _extra(document: dict[str, object], known: frozenset[str], fields: Fields) -> dict[str, object] | None:
    own = {name: value for name, value in document.items() if name not in known}
    return {**own, **(extra(fields.doubts) or {})} or None


def status_key(at: datetime, code: str) -> str:
    """Return the key of a status without an id or a time, told at `at`."""
    return record_key(code, round(at.timestamp(), 3))

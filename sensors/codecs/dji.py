"""DJI Cloud API (1.11): what aircraft, remote controllers and docks tell by themselves. Listen-only.

A message with `need_reply` is repeated by its device until it is answered. This system does not answer:
it has no right to write on the device's topics, and the key of a record makes repetitions harmless.

`height` is above the ellipsoid, `elevation` above the place of take-off; angles of the gimbal are in the
earth's frame. Times are range-checked: the documentation itself shows one with fourteen digits.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sensors.codecs.fields import Fields, extra
from sensors.codecs.json_document import find, read_object
from sensors.codecs.vehicle_codec import record_key
from sensors.reading import UnreadableMessage
from sensors.track import Altitude, FieldEvent, Mark, Pose, Record, Track

_HEIGHT: Final = {"low": -600.0, "high": 30_000.0}
#: values of `mode_code` in which the aircraft stands (0 standby, 1 preparing, 2 ready, 14 not connected)
_GROUNDED: Final = frozenset({0, 1, 2})
_RETURNING, _NOT_CONNECTED = 9, 14
#: payloads of one aircraft that are looked at
_MOST_PAYLOADS: Final = 8


class DjiCodec:
    """Reads osd, state, events and status."""

    source = "dji"
    topic_filters = (
        "thing/product/+/osd",
        "thing/product/+/state",
        "thing/product/+/events",
        "sys/product/+/status",
    )

    def decode(self, topic: str, payload: bytes, received_at: datetime) -> list[Record]:  # noqa: ARG002
        """Return the records of a message. Raises `UnreadableMessage`."""
        levels = topic.split("/")
        if len(levels) != 4 or not levels[2]:
            raise UnreadableMessage("bad-topic", "…/product/{serial number}/{stream} is expected")
        serial, stream = levels[2], levels[3]
        document = read_object(payload)
        data = document.get("data")
        if not isinstance(data, dict):
            raise UnreadableMessage("missing-field", "data")
        envelope = Fields(document)
        observed_at = envelope.since_1970("timestamp", scale_s=1e-3)
        if stream == "osd":
            return _osd(serial, data, observed_at, document)
        if stream == "events":
            return _events(serial, document, data, observed_at)
        if stream == "status":
            return _status(serial, document, data, observed_at)
        return []


def _osd(
    serial: str, data: dict[str, object], observed_at: datetime | None, document: dict[str, object]
) -> list[Record]:
    """Return the track of an aircraft with the poses of its cameras; a dock or controller is none."""
    if "attitude_head" not in data or data.get("latitude") is None or data.get("longitude") is None:
        return []
    fields = Fields(data)
    if not (fields.number("latitude", low=-90, high=90) or fields.number("longitude", low=-180, high=180)):
        # Both are zero: it has no fix yet, which is no fault of the message.
        return []
    lon, lat = fields.position("longitude", "latitude")
    key = record_key("osd", document.get("tid") or "", document.get("timestamp"))
    mode = fields.number("mode_code", low=0, high=1000)
    battery = fields.inner("battery")
    altitudes = _altitudes(fields)
    track = Track(
        source=DjiCodec.source,
        source_id=serial,
        kind="drone",
        observed_at=observed_at,
        lon=lon,
        lat=lat,
        altitudes=altitudes,
        ground_speed_m_s=fields.number("horizontal_speed", low=0.0, high=100.0),
        heading_deg=fields.angle("attitude_head"),
        climb_m_s=fields.number("vertical_speed", low=-50.0, high=50.0),
        roll_deg=fields.number("attitude_roll", low=-180.0, high=180.0),
        pitch_deg=fields.number("attitude_pitch", low=-180.0, high=180.0),
        on_ground=None if mode is None else int(mode) in _GROUNDED,
        battery_percent=battery.number("capacity_percent", low=0.0, high=100.0),
        endurance_s=battery.number("remain_flight_time", low=0.0, high=86_400.0),
        link=0.0 if mode == _NOT_CONNECTED else None,
        emergency="returning home" if mode == _RETURNING else None,
        key=key,
        extra=extra(fields.doubts, mode_code=None if mode is None else int(mode)),
    )
    return [track, *_payloads(serial, data, track)]


def _altitudes(fields: Fields) -> tuple[Altitude, ...]:
    height = fields.number("height", **_HEIGHT)
    above = fields.number("elevation", **_HEIGHT)
    found = [] if height is None else [Altitude(height, "ellipsoid")]
    return tuple(found if above is None else [*found, Altitude(above, "takeoff")])


def _payloads(serial: str, data: dict[str, object], track: Track) -> list[Record]:
    """Return pose and measured point of each camera: keys like `52-0-0` (type, subtype, place)."""
    found: list[Record] = []
    names = [name for name in data if len(name) < 20 and name.replace("-", "").isdecimal()]
    for name in sorted(names)[:_MOST_PAYLOADS]:
        gimbal = data[name]
        if name.count("-") != 2 or not isinstance(gimbal, dict):
            continue
        fields = Fields(gimbal)
        camera = f"{serial}/{name}"
        found.append(
            Pose(
                source=DjiCodec.source,
                source_id=camera,
                observed_at=track.observed_at,
                lon=track.lon,
                lat=track.lat,
                altitudes=track.altitudes,
                yaw_deg=fields.angle("gimbal_yaw"),
                pitch_deg=fields.number("gimbal_pitch", low=-180.0, high=180.0),
                roll_deg=fields.number("gimbal_roll", low=-180.0, high=180.0),
                zoom=fields.number("zoom_factor", low=0.1, high=1000.0),
                key=record_key("pose", name, track.key),
                extra=extra(fields.doubts),
            )
        )
        found += _measured(camera, fields, track)
    return found


def _measured(camera: str, fields: Fields, track: Track) -> list[Record]:
    """Return the point that the laser measures; state 0 says that it does, 1 to 3 that it does not."""
    if fields.number("measure_target_error_state", low=0, high=10) != 0.0:
        return []
    try:
        lon, lat = fields.position("measure_target_longitude", "measure_target_latitude")
    except UnreadableMessage:
        return []
    height = fields.number("measure_target_altitude", **_HEIGHT)
    return [
        Mark(
            source=DjiCodec.source,
            source_id=camera,
            observed_at=track.observed_at,
            lon=lon,
            lat=lat,
            altitudes=() if height is None else (Altitude(height, "ellipsoid"),),
            distance_m=fields.number("measure_target_distance", low=0.0, high=50_000.0),
            key=record_key("laser", track.key),
        )
    ]


def _events(
    serial: str, document: dict[str, object], data: dict[str, object], observed_at: datetime | None
) -> list[Record]:
    """Return what concerns other aircraft and health; an event of the device's own business is none."""
    method = str(document.get("method"))[:60]
    told = {
        "airsense_warning": "another aircraft is near",
        "hms": "the device reports on its health",
    }.get(method)
    if told is None:
        return []
    rows = data.get("list", data.get("args", data))
    return [
        FieldEvent(
            source=DjiCodec.source,
            source_id=serial,
            observed_at=observed_at,
            code=method,
            text=told,
            key=record_key(method, document.get("bid") or "", document.get("tid") or ""),
            extra={"data": rows, "need_reply": document.get("need_reply") in (1, True)},
        )
    ]


def _status(
    serial: str, document: dict[str, object], data: dict[str, object], observed_at: datetime | None
) -> list[Record]:
    """Return which aircraft a gateway has (`update_topo`): none means that they went offline."""
    if document.get("method") != "update_topo":
        return []
    under = find(data, ("sub_devices",))
    aircraft = [
        str(row.get("sn"))[:64] for row in (under if isinstance(under, list) else []) if isinstance(row, dict)
    ]
    return [
        FieldEvent(
            source=DjiCodec.source,
            source_id=serial,
            observed_at=observed_at,
            code="online" if aircraft else "offline",
            text=", ".join(aircraft[:_MOST_PAYLOADS]) or "no aircraft is connected",
            key=record_key("topo", document.get("tid") or "", document.get("timestamp")),
        )
    ]

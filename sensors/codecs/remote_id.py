"""Remote ID of drones (ASTM F3411-19, as Japan's リモートID uses it), from receivers that speak JSON.

Read are Open Drone ID messages as MAVLink's dictionaries (OPEN_DRONE_ID_LOCATION and _BASIC_ID) and the plain
form of receivers (`uas_id`, `location`). The radio proves nothing: `trust` is `broadcast`, and nothing closes
or clears an airspace on its word. Times are seconds after the full UTC hour: the hour nearest to the arrival.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Final

from sensors.codecs.fields import Fields, extra
from sensors.codecs.json_document import read_object
from sensors.codecs.vehicle_codec import record_key
from sensors.device_time import parse_time
from sensors.reading import UnreadableMessage
from sensors.track import Altitude, Record, Track

_UNKNOWN_COURSE, _UNKNOWN_SPEED, _UNKNOWN_CLIMB = 36_100.0, 25_500.0, 6_300.0
_UNKNOWN_HEIGHT, _UNKNOWN_TIME = -1000.0, 65_535.0
#: ODID horizontal accuracy classes [m] (F3411-19, table 4); the others are unknown
_ACCURACY_M: Final = {4: 1852.0, 5: 926.0, 6: 555.6, 7: 185.2, 8: 92.6, 9: 30.0, 10: 10.0, 11: 3.0, 12: 1.0}
#: status of operation: 1 on the ground, 2 in the air, 3 emergency
_GROUND, _EMERGENCY = 1, 3
#: transmitters whose registration is remembered; the one not heard for longest is forgotten first
_MOST: Final = 5000


class RemoteIdCodec:
    """Reads locations, and remembers which registration belongs to which transmitter."""

    source = "remote-id"
    topic_filters = ("remoteid/#",)

    def __init__(self) -> None:
        self._names: OrderedDict[str, str] = OrderedDict()

    def decode(self, topic: str, payload: bytes, received_at: datetime) -> list[Record]:
        """Return the track of a location. Raises `UnreadableMessage`."""
        document = read_object(payload)
        kind = document.get("mavpackettype")
        if kind == "OPEN_DRONE_ID_BASIC_ID":
            self._remember(_sender(document, topic), Fields(document).text("uas_id"))
            return []
        if kind == "OPEN_DRONE_ID_LOCATION":
            sender = _sender(document, topic)
            return [_location(document, self._names.get(sender), sender, received_at)]
        if isinstance(document.get("location"), dict):
            return [_plain(document)]
        return []

    def _remember(self, sender: str, name: str | None) -> None:
        if name is None:
            return
        self._names[sender] = name
        self._names.move_to_end(sender)
        while len(self._names) > _MOST:
            self._names.popitem(last=False)


def _sender(document: dict[str, object], topic: str) -> str:
    """Return what names the transmitter: its MAC address if told, else the topic."""
    told = document.get("id_or_mac")
    if isinstance(told, list) and any(told):
        return "-".join(f"{int(part):02x}" for part in told[:20] if isinstance(part, int) and 0 <= part < 256)
    return topic


def hour_nearest(seconds: float, received_at: datetime) -> datetime:
    """Return the moment `seconds` after a full UTC hour that is nearest to `received_at`."""
    hour = received_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    choices = [hour + timedelta(hours=step, seconds=seconds) for step in (-1, 0, 1)]
    return min(choices, key=lambda at: abs((at - received_at).total_seconds()))


def _location(document: dict[str, object], name: str | None, sender: str, received_at: datetime) -> Track:
    fields = Fields(document)
    lon, lat = fields.position("longitude", "latitude", scale=1e-7)
    seconds = fields.number("timestamp", low=0.0, high=3600.0, unknown=_UNKNOWN_TIME)
    observed_at = None if seconds is None else hour_nearest(seconds, received_at)
    status = fields.number("status", low=0, high=15)
    accuracy = fields.number("horizontal_accuracy", low=0, high=15)
    return Track(
        source=RemoteIdCodec.source,
        source_id=name or sender,
        kind="drone",
        registration=name,
        observed_at=observed_at,
        lon=lon,
        lat=lat,
        altitudes=_altitudes(fields),
        horizontal_accuracy_m=None if accuracy is None else _ACCURACY_M.get(int(accuracy)),
        ground_speed_m_s=fields.number(
            "speed_horizontal", low=0.0, high=255.0, scale=0.01, unknown=_UNKNOWN_SPEED
        ),
        course_deg=fields.angle("direction", scale=0.01, unknown=_UNKNOWN_COURSE),
        climb_m_s=fields.number("speed_vertical", low=-63.0, high=63.0, scale=0.01, unknown=_UNKNOWN_CLIMB),
        on_ground=None if status is None or status == 0 else status == _GROUND,
        emergency="emergency" if status == _EMERGENCY else None,
        trust="broadcast",
        key=record_key(name or sender, seconds, lon, lat),
        extra=extra(fields.doubts),
    )


def _altitudes(fields: Fields) -> tuple[Altitude, ...]:
    geodetic = fields.number("altitude_geodetic", low=-600.0, high=30_000.0, unknown=_UNKNOWN_HEIGHT)
    pressure = fields.number("altitude_barometric", low=-600.0, high=30_000.0, unknown=_UNKNOWN_HEIGHT)
    above = fields.number("height", low=-600.0, high=30_000.0, unknown=_UNKNOWN_HEIGHT)
    # `height_reference` 0: above the place of take-off, 1: above the ground
    ground = fields.number("height_reference", low=0, high=1) == 1.0
    found = [] if geodetic is None else [Altitude(geodetic, "ellipsoid")]
    if pressure is not None:
        found.append(Altitude(pressure, "standard pressure"))
    if above is not None:
        found.append(Altitude(above, "ground" if ground else "takeoff"))
    return tuple(found)


def _plain(document: dict[str, object]) -> Track:
    """Return the track of a receiver's plain form: `uas_id`, `location`, `altitudes`, `velocity`."""
    fields = Fields(document)
    name = fields.text("uas_id") or fields.text("sensor_id")
    if name is None:
        raise UnreadableMessage("missing-field", "uas_id")
    location, velocity = fields.inner("location"), fields.inner("velocity")
    lon, lat = location.position("longitude", "latitude")
    told = document.get("time") or document.get("timestamp")
    observed_at = parse_time(told, "text", UTC) if isinstance(told, str) else None
    rows = document.get("altitudes")
    heights = [
        Altitude(value, "mean sea level")
        for row in (rows if isinstance(rows, list) else [])[:8]
        if isinstance(row, dict) and row.get("type") == "MSL"
        if (value := Fields(row).number("value", low=-600.0, high=30_000.0)) is not None
    ]
    return Track(
        source=RemoteIdCodec.source,
        source_id=name,
        kind="drone",
        registration=name,
        observed_at=observed_at,
        lon=lon,
        lat=lat,
        altitudes=tuple(heights),
        horizontal_accuracy_m=location.number("accuracy", low=0.0, high=1e6),
        ground_speed_m_s=velocity.number("horizontal_speed", low=0.0, high=255.0),
        trust="broadcast",
        key=record_key(name, told, lon, lat),
        extra=extra(fields.doubts + location.doubts),
    )

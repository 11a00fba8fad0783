"""Metadata of video from the air (MISB ST 0601), bare or inside an MPEG transport stream.

Each local set becomes the vehicle's track and its camera's pose. Where it tells corners or the centre of its
picture, they are kept as told. Heights: tag 15 is above mean sea level, tag 75 above the ellipsoid. A stream
over MQTT may be cut anywhere into messages of one topic.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from math import atan2, cos, degrees, hypot, radians, sin
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.codecs.fields import extra, moment
from sensors.codecs.misb_local_set import BrokenSetError, LocalSet, local_sets, read_local_set
from sensors.codecs.mpeg_ts import PACKET_BYTES, SYNC, TransportStream
from sensors.codecs.vehicle_codec import PartlyUnreadable, record_key
from sensors.reading import KEY_LENGTH, UnreadableMessage
from sensors.track import Altitude, Pose, Record, Track

SOURCE: Final = "misb-klv"
#: largest message [bytes]
PAYLOAD_BYTES: Final = 1024 * 1024
#: streams that are followed at once; the one not heard for longest is forgotten first
_MOST_STREAMS: Final = 64
_ID_LENGTH: Final = 60


class MisbKlvCodec:
    """Reads KLV from topics `klv/{id}`; the last level names the vehicle when the metadata do not."""

    source = SOURCE
    topic_filters = ("klv/+",)

    def __init__(self) -> None:
        self._streams: OrderedDict[str, TransportStream] = OrderedDict()

    def decode(self, topic: str, payload: bytes, received_at: datetime) -> list[Record]:  # noqa: ARG002
        """Return track and pose of each local set of a message. Raises `UnreadableMessage`.

        A transport stream may give none yet: its metadata come in pieces.
        """
        if len(payload) > PAYLOAD_BYTES:
            raise UnreadableMessage("too-large", f"{len(payload)} bytes, at most {PAYLOAD_BYTES}")
        if is_transport_stream(payload):
            units = self._stream(topic).feed(payload)
            return records_of(b"".join(units), topic) if units else []
        return records_of(payload, topic)

    def _stream(self, topic: str) -> TransportStream:
        found = self._streams.setdefault(topic, TransportStream())
        self._streams.move_to_end(topic)
        while len(self._streams) > _MOST_STREAMS:
            self._streams.popitem(last=False)
        return found


def is_transport_stream(payload: bytes) -> bool:
    """Tell whether bytes begin as packets of a transport stream do."""
    if len(payload) < PACKET_BYTES or payload[0] != SYNC:
        return False
    return len(payload) == PACKET_BYTES or payload[PACKET_BYTES] == SYNC


def records_of(data: bytes, topic: str) -> list[Record]:
    """Return the records of every local set in `data`; `topic` names the vehicle when the set does not.

    Raises `PartlyUnreadable` when some sets are broken or without a place, `UnreadableMessage` when all are.
    """
    records: list[Record] = []
    faults: list[str] = []
    for found in local_sets(data):
        try:
            if isinstance(found, BrokenSetError):
                raise found
            records += _records(read_local_set(found), topic)
        except BrokenSetError as fault:
            faults.append(str(fault))
    if faults and records:
        raise PartlyUnreadable("wrong-type", f"{len(faults)} local sets: {faults[0]}", records)
    if faults:
        raise UnreadableMessage("wrong-type", f"{len(faults)} local sets, none readable: {faults[0]}")
    if not records:
        raise UnreadableMessage("missing-field", "no local set of MISB ST 0601")
    return records


def _records(told: LocalSet, topic: str) -> list[Record]:
    lon, lat = told.numbers.get("sensor_lon"), told.numbers.get("sensor_lat")
    if lon is None or lat is None or (lon == 0.0 and lat == 0.0):
        raise BrokenSetError("tags 13 and 14 tell no place")
    vehicle = (told.texts.get("tail_number") or topic.rpartition("/")[2])[:_ID_LENGTH] or "klv"
    micros = told.counts.get("precision_time_us")
    observed_at = None if micros is None else moment(micros / 1e6)
    key = record_key(vehicle, micros, round(lon, 7), round(lat, 7))[:KEY_LENGTH]
    kept = _kept(told, micros if observed_at is None else None)
    return [
        _track(told, vehicle, observed_at, lon, lat, key, kept),
        _pose(told, vehicle, observed_at, lon, lat, key, kept),
    ]


def _kept(told: LocalSet, refused_us: int | None) -> dict[str, object] | None:
    names = ("mission", "designation", "image_source", "coordinate_system")
    numbers = {name: told.numbers.get(name) for name in ("slant_range_m", "target_width_m")}
    return extra(
        told.out_of_range,
        **{name: told.texts.get(name) for name in names},
        **{name: None if value is None else round(value, 2) for name, value in numbers.items()},
        precision_time_us=refused_us,
        version=told.counts.get("version"),
        unknown_tags=told.unknown or None,
    )


def _track(
    told: LocalSet,
    vehicle: str,
    observed_at: datetime | None,
    lon: float,
    lat: float,
    key: str,
    kept: dict[str, object] | None,
) -> Track:
    pitch, roll = _attitude(told)
    north, east = told.numbers.get("north_m_s"), told.numbers.get("east_m_s")
    speed, course = told.numbers.get("ground_speed_m_s"), None
    if north is not None and east is not None:
        speed = hypot(north, east)
        # a hovering vehicle has no course
        course = degrees(atan2(east, north)) % 360.0 if speed > 1.0 else None
    return Track(
        source=SOURCE,
        source_id=vehicle,
        callsign=told.texts.get("call_sign"),
        registration=told.texts.get("tail_number"),
        observed_at=observed_at,
        lon=lon,
        lat=lat,
        altitudes=_altitudes(told),
        ground_speed_m_s=speed,
        course_deg=course,
        heading_deg=_heading(told),
        pitch_deg=pitch,
        roll_deg=roll,
        key=key,
        extra=kept,
    )


def _pose(
    told: LocalSet,
    vehicle: str,
    observed_at: datetime | None,
    lon: float,
    lat: float,
    key: str,
    kept: dict[str, object] | None,
) -> Pose:
    yaw, pitch, roll = look(told) or (None, None, None)
    return Pose(
        source=SOURCE,
        source_id=vehicle,
        observed_at=observed_at,
        lon=lon,
        lat=lat,
        altitudes=_altitudes(told),
        yaw_deg=yaw,
        pitch_deg=pitch,
        roll_deg=roll,
        # an angle of view of nothing is none
        hfov_deg=told.numbers.get("hfov_deg") or None,
        vfov_deg=told.numbers.get("vfov_deg") or None,
        corners=corners(told),
        centre=_centre(told),
        key=key,
        extra=kept,
    )


def _altitudes(told: LocalSet) -> tuple[Altitude, ...]:
    sea, ellipsoid = told.numbers.get("sensor_altitude_m"), told.numbers.get("sensor_ellipsoid_m")
    found = [] if sea is None else [Altitude(sea, "mean sea level")]
    return (*found, Altitude(ellipsoid, "ellipsoid")) if ellipsoid is not None else tuple(found)


def _heading(told: LocalSet) -> float | None:
    heading = told.numbers.get("platform_heading_deg")
    return None if heading is None else heading % 360.0


def _attitude(told: LocalSet) -> tuple[float | None, float | None]:
    """Return pitch and roll of the vehicle; the full range (tags 90, 91) before the short one."""
    pitch, roll = (
        told.numbers.get(f"platform_{name}_full_deg", told.numbers.get(f"platform_{name}_deg"))
        for name in ("pitch", "roll")
    )
    return pitch, roll


def _centre(told: LocalSet) -> tuple[float, float] | None:
    lon, lat = told.numbers.get("centre_lon"), told.numbers.get("centre_lat")
    return None if lon is None or lat is None or (lon == 0.0 and lat == 0.0) else (lon, lat)


def corners(told: LocalSet) -> tuple[tuple[float, float], ...] | None:
    """Return the picture's corners (lon, lat), clockwise from the upper left: tags 82-89, else 26-33."""
    found = []
    centre = _centre(told)
    for number in range(1, 5):
        lon, lat = told.numbers.get(f"corner_lon_{number}"), told.numbers.get(f"corner_lat_{number}")
        if lon is None or lat is None:
            x, y = told.numbers.get(f"offset_lon_{number}"), told.numbers.get(f"offset_lat_{number}")
            if x is None or y is None or centre is None:
                return None
            lon, lat = centre[0] + x, centre[1] + y
        if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
            return None
        found.append((lon, lat))
    return tuple(found)


def look(told: LocalSet) -> tuple[float, float, float] | None:
    """Return yaw, pitch and roll [degrees] of the optical axis about true north (NED, ZYX), None = unknown.

    The gimbal turns in the vehicle's frame: first the vehicle (ST 0601, tags 5-7), then the sensor (18-20).
    A relative roll that is not told is none; every other angle must be known.
    """
    heading, (pitch, roll) = _heading(told), _attitude(told)
    azimuth, elevation = told.numbers.get("sensor_azimuth_deg"), told.numbers.get("sensor_elevation_deg")
    if heading is None or pitch is None or roll is None or azimuth is None or elevation is None:
        return None
    turn = told.numbers.get("sensor_roll_deg", 0.0)
    whole = _rotation(heading, pitch, roll) @ _rotation(azimuth, elevation, turn)
    yaw = degrees(atan2(whole[1, 0], whole[0, 0])) % 360.0
    down = degrees(atan2(-whole[2, 0], hypot(whole[2, 1], whole[2, 2])))
    return yaw, down, degrees(atan2(whole[2, 1], whole[2, 2]))


def _rotation(yaw_deg: float, pitch_deg: float, roll_deg: float) -> NDArray[np.float64]:
    """Return the rotation from the body (ahead, right, down) to north, east, down, float64[3, 3]."""
    y, p, r = radians(yaw_deg), radians(pitch_deg), radians(roll_deg)
    about_down = np.array([[cos(y), -sin(y), 0], [sin(y), cos(y), 0], [0, 0, 1]])
    about_right = np.array([[cos(p), 0, sin(p)], [0, 1, 0], [-sin(p), 0, cos(p)]])
    about_ahead = np.array([[1, 0, 0], [0, cos(r), -sin(r)], [0, sin(r), cos(r)]])
    whole: NDArray[np.float64] = about_down @ about_right @ about_ahead
    return whole

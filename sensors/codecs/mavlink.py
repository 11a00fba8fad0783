"""MAVLink, as pymavlink's dictionaries (`mavpackettype`) and, where pymavlink is there, as raw frames.

Positions are degrees x 1e7, heights mm above mean sea level and above home, speeds cm/s, `hdg`
centidegrees with 65535 for unknown. `time_boot_ms` is no time of day: without SYSTEM_TIME a position is
as old as its arrival.
Messages: MAVLink common.xml.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sensors.codecs.fields import Fields, extra, moment
from sensors.codecs.json_document import read_object
from sensors.codecs.vehicle_codec import record_key
from sensors.reading import UnreadableMessage
from sensors.track import Altitude, Record, Track

#: vehicles whose boot time is remembered; the one not heard for longest is forgotten first
_MOST: Final = 2000
#: MAV_TYPE of what carries no position of interest (ground station, gimbal, camera …) is not looked at
_UNKNOWN_HEADING, _UNKNOWN_ICAO = 65535.0, 0.0


class MavlinkCodec:
    """Reads GLOBAL_POSITION_INT, and ADSB_VEHICLE as a receiver on board hears it."""

    source = "mavlink"
    topic_filters = ("mavlink/+/telemetry",)

    def __init__(self) -> None:
        #: when each vehicle started, by its SYSTEM_TIME [s since 1970]
        self._booted_s: OrderedDict[str, float] = OrderedDict()

    def decode(self, topic: str, payload: bytes, received_at: datetime) -> list[Record]:
        """Return the records of a dictionary (JSON) or of raw frames. Raises `UnreadableMessage`."""
        vehicle = topic.split("/")[1] if topic.count("/") >= 1 else topic
        if payload[:1] in (b"\xfd", b"\xfe"):
            found: list[Record] = []
            for message in _frames(payload):
                found += self._message(vehicle, message, received_at)
            return found
        return self._message(vehicle, read_object(payload), received_at)

    def _message(self, vehicle: str, message: Mapping[str, Any], received_at: datetime) -> list[Record]:
        kind = message.get("mavpackettype")
        fields = Fields(message)
        if kind == "SYSTEM_TIME":
            self._remember(vehicle, fields)
            return []
        if kind == "GLOBAL_POSITION_INT":
            return self._position(vehicle, fields, received_at)
        if kind == "ADSB_VEHICLE":
            return [_heard(fields, received_at)]
        return []

    def _remember(self, vehicle: str, fields: Fields) -> None:
        unix_s = fields.number("time_unix_usec", low=0.0, high=1e10, scale=1e-6)
        boot_s = fields.number("time_boot_ms", low=0.0, high=1e10, scale=1e-3)
        if unix_s is None or boot_s is None or moment(unix_s) is None:
            return
        self._booted_s[vehicle] = unix_s - boot_s
        self._booted_s.move_to_end(vehicle)
        while len(self._booted_s) > _MOST:
            self._booted_s.popitem(last=False)

    def _position(self, vehicle: str, fields: Fields, received_at: datetime) -> list[Record]:
        boot_s = fields.number("time_boot_ms", low=0.0, high=1e10, scale=1e-3)
        booted_s = self._booted_s.get(vehicle)
        observed_at = received_at if booted_s is None or boot_s is None else moment(booted_s + boot_s)
        if not any(fields.number(name, low=-2e9, high=2e9) for name in ("lon", "lat")):
            return []
        lon, lat = fields.position("lon", "lat", scale=1e-7)
        north = fields.number("vx", low=-300.0, high=300.0, scale=0.01)
        east = fields.number("vy", low=-300.0, high=300.0, scale=0.01)
        down = fields.number("vz", low=-300.0, high=300.0, scale=0.01)
        known = north is not None and east is not None
        return [
            Track(
                source=self.source,
                source_id=vehicle,
                kind="drone",
                observed_at=observed_at,
                lon=lon,
                lat=lat,
                altitudes=_altitudes(fields),
                ground_speed_m_s=math.hypot(north, east) if known else None,  # type: ignore[arg-type]
                course_deg=math.degrees(math.atan2(east, north)) % 360.0 if known else None,  # type: ignore[arg-type]
                heading_deg=fields.angle("hdg", scale=0.01, unknown=_UNKNOWN_HEADING),
                climb_m_s=None if down is None else -down,
                key=record_key(
                    vehicle, boot_s if booted_s is None else round(booted_s + (boot_s or 0), 2), lon, lat
                ),
                extra=extra(fields.doubts, time="arrival" if booted_s is None else None),
            )
        ]


def _altitudes(fields: Fields) -> tuple[Altitude, ...]:
    sea = fields.number("alt", low=-600.0, high=30_000.0, scale=1e-3)
    home = fields.number("relative_alt", low=-600.0, high=30_000.0, scale=1e-3)
    found = [] if sea is None else [Altitude(sea, "mean sea level")]
    return tuple(found if home is None else [*found, Altitude(home, "takeoff")])


def _heard(fields: Fields, received_at: datetime) -> Track:
    """Return an aircraft that a receiver on board heard; `altitude_type` 0 is pressure, 1 geometric."""
    lon, lat = fields.position("lon", "lat", scale=1e-7)
    icao = int(fields.number("ICAO_address", low=0, high=2**24 - 1, unknown=_UNKNOWN_ICAO) or 0)
    if icao == 0:
        raise UnreadableMessage("missing-field", "ICAO_address")
    age_s = fields.number("tslc", low=0.0, high=255.0) or 0.0
    height = fields.number("altitude", low=-600.0, high=30_000.0, scale=1e-3)
    geometric = fields.number("altitude_type", low=0, high=1) == 1.0
    observed_at = received_at - timedelta(seconds=age_s)
    return Track(
        source=MavlinkCodec.source,
        source_id=f"{icao:06x}",
        icao24=f"{icao:06x}",
        callsign=fields.text("callsign"),
        observed_at=observed_at,
        lon=lon,
        lat=lat,
        altitudes=()
        if height is None
        else (Altitude(height, "ellipsoid" if geometric else "standard pressure"),),
        ground_speed_m_s=fields.number("hor_velocity", low=0.0, high=700.0, scale=0.01),
        course_deg=fields.angle("heading", scale=0.01),
        climb_m_s=fields.number("ver_velocity", low=-150.0, high=150.0, scale=0.01),
        trust="broadcast",
        key=record_key(f"{icao:06x}", round(observed_at.timestamp()), lon, lat),
        extra=extra(fields.doubts),
    )


def _frames(payload: bytes) -> list[dict[str, Any]]:
    """Return the messages in raw frames whose checksum is right. Raises `UnreadableMessage`."""
    try:
        from pymavlink.dialects.v20 import common
    except ImportError as fault:
        raise UnreadableMessage("wrong-type", "raw frames need pymavlink: install sonae[mavlink]") from fault
    reader = common.MAVLink(None)
    reader.robust_parsing = True
    messages = reader.parse_buffer(payload) or []
    return [message.to_dict() for message in messages if message.get_type() != "BAD_DATA"]

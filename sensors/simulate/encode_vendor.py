"""Records as bytes of vendors' formats: the inverse of the codecs of readsb, DJI and OwnTracks.

Each format keeps what it can carry, in its own units and steps; the rest is lost, as it is in the field.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from sensors.codecs.fields import FOOT_M, FOOT_PER_MINUTE_M_S, KM_PER_HOUR_M_S, KNOT_M_S
from sensors.track import Pose, Reference, Track, VehicleKind

#: emitter categories (DO-260B, 2.2.3.2.5.2)
_CATEGORIES: Final[dict[VehicleKind, str]] = {"helicopter": "A7", "aeroplane": "A3", "drone": "B6"}
#: DJI's `mode_code`: standby on the ground, flying a planned way
_STANDBY, _PLANNED = 0, 5


def encode_readsb(tracks: Iterable[Track], now: datetime) -> bytes:
    """Return readsb's `aircraft.json` of a sky at `now`; heights in steps of 25 feet, as a Mode S sends them.

    The address is `icao24`, without one the source's id behind `~`: not the aircraft's own.
    """
    rows = [_aircraft(track, now) for track in tracks]
    return msgspec.json.encode({"now": now.timestamp(), "messages": len(rows), "aircraft": rows})


def _aircraft(track: Track, now: datetime) -> dict[str, Any]:
    speed, climb = track.ground_speed_m_s, track.climb_m_s
    pressure = _feet(track, "standard pressure")
    age_s = None if track.observed_at is None else round((now - track.observed_at).total_seconds(), 3)
    return _known(
        {
            "hex": track.icao24 or f"~{track.source_id}",
            "type": "adsb_icao",
            "flight": None if track.callsign is None else f"{track.callsign:8}",
            "r": track.registration,
            "alt_baro": "ground" if track.on_ground else pressure,
            "alt_geom": _feet(track, "ellipsoid"),
            "gs": None if speed is None else round(speed / KNOT_M_S, 1),
            "track": None if track.course_deg is None else round(track.course_deg, 2),
            "geom_rate": None if climb is None else round(climb / FOOT_PER_MINUTE_M_S / 64) * 64,
            "category": _CATEGORIES.get(track.kind),
            "lat": round(track.lat, 6),
            "lon": round(track.lon, 6),
            "rc": track.horizontal_accuracy_m,
            "seen_pos": age_s,
            "emergency": track.emergency or "none",
        }
    )


def _feet(track: Track, reference: Reference) -> int | None:
    value_m = _height(track, reference)
    return None if value_m is None else round(value_m / FOOT_M / 25) * 25


def encode_dji_osd(track: Track, poses: Sequence[Pose], *, gateway: str) -> bytes:
    """Return DJI's `osd` of an aircraft and its cameras; heading in whole degrees, angles in tenths.

    A camera's name in its pose must be a payload's place, like `52-0-0` (type, subtype, gimbal).
    """
    stamp = 0 if track.observed_at is None else round(track.observed_at.timestamp() * 1000)
    data = {
        "latitude": track.lat,
        "longitude": track.lon,
        "height": _height(track, "ellipsoid"),
        "elevation": _height(track, "takeoff"),
        "attitude_head": _signed(round(track.heading_deg or 0.0)),
        "horizontal_speed": track.ground_speed_m_s,
        "vertical_speed": track.climb_m_s,
        "mode_code": _STANDBY if track.on_ground else _PLANNED,
        "battery": _known(
            {"capacity_percent": track.battery_percent, "remain_flight_time": track.endurance_s}
        ),
        **{pose.source_id.partition("/")[2]: _gimbal(pose) for pose in poses},
    }
    envelope = {"tid": track.key, "bid": track.key, "timestamp": stamp, "gateway": gateway}
    return msgspec.json.encode({**envelope, "data": _known(data)})


def _gimbal(pose: Pose) -> dict[str, Any]:
    return _known(
        {
            "gimbal_yaw": None if pose.yaw_deg is None else _signed(round(pose.yaw_deg, 1)),
            "gimbal_pitch": None if pose.pitch_deg is None else round(pose.pitch_deg, 1),
            "gimbal_roll": None if pose.roll_deg is None else round(pose.roll_deg, 1),
            "zoom_factor": pose.zoom,
            "measure_target_error_state": 3,
        }
    )


def encode_owntracks(track: Track) -> bytes:
    """Return OwnTracks' `location`: whole seconds, whole km/h, whole degrees and metres."""
    speed = track.ground_speed_m_s
    height_m = _height(track, "mean sea level")
    sure = next((one.accuracy_m for one in track.altitudes if one.reference == "mean sea level"), None)
    told = {
        "_type": "location",
        "tid": track.callsign,
        "tst": None if track.observed_at is None else int(track.observed_at.timestamp()),
        "lat": track.lat,
        "lon": track.lon,
        "alt": None if height_m is None else round(height_m),
        "vac": None if sure is None else round(sure),
        "acc": None if track.horizontal_accuracy_m is None else round(track.horizontal_accuracy_m),
        "vel": None if speed is None else round(speed / KM_PER_HOUR_M_S),
        "cog": None if track.course_deg is None else round(track.course_deg) % 360,
        "batt": None if track.battery_percent is None else round(track.battery_percent),
    }
    return msgspec.json.encode(_known(told))


def _height(track: Track, reference: Reference) -> float | None:
    return next((one.value_m for one in track.altitudes if one.reference == reference), None)


def _signed(degrees: float) -> float:
    """Return a direction as DJI tells it: -180 to 180."""
    return (degrees + 180.0) % 360.0 - 180.0


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}

"""Records as bytes of our own topics of vehicles: the inverse of `sensors.codecs.own_track`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec

from sensors.track import Altitude, Pose, Track, VehicleKind

#: kind of device in the topic
_KINDS: Final[dict[VehicleKind, str]] = {"helicopter": "heli", "drone": "drone", "ground": "team"}
_PLAIN_TRACK: Final = (
    *("callsign", "registration", "icao24", "lon", "lat", "horizontal_accuracy_m", "ground_speed_m_s"),
    *("course_deg", "heading_deg", "climb_m_s", "roll_deg", "pitch_deg", "on_ground", "battery_percent"),
    *("endurance_s", "link", "emergency", "sequence"),
)
_PLAIN_POSE: Final = (
    *("lon", "lat", "yaw_deg", "pitch_deg", "roll_deg", "hfov_deg", "vfov_deg", "zoom", "image_width"),
    "image_height",
)


def topic(area_code: str, kind: VehicleKind, device: str, stream: str) -> str:
    """Return the topic of a device's stream (docs/topics.md). Raises `KeyError` for a kind without one."""
    return f"sonae/v1/{area_code}/{_KINDS[kind]}/{device}/{stream}"


def encode_track(track: Track) -> bytes:
    """Return the message of the stream `track`; what it does not know is left out."""
    told = {
        "id": track.key,
        "time": _text(track.observed_at),
        "stale_at": _text(track.stale_at),
        **{name: getattr(track, name) for name in _PLAIN_TRACK},
        "altitudes": [_altitude(one) for one in track.altitudes] or None,
    }
    return _json({**(track.extra or {}), **told})


def encode_pose(pose: Pose) -> bytes:
    """Return the message of the stream `pose`; the camera's name follows the device's in `source_id`."""
    _, _, camera = pose.source_id.partition("/")
    told = {
        "id": pose.key,
        "time": _text(pose.observed_at),
        "camera": camera or None,
        **{name: getattr(pose, name) for name in _PLAIN_POSE},
        "corners": None if pose.corners is None else [_place(one) for one in pose.corners],
        "centre": None if pose.centre is None else _place(pose.centre),
        "altitudes": [_altitude(one) for one in pose.altitudes] or None,
    }
    return _json({**(pose.extra or {}), **told})


def encode_status(at: datetime, *, online: bool) -> bytes:
    """Return the message of the stream `status`."""
    return _json({"online": online, "time": _text(at)})


def _altitude(one: Altitude) -> dict[str, Any]:
    return _known({"value_m": one.value_m, "reference": one.reference, "accuracy_m": one.accuracy_m})


def _place(one: tuple[float, float]) -> tuple[float, float]:
    return float(one[0]), float(one[1])


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _json(fields: dict[str, Any]) -> bytes:
    return msgspec.json.encode(_known(fields))

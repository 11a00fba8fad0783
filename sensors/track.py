"""Vehicles as they came from the field: tracks, camera poses, points and events, before any judgement.

Units are SI, angles are degrees from true north, times are aware UTC, unknown is None and never 0. A
height without its reference is the worst trap of the air: every altitude carries what it is measured from.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, get_args

import msgspec

VehicleKind = Literal["helicopter", "aeroplane", "drone", "ground", "unknown"]
VEHICLE_KINDS: Final[tuple[VehicleKind, ...]] = get_args(VehicleKind)

#: what an altitude is measured from
Reference = Literal[
    # the GRS 80 / WGS 84 ellipsoid
    "ellipsoid",
    # a mean sea level: T.P., or a global geoid within a metre of it
    "mean sea level",
    # a barometer set to 1013.25 hPa
    "standard pressure",
    # a barometer set to the pressure of the day
    "local pressure",
    # the place of take-off
    "takeoff",
    # the ground below
    "ground",
]
REFERENCES: Final[tuple[Reference, ...]] = get_args(Reference)

#: whether the sender proved who it is; a broadcast anybody can forge
Trust = Literal["authenticated", "broadcast"]


class Altitude(msgspec.Struct, frozen=True, gc=False):
    """One altitude [m] with what it is measured from and, if told, its standard deviation [m]."""

    value_m: float
    reference: Reference
    accuracy_m: float | None = None


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """Where a vehicle was, as its source told it."""

    #: name of the codec and source
    source: str
    #: the vehicle within its source: ICAO address, serial number, uid
    source_id: str
    kind: VehicleKind = "unknown"
    callsign: str | None = None
    registration: str | None = None
    icao24: str | None = None
    #: None = the source told no time
    observed_at: datetime | None
    sequence: int | None = None
    lon: float
    lat: float
    altitudes: tuple[Altitude, ...] = ()
    horizontal_accuracy_m: float | None = None
    ground_speed_m_s: float | None = None
    #: direction of movement over ground
    course_deg: float | None = None
    #: where the nose points
    heading_deg: float | None = None
    climb_m_s: float | None = None
    roll_deg: float | None = None
    pitch_deg: float | None = None
    on_ground: bool | None = None
    battery_percent: float | None = None
    #: how long it can stay up, as it told
    endurance_s: float | None = None
    link: float | None = None
    #: the sender's own word for its emergency
    emergency: str | None = None
    trust: Trust = "authenticated"
    #: from when on the sender itself takes this for old
    stale_at: datetime | None = None
    key: str
    extra: dict[str, object] | None = None


class Pose(msgspec.Struct, frozen=True, kw_only=True):
    """Where a camera was and where it looked: yaw, pitch, roll about true north, in that order (NED, ZYX)."""

    source: str
    source_id: str
    observed_at: datetime | None
    lon: float
    lat: float
    altitudes: tuple[Altitude, ...] = ()
    yaw_deg: float | None = None
    pitch_deg: float | None = None
    roll_deg: float | None = None
    #: horizontal and vertical angle of view
    hfov_deg: float | None = None
    vfov_deg: float | None = None
    zoom: float | None = None
    image_width: int | None = None
    image_height: int | None = None
    #: (lon, lat) of the picture's corners as the source tells them, clockwise from the upper left
    corners: tuple[tuple[float, float], ...] | None = None
    #: (lon, lat) of the picture's centre on the ground
    centre: tuple[float, float] | None = None
    key: str
    extra: dict[str, object] | None = None


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A point on the ground that an instrument measured, such as a laser's."""

    source: str
    source_id: str
    observed_at: datetime | None
    lon: float
    lat: float
    altitudes: tuple[Altitude, ...] = ()
    distance_m: float | None = None
    label: str | None = None
    key: str


class FieldEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something a vehicle or its carrier tells once: an emergency, a fence crossed, SOS, going offline."""

    source: str
    source_id: str
    observed_at: datetime | None
    code: str
    text: str
    lon: float | None = None
    lat: float | None = None
    key: str
    extra: dict[str, object] | None = None


Record = Track | Pose | Mark | FieldEvent
